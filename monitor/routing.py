"""Decide which channels are told of an alert: the rule's own wish, else the route tree.

Knows no store and no channel but by name; what a message says is not decided here.  What a route
asks of the text is asked once for an article, by `Texts`, before its alerts are routed.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from monitor.model import Answer, Item
from monitor.rules import Matcher
from monitor.settings import Channel, LabelMatcher, Route, Rule

# Labels come from publishers; nobody routes by what stands further back.
LONGEST_LABEL = 1000


class Texts:
    """Every `text` of a route tree, compiled once; safe to share between threads."""

    def __init__(self, root: Route) -> None:
        texts = {node.text.query: node.text for node in _nodes(root) if node.text is not None}
        rules = [Rule(query, query, lists=text.lists) for query, text in texts.items()]
        self._matcher = Matcher(rules) if rules else None

    def holding(self, item: Item, source_id: str, *, closed: bool) -> frozenset[str]:
        """The queries to which the article answers yes; `closed`: its text is all there will be."""
        if self._matcher is None:
            return frozenset()
        found = self._matcher.match(item, source_id, closed=closed, unknowns=False)
        return frozenset(match.rule_id for match in found if match.answer is Answer.YES)


class Way(NamedTuple):
    """A channel that is told, and why: by the routes from the top down to where it is named, or
    past them: `by` is then `rule` (its `to`) or `default` (nothing else is left)."""

    channel: str
    routes: tuple[Route, ...] = ()
    by: str = "route"

    @property
    def is_unrouted(self) -> bool:
        """There are routes, and none of them matched: the top of the tree had it."""
        return self.by == "default" or (len(self.routes) == 1 and bool(self.routes[0].routes))


def ways(
    labels: Mapping[str, str],
    rule: Rule,
    root: Route,
    channels: Mapping[str, Channel],
    holding: Container[str] = frozenset(),
) -> tuple[Way, ...]:
    """The channels to tell, each once, in the order of the files.

    As in Alertmanager: the tree is walked depth first; of the routes at one level the first that
    matches wins, unless it says `continue`; a route in which no inner one matches stands for
    itself, and one without channels has its parent's.  `labels` are the alert's; the rule's own
    do not replace them.  `holding` is what `Texts` says of the article.  A rule's `to` goes past
    the tree.  What nothing matches goes to the root's channels, or to the first there is.  Never
    empty while there is a channel.
    """
    by_rule = [Way(name, by="rule") for name in rule.to]
    everything = {**rule.labels, **labels}
    return (
        _known(by_rule, channels)
        or _known(_walk((root,), root.to, everything, holding), channels)
        or _known([Way(name, by="default") for name in (*root.to, *channels)], channels)[:1]
    )


def reached(root: Route, rules: Iterable[Rule], channels: Mapping[str, Channel]) -> tuple[str, ...]:
    """Names of the channels that an alert can reach, in the order of the files."""
    named = {name for node in _nodes(root) for name in node.to}
    named |= {name for rule in rules for name in rule.to}
    return tuple(name for name in channels if name in named) or tuple(channels)[:1]


def matches(labels: Mapping[str, str], conditions: Iterable[LabelMatcher]) -> bool:
    """Whether all conditions hold; a label that is not there counts as empty.

    `=~` and `!~` take the whole value.  Raises re.error for a pattern that is none.
    """
    return all(_holds(labels, condition) for condition in conditions)


def _nodes(root: Route) -> Iterator[Route]:
    yield root
    for inner in root.routes:
        yield from _nodes(inner)


def _walk(
    trail: tuple[Route, ...],
    inherited: tuple[str, ...],
    labels: Mapping[str, str],
    holding: Container[str],
) -> Iterator[Way]:
    """The channels of a route that matches, the last of `trail`."""
    node = trail[-1]
    own = node.to or inherited
    inner_matched = False
    for inner in node.routes:
        text_holds = inner.text is None or inner.text.query in holding
        if text_holds and matches(labels, inner.match):
            inner_matched = True
            yield from _walk((*trail, inner), own, labels, holding)
            if not inner.go_on:
                return
    if not inner_matched:
        yield from (Way(name, trail) for name in own)


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


def _known(found: Iterable[Way], channels: Mapping[str, Channel]) -> tuple[Way, ...]:
    """Those that there are, each once."""
    first: dict[str, Way] = {}
    for way in found:
        if way.channel in channels:
            first.setdefault(way.channel, way)
    return tuple(first.values())
