"""Which rules may have something to say of an item, by the features that it shows.

Each alternative of a rule lies under its rarest feature, by how many rules ask for it (what Lucene
calls a presearcher).  All features that are words are sought at once, in one pass over the item's
words.  Changed rules are taken in without reading the others again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from itertools import chain
from typing import Generic

from monitor.rules.features import START, Shown, is_of_words, words_of
from monitor.rules.needs import Alternatives
from monitor.rules.runs import Entry, Found, R
from monitor.text import Scan

try:
    from monitor.rules._runs import Runs
except ImportError:  # nothing was there to build it with
    from monitor.rules.runs import Runs

_Pairs = Iterable[tuple[R, Alternatives | None]]


class Index(Generic[R]):
    """Rules by what they need; None or an empty alternative: always."""

    def __init__(self, rules: _Pairs[R], placed: Set[str] = frozenset()) -> None:
        """`placed`: the runs of words whose places are to be told."""
        some = list(rules)
        self._counts = Counter(
            feature for _, needed in some for one in needed or () for feature in one
        )
        self._by_key: dict[str, tuple[Entry[R], ...]] = {}
        self._always: frozenset[R] = frozenset()
        self._add(some)
        self._seeker: _Seeker[R] = _Seeker(self._by_key, placed)

    def changed(
        self, removed: _Pairs[R], added: _Pairs[R], placed: Set[str] = frozenset()
    ) -> Index[R]:
        """Another index, less some rules and with others more."""
        gone, new = list(removed), list(added)
        if not gone and not new and placed == self._seeker.placed:
            return self
        made: Index[R] = Index(())
        made._counts, made._always = self._counts, self._always
        made._by_key = dict(self._by_key)
        for rule, needed in gone:
            made._always -= {rule}
            for feature in {feature for one in needed or () for feature in one}:
                left = [one for one in made._by_key.pop(feature, ()) if one.rule is not rule]
                if left:
                    made._by_key[feature] = tuple(left)
        made._add(new)
        made._seeker = _Seeker(made._by_key, placed)
        return made

    def candidates(self, shown: Shown) -> tuple[set[R], Found]:
        """The rules that an item may concern which shows this; and the places of its words in
        title and body, as far as they were asked for and are told."""
        found, places = self._seeker.seek(shown)
        return found | self._always if self._always else found, places

    def _add(self, rules: list[tuple[R, Alternatives | None]]) -> None:
        always: set[R] = set()
        entries: dict[str, list[Entry[R]]] = {}
        for rule, needed in rules:
            if needed is None or frozenset() in needed:
                always.add(rule)
            for one in filter(None, needed or ()):
                key, *others = sorted(one, key=self._rarity)
                entries.setdefault(key, []).append(Entry(tuple(others), rule))
        self._always |= always
        for key, some in entries.items():
            self._by_key[key] = (*self._by_key.get(key, ()), *some)

    def _rarity(self, feature: str) -> tuple[int, int, str]:
        return (self._counts[feature], -len(feature), feature)


class _Seeker(Generic[R]):
    """Finds the rules of which an item may show what they need."""

    def __init__(self, by_key: dict[str, tuple[Entry[R], ...]], placed: Set[str]) -> None:
        self.placed = placed
        self._runs = Runs(by_key, placed)
        # Where a word of several wants reading, they need not follow one another in the run of
        # the item's plain words: such features by each of their words.
        self._by_word: dict[str, list[str]] = {}
        self._by_start: dict[str, list[str]] = {}
        others = (one.others for entries in by_key.values() for one in entries)
        wanted = set(chain(by_key, *others))
        for feature in (one for one in wanted if " " in one and is_of_words(one)):
            *words, last = words_of(feature)
            starts = self._by_start if feature[0] == START else self._by_word
            starts.setdefault(last, []).append(feature)
            for word in words:
                self._by_word.setdefault(word, []).append(feature)
        self._lengths = sorted(set(map(len, self._by_start)))

    def seek(self, shown: Shown) -> tuple[set[R], Found]:
        """These, and the places of what was placed."""
        scan, also = shown.scan, [*shown.found]
        for word in self._by_word.keys() & scan.extra:
            also += [one for one in self._by_word[word] if _may_show(scan, one)]
        for length in self._lengths:
            for form in scan.extra:
                some = self._by_start.get(form[:length], ())
                also += [one for one in some if _may_show(scan, one)]
        return self._runs.seek(scan.run + scan.others, scan.flat, scan.starts, also)


def _may_show(scan: Scan, feature: str) -> bool:
    """Of one that does not stand in the run of plain words as it is."""
    if feature[0] == START:
        return scan.may_hold_start(" ".join(words_of(feature)))
    return scan.may_hold_all(words_of(feature))
