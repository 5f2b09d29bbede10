"""What the articles of an archive show of rules: how often each matches, which of its parts do
nothing, which rule finds nothing that another does not.

Is given the articles one by one; reads nothing and knows no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from monitor.model import Answer
from monitor.rules.bits import TooCostly
from monitor.rules.evaluate import evaluate
from monitor.rules.features import Finder
from monitor.rules.fields import Fields
from monitor.rules.index import Index
from monitor.rules.logic import all_of, any_of, opposite
from monitor.rules.needs import need
from monitor.rules.tree import DEFAULT_FIELD, And, Field, Node, Not, Or
from monitor.rules.variants import Variant, variants

_DAY_MS = 24 * 3600 * 1000
LONGEST_MS = 30 * _DAY_MS

# Answers of parts by their identity and field: a query and its variants share most of them.
_Known = dict[tuple[int, str], Answer]


@dataclass(slots=True, eq=False)
class _Watched:
    """A rule, what it matched so far, and the variants that never made a difference."""

    rule_id: str
    node: Node
    idle: set[Variant]
    matched: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A rule itself, or one of its variants."""

    watched: _Watched
    variant: Variant | None
    node: Node


@dataclass(frozen=True, slots=True)
class Reviewed:
    """`matched`: numbers of the articles, as they were given.  `dead`: parts each of which alone
    can be left out; none where nothing matched.  `inside`: rules that match all of it too."""

    rule_id: str
    matched: frozenset[int]
    dead: tuple[Variant, ...]
    inside: tuple[str, ...]


class Review:
    def __init__(self, rules: Sequence[tuple[str, Node]]) -> None:
        self.counts: Counter[str] = Counter()  # in how many texts each word stands
        self.articles = 0
        self._watched = [_Watched(name, node, set(variants(node))) for name, node in rules]
        asked = [one for watched in self._watched for one in _asked(watched)]
        needed = [(one, need(one.node)) for one in asked]
        self._index = Index(needed)
        self._finder = Finder(f for _, some in needed for one in some or () for f in one)

    def look(self, fields: Fields) -> None:
        """One more article."""
        number, known = self.articles, _Known()
        self.articles += 1
        self.counts.update(fields.forms())
        found, _ = self._index.candidates(self._finder.look(fields))
        for one in found:
            if one.variant is None and _answer(one.node, fields, known) is Answer.YES:
                one.watched.matched.add(number)
                one.watched.idle -= {
                    variant
                    for variant in one.watched.idle
                    if _answer(variant.node, fields, known) is not Answer.YES
                }
        for one in found:
            watched, variant = one.watched, one.variant
            if (
                variant in watched.idle
                and number not in watched.matched
                and _answer(one.node, fields, known) is Answer.YES
            ):
                watched.idle.remove(variant)

    def results(self) -> Iterator[Reviewed]:
        """In the order of the rules."""
        for watched in self._watched:
            matched = frozenset(watched.matched)
            dead = watched.idle if matched else set()
            inside = [
                other.rule_id
                for other in self._watched
                if matched and other is not watched and matched <= other.matched
            ]
            yield Reviewed(watched.rule_id, matched, tuple(_outermost(dead)), tuple(inside))


def _asked(watched: _Watched) -> Iterator[_Asked]:
    yield _Asked(watched, None, watched.node)
    for variant in watched.idle:
        yield _Asked(watched, variant, variant.node)


def _outermost(dead: set[Variant]) -> list[Variant]:
    """In the order of the query, without those inside another."""
    paths = {variant.path for variant in dead}
    kept = [
        variant
        for variant in dead
        if not any(variant.path[:length] in paths for length in range(len(variant.path)))
    ]
    return sorted(kept, key=lambda variant: (variant.position, variant.path))


def _answer(node: Node, fields: Fields, known: _Known, name: str = DEFAULT_FIELD) -> Answer:
    """As `evaluate`, but each part is asked once; what costs too much is not known."""
    key = (id(node), name)
    if key not in known:
        known[key] = _find(node, fields, known, name)
    return known[key]


def _find(node: Node, fields: Fields, known: _Known, name: str) -> Answer:
    if isinstance(node, Field):
        return _answer(node.part, fields, known, node.name)
    if isinstance(node, Not):
        return opposite(_answer(node.part, fields, known, name))
    if isinstance(node, And | Or):
        combine = all_of if isinstance(node, And) else any_of
        return combine(_answer(part, fields, known, name) for part in node.parts)
    try:
        return evaluate(node, fields, name).answer
    except TooCostly:
        return Answer.UNKNOWN


def alerts_a_day(matched: Iterable[int], every: Iterable[int], now: int) -> float | None:
    """How many articles a day match, by the times (epoch ms) of those that did and of all.

    Of the last 30 days, or as many of these as there are articles of; None if there are none.
    """
    recent = [at for at in every if now - LONGEST_MS <= at]
    if not recent:
        return None
    days = max((now - min(recent)) / _DAY_MS, 1)
    return sum(now - LONGEST_MS <= at for at in matched) / days
