"""Read the words of a sentence, and which of them are numbers that may count people.

Years, ages, times, dates, money, distances, shares, names ("F-16", "para 3") are none; "hundreds"
and "several hundred" are no exact ones.  What is counted is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.figures.tables import TOKEN, Phrase, Tables
from monitor.text import fold

_GROUPED = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+|\d+")
_DECIMAL = re.compile(r"(\d{1,3})[.,](\d{1,2})")
_RANGE = re.compile(r"(\d{1,6})[‑–-](\d{1,6})")
_MONEY = frozenset("$€£¥₹₽₺₪")
_HYPHENS = re.compile(r"[-‑–]")
_MOST_DIGITS = 9
_SHORTEST_AFTER_WA = 4
_YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Word:
    """A word, number or mark with its place.  `form` is folded, `lower` keeps its marks."""

    form: str
    lower: str
    start: int
    end: int
    capital: bool


@dataclass(frozen=True, slots=True)
class Number:
    """`value` stands in words[first:last]; with its qualifier it is words[begin:last]."""

    value: int
    first: int
    last: int
    begin: int
    qualifier: str | None


def words_of(text: str, start: int, end: int) -> list[Word]:
    found = []
    for token in TOKEN.finditer(text, start, end):
        written = token[0]
        form = fold(written).replace("’", "'")
        if len(form) > _SHORTEST_AFTER_WA:
            form = form.removeprefix("و")  # "and", written as one with what follows
        found.append(
            Word(form, written.casefold(), token.start(), token.end(), written[0].isupper())
        )
    return found


def matches_at(words: Sequence[Word], at: int, phrase: Phrase) -> bool:
    return len(words) - at >= len(phrase) and all(
        words[at + n].form == form for n, form in enumerate(phrase)
    )


def numbers_in(words: Sequence[Word], table: Tables) -> list[Number]:
    """Every number that may be a figure, in order."""
    reader = _Reader(words, table)
    found, at = [], 0
    while at < len(words):
        read = reader.number_at(at)
        if read is None:
            at += 1
            continue
        value, last, least = read
        last, least = reader.range_end(at, last, value, least=least)
        if value and reader.may_count(value, at, last):
            found.append(reader.qualified(value, at, last, least=least))
        at = last
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    words: Sequence[Word]
    table: Tables

    def number_at(self, at: int) -> tuple[int, int, bool] | None:
        """(value, end, whether it is the lower end of a range); value 0 where it is none."""
        written = self.words[at].lower
        if between := _RANGE.fullmatch(written):
            low, high = int(between[1]), int(between[2])
            return (low if low < high else 0), at + 1, True
        if decimal := _DECIMAL.fullmatch(written):
            return self._scaled(int(decimal[1]) + int(decimal[2]) / 10 ** len(decimal[2]), at + 1)
        if _GROUPED.fullmatch(written):
            digits = re.sub(r"\D", "", written)
            return self._scaled(int(digits) if len(digits) <= _MOST_DIGITS else 0, at + 1)
        return self._spelled(at)

    def _scaled(self, value: float, at: int) -> tuple[int, int, bool]:
        """What stands in digits, times a million or a dozen behind it."""
        scale = self._scale(at)
        if scale:
            return round(value * scale), at + 1, False
        return (int(value) if value == int(value) else 0), at, False

    def _spelled(self, at: int) -> tuple[int, int, bool] | None:
        """As in "eight", "twenty-six", "a hundred and twenty", "half a dozen"."""
        first, half = at, False
        if self._is(at, "half") and self._is(at + 1, "a"):
            half, at = True, at + 2
        elif self._is(at, "a"):
            at += 1
        total, part, began = 0, int(at > first), at
        while at < len(self.words):
            small = 0 if at == began > first else self._small(at, part)
            scale = self._scale(at) if part else 0
            if small:
                part += small
            elif scale >= 1000:
                total, part = total + part * scale, 0
            elif scale:
                part *= scale
            elif not (at > began and self._is(at, "and") and self._goes_on(at + 1, total + part)):
                break
            at += 1
        return ((total + part) // (2 if half else 1), at, False) if at > began else None

    def range_end(self, at: int, last: int, low: int, *, least: bool) -> tuple[int, bool]:
        """Where "between 20 and 30" or "20 to 30" ends, and that it is a range."""
        links = "and" if self._is(at - 1, "between") else "to"
        if not (self._is(last, links) or self._is(last, "or")) or self._is(at - 1, "from"):
            return last, least
        high = self.number_at(last + 1) if last + 1 < len(self.words) else None
        return (high[1], True) if high and high[0] > low > 0 else (last, least)

    def _goes_on(self, at: int, so_far: int) -> bool:
        """Whether "and" stands inside a number: "a hundred and twenty"."""
        small = self._small(at, 0)
        return so_far >= 100 and so_far % 100 == 0 and 0 < small < 100 and not self._scale(at + 1)

    def _small(self, at: int, part: int) -> int:
        """A number below a hundred at `at`, as far as it may follow `part`."""
        if at >= len(self.words):
            return 0
        numbers = self.table.numbers
        parts = _HYPHENS.split(self.words[at].lower)
        values = [numbers["units"].get(one) or numbers["tens"].get(one) or 0 for one in parts]
        if len(values) == 2 and values[0] >= 20 and 0 < values[1] < 10:
            value = sum(values)
        elif len(values) == 1:
            value = values[0]
        else:
            return 0
        fits = part % 100 == 0 or (part % 10 == 0 and part % 100 >= 20 and value < 10)
        return value if fits else 0

    def _scale(self, at: int) -> int:
        return (
            self.table.numbers["scales"].get(self.words[at].lower, 0) if at < len(self.words) else 0
        )

    def _is(self, at: int, form: str) -> bool:
        return 0 <= at < len(self.words) and self.words[at].form == form

    def _in(self, at: int, name: str) -> bool:
        return 0 <= at < len(self.words) and self.words[at].form in self.table.sets[name]

    def may_count(self, value: int, first: int, last: int) -> bool:
        """Whether nothing beside words[first:last] says that it is no figure."""
        words = self.words
        if self._in(first - 1, "labels") and not self._is(last, "of"):
            return False
        if first and words[first - 1].form in _MONEY:
            return False
        if last < len(words) and (words[last].form in {"%", *_MONEY} or self._in(last, "measures")):
            return False
        if value <= 31 and (self._month(first - 1) or self._month(last)):
            return False
        if self._in(first - 1, "vague") or self._is(first - 1, "no"):
            return False
        if words[first].lower.isdecimal() and value in _YEARS and last == first + 1:
            return self._in(last, "people")
        return not self._is_age(first, last) and not self._is_earlier(first)

    def _month(self, at: int) -> bool:
        return self._in(at, "months") and self.words[at].capital

    def _is_age(self, first: int, last: int) -> bool:
        """As in "John Smith, 26, was killed"."""
        alone = self._is(first - 1, ",") and self._is(last, ",") and last == first + 1
        return alone and first >= 2 and self.words[first - 2].capital

    def _is_earlier(self, first: int) -> bool:
        """As in "from 26 to 34", "earlier put at 26", "up from 26"."""
        at = self._qualifier(first)[0] - 1
        if self._in(at, "from"):
            return True
        while self._in(at, "counts"):
            at -= 1
        return self._in(at, "earlier")

    def _qualifier(self, first: int) -> tuple[int, str | None]:
        """(where the number begins with its qualifiers, what they come to)."""
        begin, found = first, None
        if self._is(first - 1, "between"):
            return first - 1, "at least"
        while True:
            for phrase, name in self.table.qualifiers:
                at = begin - len(phrase)
                if at >= 0 and matches_at(self.words, at, phrase):
                    begin, found = at, found or name
                    break
            else:
                return begin, found

    def qualified(self, value: int, first: int, last: int, *, least: bool) -> Number:
        begin, name = self._qualifier(first)
        if least:
            name = name or "at least"
        return Number(value, first, last, begin, name)
