"""What must hold between keys and between files: ids, channels, routes, secrets given once.

Works on nodes, so that one bad value does not hide the other mistakes.  What stands in a file that
could not be read is not judged, nor what refers to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic_core import PydanticCustomError

from monitor.config.channels import IMPLICIT_CHANNEL, check_channel, only_one
from monitor.config.entries import Lists, check_entries, check_lists
from monitor.config.examples import check_examples
from monitor.config.matchers import matcher
from monitor.config.nodes import Document, Mapping, Node, Scalar, Sequence, scalars, text_of
from monitor.config.queries import check_query, check_rule
from monitor.config.traps import shown
from monitor.errors import Mistake
from monitor.settings import LabelMatcher, Severity

# The labels every alert has, see the alerting design; a rule adds its own.
ALERT_LABELS = frozenset(
    (
        "rule",
        "severity",
        "source",
        "section",
        "lang",
        "site",
        "wire",
        "origins",
        "reason",
        "late",
        "partial",
    )
)


@dataclass(frozen=True, slots=True)
class Files:
    """The four documents."""

    monitor: Document
    sources: Document
    rules: Document
    routes: Document


def check(files: Files) -> Iterator[Mistake]:
    """Every mistake that no single value shows."""
    yield from check_sources(files.sources)
    if files.monitor.root:
        heartbeat = ("heartbeat_url", "heartbeat_url_file")
        yield from only_one(files.monitor, files.monitor.root, heartbeat)
    channels = _channel_names(files.routes)
    yield from check_rules(files.rules, channels)
    yield from _check_routes(files, channels, check_lists(files.rules)[0])


def check_rules(
    document: Document, channels: tuple[str, ...] | None = None, *, examples: bool = True
) -> Iterator[Mistake]:
    """Every mistake of a rules.yaml that no single value shows; without `examples` none of those.

    What a rule is sent to is judged where the channels are known.
    """
    yield from _unique(document, "rules")
    lists, mistakes = check_lists(document)
    yield from mistakes
    for rule in document.entries("rules"):
        asked, mistakes_of_rule = check_rule(document, rule, lists)
        yield from mistakes_of_rule
        yield from check_entries(document, rule.get("demote"))
        yield from _check_labels(document, rule.get("labels"))
        yield from check_examples(document, rule, asked, lists) if examples else ()
        yield from _check_names(document, rule.get("to"), channels)


def check_sources(document: Document) -> Iterator[Mistake]:
    yield from _unique(document, "sources")
    for source in document.entries("sources"):
        kind = text_of(source.get("kind")) or "feed"
        for key, owner in (("selectors", "page"), ("section", "spacemedia")):
            name = source.key(key)
            if name is not None and kind != owner:
                problem = f"`{key}` means nothing for `kind: {kind}`"
                mend = f"write `kind: {owner}`, or delete `{key}`"
                yield document.mistake(name.place, problem, mend)


def _unique(document: Document, key: str) -> Iterator[Mistake]:
    seen: dict[str, Scalar] = {}
    for entry in document.entries(key):
        node = entry.get("id")
        if isinstance(node, Scalar) and not node.is_null:
            first = seen.setdefault(node.text, node)
            if first is not node:
                problem = f"the id {shown(node.text)} is taken in line {first.place.line}"
                yield document.mistake(node.place, problem, "give each its own")


# --- channels --------------------------------------------------------------------------------


def _channels(routes: Document) -> tuple[tuple[Scalar, Mapping], ...] | None:
    """Name and mapping of each channel, None when they could not be read."""
    node = routes.root.get("channels") if routes.root else None
    if isinstance(node, Mapping):
        return tuple((name, ch) for name, ch in node.entries if isinstance(ch, Mapping))
    absent = node is None or (isinstance(node, Scalar) and node.is_null)
    return () if routes.root and absent else None


def _channel_names(routes: Document) -> tuple[str, ...] | None:
    channels = _channels(routes)
    if channels is None:
        return None
    node = routes.root.get("channels") if routes.root else None
    names = [name.text for name, _ in node.entries] if isinstance(node, Mapping) else []
    if not any(ch.get("email") or ch.get("console") for _, ch in channels):
        names.append(IMPLICIT_CHANNEL)
    return tuple(names)


def _check_names(
    document: Document, node: Node | None, known: tuple[str, ...] | None
) -> Iterator[Mistake]:
    """That each channel named in a `to` is there."""
    named = (node,) if isinstance(node, Scalar) and not node.is_null else scalars(node)
    if known is None:
        return
    for name in named:
        if name.text not in known:
            mend = _meant(name.text, known, ", or add it under `channels:` in routes.yaml")
            yield document.mistake(name.place, f"there is no channel {shown(name.text)}", mend)


def _meant(given: str, known: tuple[str, ...], otherwise: str = "") -> str:
    close = get_close_matches(given, known, 1)
    if close:
        return f"did you mean `{close[0]}`?"
    return "expected " + " or ".join(f"`{name}`" for name in known[:10]) + otherwise


# --- routes ----------------------------------------------------------------------------------


def _check_routes(
    files: Files, channels: tuple[str, ...] | None, lists: Lists
) -> Iterator[Mistake]:
    document = files.routes
    if document.root is None:
        return
    for name, channel in _channels(document) or ():
        yield from check_channel(document, name, channel)
    yield from _check_names(document, document.root.get("ops"), channels)
    route = document.root.get("route")
    if not isinstance(route, Mapping):
        return
    for condition in filter(None, map(route.key, ("match", "text"))):
        problem = f"the top route takes everything and has no `{condition.text}`"
        yield document.mistake(condition.place, problem, "move it to an entry under `routes:`")
    known = _label_values(files)
    for node in _walk(route):
        yield from _check_names(document, node.get("to"), channels)
        for condition in scalars(node.get("match")):
            yield from _check_condition(document, condition, known)
        if (text := node.get("text")) is not None:
            yield from check_query(document, text, lists, "text")[1]


def _walk(route: Mapping) -> Iterator[Mapping]:
    yield route
    below = route.get("routes")
    for node in below.items if isinstance(below, Sequence) else ():
        if isinstance(node, Mapping):
            yield from _walk(node)


def _label_values(files: Files) -> dict[str, tuple[str, ...]] | None:
    """The labels there are, with their values where those are known; None: not known."""
    if files.rules.root is None or files.sources.root is None:
        return None
    labels: dict[str, tuple[str, ...]] = dict.fromkeys(sorted(ALERT_LABELS), ())
    labels["severity"] = tuple(Severity)
    for label, document, key in (
        ("rule", files.rules, "rules"),
        ("source", files.sources, "sources"),
    ):
        labels[label] = tuple(text_of(entry.get("id")) or "" for entry in document.entries(key))
    for rule in files.rules.entries("rules"):
        own = rule.get("labels")
        if isinstance(own, Mapping):
            labels.update({name.text: () for name, _ in own.entries})
    return labels


def _check_condition(
    document: Document, node: Scalar, known: dict[str, tuple[str, ...]] | None
) -> Iterator[Mistake]:
    try:
        condition: LabelMatcher = matcher(node.text)
    except PydanticCustomError:
        return  # told where the values are held against the schema
    if known is None:
        return
    values = known.get(condition.label)
    if values is None:
        problem = f"no alert has a label {shown(condition.label)}"
        mend = _meant(condition.label, tuple(known), ", or give a rule this label")
        yield document.mistake(node.place, problem, mend)
    elif values and condition.operator in ("=", "!=") and condition.value not in values:
        problem = f"there is no {condition.label} {shown(condition.value)}"
        yield document.mistake(node.place, problem, _meant(condition.value, values))


def _check_labels(document: Document, node: Node | None) -> Iterator[Mistake]:
    for name, _ in node.entries if isinstance(node, Mapping) else ():
        if name.text in ALERT_LABELS:
            problem = f"the label {shown(name.text)} is set by Wirewatch itself"
            yield document.mistake(name.place, problem, "choose another name")
