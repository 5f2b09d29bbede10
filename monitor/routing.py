"""Decide which channels are told of an alert: the rule's own wish, else the route tree.

Knows no store and no channel but by name; what a message says is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from monitor.settings import Channel, LabelMatcher, Route, Rule

# Labels come from publishers; nobody routes by what stands further back.
LONGEST_LABEL = 1000


def route(
    labels: Mapping[str, str], rule: Rule, root: Route, channels: Mapping[str, Channel]
) -> tuple[str, ...]:
    """Names of the channels to tell, each once, in the order of the files.

    As in Alertmanager: the tree is walked depth first; of the routes at one level the first that
    matches wins, unless it says `continue`; a route in which no inner one matches stands for
    itself, and one without channels has its parent's.  `labels` are the alert's; the rule's own
    do not replace them.  A rule's `to` goes past the tree.  What nothing matches goes to the
    root's channels, or to the first there is.  Never empty while there is a channel.
    """
    if rule.to:
        found = _known(rule.to, channels)
        if found:
            return found
    everything = {**rule.labels, **labels}
    return (
        _known(_walk(everything, root, root.to), channels)
        or _known(root.to, channels)
        or tuple(channels)[:1]
    )


def matches(labels: Mapping[str, str], conditions: Iterable[LabelMatcher]) -> bool:
    """Whether all conditions hold; a label that is not there counts as empty.

    `=~` and `!~` take the whole value.  Raises re.error for a pattern that is none.
    """
    return all(_holds(labels, condition) for condition in conditions)


def _walk(labels: Mapping[str, str], node: Route, inherited: tuple[str, ...]) -> Iterator[str]:
    """The channels of a route that matches."""
    own = node.to or inherited
    inner_matched = False
    for inner in node.routes:
        if matches(labels, inner.match):
            inner_matched = True
            yield from _walk(labels, inner, own)
            if not inner.go_on:
                return
    if not inner_matched:
        yield from own


def _holds(labels: Mapping[str, str], condition: LabelMatcher) -> bool:
    value = labels.get(condition.label, "")[:LONGEST_LABEL]
    if condition.operator.endswith("~"):
        found = _pattern(condition.value).fullmatch(value) is not None
    else:
        found = value == condition.value
    return found is not condition.operator.startswith("!")


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _known(names: Iterable[str], channels: Mapping[str, Channel]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name in channels))
