"""Which rules may have something to say of an item, by the features that it shows.

Each alternative of a rule lies under its rarest feature, by how many rules ask for it (what Lucene
calls a presearcher).  Changed rules are taken in without looking at the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Set
from typing import Generic, NamedTuple, TypeVar

from monitor.rules.features import is_run
from monitor.rules.needs import Alternatives

R = TypeVar("R", bound=Hashable)
_Pairs = Iterable[tuple[R, Alternatives | None]]


class _Entry(NamedTuple, Generic[R]):
    """What an item with the key's feature must show besides: the second rarest feature first, as
    most have no second."""

    second: str
    others: frozenset[str]
    runs: tuple[str, ...]
    rule: R


class Index(Generic[R]):
    """Rules by what they need; None or an empty alternative: always."""

    def __init__(self, rules: _Pairs[R]) -> None:
        some = list(rules)
        self._counts = Counter(
            feature for _, needed in some for one in needed or () for feature in one
        )
        # By key: rules that want nothing else, and those that do.
        self._by_key: dict[str, tuple[tuple[R, ...], tuple[_Entry[R], ...]]] = {}
        self._always: frozenset[R] = frozenset()
        self._add(some)

    def changed(self, removed: _Pairs[R], added: _Pairs[R]) -> Index[R]:
        """Another index, less some rules and with others more."""
        made: Index[R] = Index(())
        made._counts, made._always = self._counts, self._always
        made._by_key = dict(self._by_key)
        for rule, needed in removed:
            made._always -= {rule}
            for feature in {feature for one in needed or () for feature in one}:
                alone, joint = made._by_key.get(feature, ((), ()))
                made._by_key[feature] = (
                    tuple(one for one in alone if one is not rule),
                    tuple(one for one in joint if one.rule is not rule),
                )
        made._add(list(added))
        return made

    def candidates(self, features: Set[str], may_hold_run: Callable[[str], bool]) -> set[R]:
        """The rules that an item with these features may concern."""
        found = set(self._always)
        by_key = self._by_key
        for key in by_key.keys() & features:
            alone, joint = by_key[key]
            if alone:
                found.update(alone)
            for second, others, runs, rule in joint:
                if second in features and others <= features and all(map(may_hold_run, runs)):
                    found.add(rule)
        return found

    def _add(self, rules: list[tuple[R, Alternatives | None]]) -> None:
        always: set[R] = set()
        alone: dict[str, list[R]] = {}
        joint: dict[str, list[_Entry[R]]] = {}
        for rule, needed in rules:
            if needed is None or frozenset() in needed:
                always.add(rule)
            for one in needed or ():
                if len(one) == 1:
                    alone.setdefault(next(iter(one)), []).append(rule)
                elif one:
                    key, entry = self._entry(one, rule)
                    joint.setdefault(key, []).append(entry)
        self._always |= always
        for key in alone.keys() | joint.keys():
            rules_there, entries_there = self._by_key.get(key, ((), ()))
            self._by_key[key] = (
                (*rules_there, *alone.get(key, ())),
                (*entries_there, *joint.get(key, ())),
            )

    def _entry(self, needed: frozenset[str], rule: R) -> tuple[str, _Entry[R]]:
        runs = tuple(filter(is_run, needed))
        key, *others = sorted(needed.difference(runs), key=self._rarity)
        # Of a run of one word twice there is no second.
        second = others[0] if others else key
        return key, _Entry(second, frozenset(others[1:]), runs, rule)

    def _rarity(self, feature: str) -> tuple[int, int, str]:
        return (self._counts[feature], -len(feature), feature)
