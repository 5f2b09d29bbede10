"""The tokens of a text by their forms, each made when it is asked for.

Most questions are after a few forms: to know which chunks hold them costs a fifth of all tokens.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from monitor.text.words import CHUNK, Token, read_chunk


class Lookup:
    """`size`: how many positions the text has."""

    def __init__(self, text: str) -> None:
        spans = [chunk.span() for chunk in CHUNK.finditer(text)]
        self._starts = [start for start, _ in spans]
        self._read = [read_chunk(text[start:end]) for start, end in spans]
        lengths = (read[-1].last + 1 if read else 0 for read in self._read)
        self._firsts = list(accumulate(lengths, initial=0))
        self.size = self._firsts[-1]
        # The numbers of the chunks that hold a form.
        self._holding: dict[str, list[int]] = {}
        holding = self._holding
        for number, read in enumerate(self._read):
            for token in read:
                if token[0] in holding:
                    holding[token[0]].append(number)
                else:
                    holding[token[0]] = [number]

    def forms(self) -> Iterator[str]:
        """Every form, once."""
        return iter(self._holding)

    def find(self, form: str) -> list[Token]:
        """The tokens of this form, in order."""
        found = []
        for number in dict.fromkeys(self._holding.get(form, ())):
            position, at = self._firsts[number], self._starts[number]
            for token in self._read[number]:
                if token.form == form:
                    _, first, last, start, end, kind = token
                    found.append(
                        Token(form, first + position, last + position, start + at, end + at, kind)
                    )
        return found

    def position_at(self, start: int) -> int:
        """The position of the first word that begins at or after a place."""
        number = bisect_left(self._starts, start)
        if number == 0:
            return 0
        inside = start - self._starts[number - 1]
        before = {token.first for token in self._read[number - 1] if token.start < inside}
        return self._firsts[number - 1] + len(before)
