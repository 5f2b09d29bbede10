"""Where the words of a scanned text stand, without making the tokens of all of it.

A chunk is what stands between blanks.  Those in which a form may stand are found among the letters;
who wants to know whether it does reads these few.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import accumulate

from monitor.text.scan import LOWERED, Scan
from monitor.text.words import Kind, tokens

Chunk = tuple[int, int]  # code points, start and end

_MOST = 16  # to look at so many costs what the tokens of an article do
_NOT_BLANK = re.compile(rb"[^ ]+")
_LETTERS = bytes(0x20 if code == 0x20 else 0x61 for code in LOWERED)
# What makes one word of two runs of letters or digits.
_JOINING = re.compile(rb"[',.](?=[A-Za-z0-9])")
_GROUPED = re.compile(r"\d{4}")
_LONGEST_ABBREVIATION = 40


class Chunks:
    """Of a text that is not foreign."""

    def __init__(self, scan: Scan) -> None:
        self.text = scan.text
        self._scan = scan
        self._flat = scan.flat
        self._known: dict[str, list[Chunk] | None] = {}

    def holding(self, form: str) -> list[Chunk] | None:
        """The chunks in which a form may stand; None where there are more than are worth being
        looked at one by one, or it takes more to tell."""
        if form not in self._known:
            is_plain = form.isalpha() or form.isdecimal() or not _GROUPED.search(form)
            self._known[form] = _few(self._holding(form)) if is_plain else None
        return self._known[form]

    def starting(self, start: str) -> list[Chunk] | None:
        """The same, for all forms that begin so."""
        key = f"{start}*"
        if key not in self._known:
            self._known[key] = _few(self._starting(start)) if start.isalpha() else None
        return self._known[key]

    def widened(self, chunk: Chunk, before: int, after: int) -> Chunk:
        """The chunk with at least so many words before it and behind it."""
        start, end = chunk[0] + 1, chunk[1] + 1
        while before > 0:
            stop = len(self._flat[:start].rstrip(b" "))
            if stop == 0:
                break
            start = self._flat.rfind(b" ", 0, stop) + 1
            before -= self._holds_word(start, stop)
        while after > 0 and (found := _NOT_BLANK.search(self._flat, end)):
            after -= self._holds_word(*found.span())
            end = found.end()
        return max(start - 1, 0), min(end - 1, len(self.text))

    def position_at(self, place: int) -> int:
        """The position of the first word that begins at or after a place."""
        at = place + 1
        begin = self._flat.rfind(b" ", 0, at) + 1
        starts, more = self._uneven
        position = self._runs.count(b" a", 0, begin) + more[bisect_left(starts, begin)]
        if begin < at:
            chunk = self.text[begin - 1 : self._flat.find(b" ", begin) - 1]
            position += sum(
                one.kind is Kind.WORD and one.start < at - begin for one in tokens(chunk)
            )
        return position

    def _holding(self, form: str) -> Iterator[Chunk]:
        if f" {form} " in self._scan.run:
            yield from self._around(self._low, f" {form} ")
            for written in _otherwise(form):
                yield from self._around(self._lower, written)
        if form in self._scan.extra:
            for start, (end, forms) in self._scan.specials.items():
                if form in forms:
                    yield start, end

    def _starting(self, start: str) -> Iterator[Chunk]:
        if f" {start}" in self._scan.run:
            yield from self._around(self._low, f" {start}")
            for written in _otherwise(start):
                yield from self._around(self._lower, written)
        for begin, (end, forms) in self._scan.specials.items():
            if any(form.startswith(start) for form in forms):
                yield begin, end

    def _around(self, where: bytes, sought: str) -> Iterator[Chunk]:
        """The chunks around a few letters in one of the guises of the text."""
        literal, flat = sought.encode(), self._flat
        last = len(literal) - 1
        at = where.find(literal)
        while at >= 0:
            yield flat.rfind(b" ", 0, at + 1), flat.find(b" ", at + last) - 1
            at = where.find(literal, at + 1)

    def _holds_word(self, start: int, end: int) -> bool:
        """For certain: what is not of ASCII may be none."""
        return not self._low[start:end].isspace()

    @cached_property
    def _lower(self) -> bytes:
        return self._flat.lower()

    @cached_property
    def _low(self) -> bytes:
        """As long as `flat`, blanks for all but letters and digits."""
        return self._flat.translate(LOWERED)

    @cached_property
    def _runs(self) -> bytes:
        """The same with one letter for all."""
        return self._flat.translate(_LETTERS)

    @cached_property
    def _uneven(self) -> tuple[list[int], list[int]]:
        """Where chunks start that hold more or fewer words than runs of letters, and, before each
        and behind the last, how many more there were until then."""
        flat, text = self._flat, self.text
        found = {begin + 1: end for begin, (end, _) in self._scan.specials.items()}
        for joining in _JOINING.finditer(flat):
            at = joining.start()
            begin = flat.rfind(b" ", 0, at) + 1
            if begin not in found:
                found[begin] = flat.find(b" ", at) - 1
        starts = sorted(found)
        more = [
            _width(text[begin - 1 : (end := found[begin])])
            - self._runs.count(b" a", begin - 1, end + 1)
            for begin in starts
        ]
        return starts, list(accumulate(more, initial=0))


def _few(found: Iterator[Chunk]) -> list[Chunk] | None:
    """Each once."""
    some: dict[Chunk, None] = {}
    for chunk in found:
        some[chunk] = None
        if len(some) > _MOST:
            return None
    return list(some)


@lru_cache(maxsize=1 << 14)
def _width(chunk: str) -> int:
    """How many positions it has."""
    found = tokens(chunk)
    return found[-1].last + 1 if found else 0


def _otherwise(form: str) -> list[str]:
    """How a plain word may be written besides, of what is not taken for special: `u.s`, `1,200`."""
    if form.isalpha():
        return [".".join(form)] if 1 < len(form) <= _LONGEST_ABBREVIATION else []
    if not form.isdecimal():
        return []
    groups: list[str] = []
    found = []
    while len(form) > 3:
        groups.insert(0, form[-3:])
        form = form[:-3]
        found.append(",".join([form, *groups]))
    return found
