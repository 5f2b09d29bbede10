"""Which of many runs of words stand among the words of a text, and which only begin there.

This is what `_runs.c` does at a quarter of the time, for where that could not be built; the tests
hold both against each other.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from ahocorasick_rs import BytesAhoCorasick

_START = "*"
_WILDCARD = re.compile(r"[*?]")

# With the places (start, end) of those that have some in the text, if they are asked for and all
# known.
Found = dict[str, list[tuple[int, int]] | None]
# With the words that begin so where there is more to be looked at in them: beyond a wildcard.
Begun = dict[str, set[str] | None]


class Runs:
    """Words of one run, and of a text, have one blank between two.  Behind a `*` there are words
    the last of which is only begun: up to the next wildcard, if there is one."""

    def __init__(self, runs: Iterable[str], placed: Container[str]) -> None:
        """`placed`: those whose places are asked for, of which nothing comes here."""
        some = list(runs)
        self._runs = [one for one in some if one[0] != _START]
        self._automaton = BytesAhoCorasick([_bytes(f" {run} ") for run in self._runs])
        self._starts = [one for one in some if one[0] == _START]
        literals = [_WILDCARD.split(one[1:], maxsplit=1)[0] for one in self._starts]
        self._is_whole = [len(a) == len(b) + 1 for a, b in zip(self._starts, literals, strict=True)]
        self._beginnings = BytesAhoCorasick([_bytes(f" {one}") for one in literals])

    def seek(self, words: str, flat: bytes, starts: bytes, /) -> tuple[Found, Begun]:
        """Those that stand among words that begin and end with a blank.

        `flat` and `starts` are the text's that the words are from, as `passes` has them: what they
        tell of places is left out here.
        """
        text = _bytes(words)
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        begun: Begun = {}
        for number, _, end in self._beginnings.find_matches_as_indexes(text, overlapping=True):
            start = self._starts[number]
            if self._is_whole[number]:
                begun[start] = None
            elif (some := begun.setdefault(start, set())) is not None:
                some.add(_word(text, end))
        return dict.fromkeys(self._runs[number] for number, _, _ in found), begun


def _bytes(words: str) -> bytes:
    return words.encode("utf-8", "surrogatepass")


def _word(text: bytes, at: int) -> str:
    """That which goes on at a place."""
    word = text[text.rfind(b" ", 0, at) + 1 : text.find(b" ", at)]
    return word.decode("utf-8", "surrogatepass")
