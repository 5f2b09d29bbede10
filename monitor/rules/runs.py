"""Which of many runs of words stand among the words of a text.

This is what `_runs.c` does at a quarter of the time, for where that could not be built; the tests
hold both against each other.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from ahocorasick_rs import BytesAhoCorasick

# With the places (start, end) of those that have some in the text, if they are asked for and all
# known.
Found = dict[str, list[tuple[int, int]] | None]


class Runs:
    """Words of one run, and of a text, have one blank between two."""

    def __init__(self, runs: Iterable[str], placed: Container[str]) -> None:
        """`placed`: those whose places are asked for, of which nothing comes here."""
        self._runs = list(runs)
        self._automaton = BytesAhoCorasick([_bytes(f" {run} ") for run in self._runs])

    def seek(self, words: str, flat: bytes, starts: bytes, /) -> Found:
        """Those runs that stand among words that begin and end with a blank.

        `flat` and `starts` are the text's that the words are from, as `passes` has them: what they
        tell of places is left out here.
        """
        found = self._automaton.find_matches_as_indexes(_bytes(words), overlapping=True)
        return dict.fromkeys(self._runs[number] for number, _, _ in found)


def _bytes(words: str) -> bytes:
    return words.encode("utf-8", "surrogatepass")
