"""Which rules an item may concern: which of many runs of words stand among its words, and for which
rules that is enough.

This is what `_runs.c` does at a quarter of the time, for where that could not be built; the tests
hold both against each other.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterator, Mapping
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from ahocorasick_rs import BytesAhoCorasick

from monitor.rules.bits import TooCostly
from monitor.rules.features import START, is_of_words, likeness, literal
from monitor.rules.regexes import is_like

R = TypeVar("R", bound=Hashable)

# Runs with their places (start, end) in a text where all are known.
Found = dict[str, list[tuple[int, int]] | None]


class Entry(NamedTuple, Generic[R]):
    """A rule, and what an item with the key's feature must show besides."""

    others: tuple[str, ...]
    rule: R


class Runs(Generic[R]):
    """Words of a feature, and of a text, have one blank between two."""

    def __init__(self, by_key: Mapping[str, tuple[Entry[R], ...]], placed: Container[str]) -> None:
        """`by_key`: rules by a feature that each needs.  `placed`: the features whose places are
        asked for, of which nothing comes here."""
        others = (one.others for entries in by_key.values() for one in entries)
        wanted = dict.fromkeys(filter(is_of_words, chain(by_key, *others)))
        self._by_key = by_key
        self._runs = [one for one in wanted if one[0] != START]
        self._starts = [one for one in wanted if one[0] == START]
        self._automaton = BytesAhoCorasick([_bytes(f" {run} ") for run in self._runs])
        self._beginnings = BytesAhoCorasick(
            [_bytes(f" {literal(one)[1:]}") for one in self._starts]
        )

    def seek(
        self, words: str, flat: bytes, starts: bytes, also: list[str], /
    ) -> tuple[set[R], Found]:
        """The rules, of an item of these words, which begin and end with a blank, and of which some
        features more are known.

        `flat` and `starts` are the text's that the words are from, as `passes` has them: what they
        tell of places is left out here.
        """
        seen = {*also, *self._seek(_bytes(words))}
        rules = {
            rule
            for key in seen
            for others, rule in self._by_key.get(key, ())
            if seen.issuperset(others)
        }
        return rules, {}

    def _seek(self, words: bytes) -> Iterator[str]:
        for number, _, _ in self._automaton.find_matches_as_indexes(words, overlapping=True):
            yield self._runs[number]
        for number, _, end in self._beginnings.find_matches_as_indexes(words, overlapping=True):
            start = self._starts[number]
            if literal(start) == start or _may_be_like(likeness(start), words, end):
                yield start


def _bytes(words: str) -> bytes:
    return words.encode("utf-8", "surrogatepass")


def _may_be_like(form: str, words: bytes, at: int) -> bool:
    """Of the word that goes on at a place."""
    word = words[words.rfind(b" ", 0, at) + 1 : words.find(b" ", at)]
    try:
        return is_like(form, word.decode("utf-8", "surrogatepass"))
    except TooCostly:
        return True
