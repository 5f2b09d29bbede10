"""A sentence as words and numbers, and what can be asked of a place in it.

Places are numbers of words; a place outside of the sentence answers like an unknown word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.figures.numbers import Number, Word, matches_at
from monitor.figures.tables import Phrase, Tables

AND = frozenset(("and", "or", "und", "oder", "et", "ou", "y", "o", "/", "&"))
_LONGEST_NOUN = 3  # "two Iraqi police officers"
_NO_NOUN = ("passive", "prepositions", "determiners", "breaks")


class Sentence:
    """`free` are the numbers that count nothing yet; take them away with `take` and `drop`."""

    def __init__(self, words: Sequence[Word], numbers: Sequence[Number], table: Tables) -> None:
        self.words, self.table = words, table
        self._free = {number.first: number for number in numbers}
        self._inside = {at: n for n in numbers for at in range(n.begin, n.last)}

    def free(self) -> Iterator[Number]:
        """In order; what is taken meanwhile does no harm."""
        yield from [number for _, number in sorted(self._free.items())]

    def take(self, number: Number) -> None:
        """It counts something now."""
        self._free.pop(number.first, None)

    def drop(self, number: Number) -> None:
        """It counts nothing, and is a word like any other."""
        self.take(number)
        for at in range(number.begin, number.last):
            self._inside.pop(at, None)

    def form(self, at: int) -> str:
        return self.words[at].form if 0 <= at < len(self.words) else ""

    def is_in(self, at: int, name: str) -> bool:
        """Whether the word is in that set of `words.yaml`."""
        return self.form(at) in self.table.sets[name]

    def number_over(self, at: int) -> Number | None:
        """The number of which the word is a part, free or not."""
        return self._inside.get(at)

    def is_free(self, number: Number) -> bool:
        return number.first in self._free

    def number_from(self, at: int) -> Number | None:
        """The free number that begins here, qualifiers included."""
        number = self._inside.get(at)
        begins = number is not None and number.begin == at and self.is_free(number)
        return number if begins else None

    def kind_at(self, at: int) -> str | None:
        """What the word counts, in whichever way."""
        if at in self._inside:
            return None
        form, table = self.form(at), self.table
        return (
            table.suffered.get(form) or table.is_.get(form)
            or table.does.get(form) or table.of.get(form)
        )  # fmt: skip

    def begins(self, at: int, phrase: Phrase) -> bool:
        return at >= 0 and matches_at(self.words, at, phrase)

    def is_plain(self, at: int) -> bool:
        """Whether the word may belong to a noun."""
        form = self.form(at)
        linking = any(self.is_in(at, name) for name in _NO_NOUN) or form in AND or form == "who"
        return form[:1].isalnum() and not linking and self.kind_at(at) is None

    def noun_end(self, number: Number) -> int:
        """Where the noun behind a number ends; at the number where there is none."""
        end = number.last
        while end < number.last + _LONGEST_NOUN and self.is_plain(end):
            end += 1
        return end

    def counts_things(self, number: Number) -> bool:
        """Whether the noun behind it is a bomb, a house or a cow."""
        end = self.noun_end(number)
        return end > number.last and self.is_in(end - 1, "things")

    def people_end(self, number: Number) -> int | None:
        """Where the noun behind it ends, if it is one of people; "others" are not added up."""
        end = self.noun_end(number)
        is_people = end > number.last and self.is_in(end - 1, "people")
        return end if is_people and self.form(end - 1) != "others" else None
