"""Where the words of a scanned text stand, without making the tokens of all of it.

A chunk is what stands between blanks.  Those in which a form may stand are found among the letters;
who wants to know whether it does reads these few.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from string import ascii_letters, digits

from monitor.text.passages import is_parted
from monitor.text.passes import LOWERED, word_starts
from monitor.text.scan import Scan
from monitor.text.words import Kind, tokens

Chunk = tuple[int, int]  # code points, start and end

_MOST = 16  # to look at so many costs what the tokens of an article do
_FEW_LETTERS = 4
_NOT_BLANK = re.compile(rb"[^ ]+")
_GROUPED = re.compile(r"\d{4}")
_LONGEST_ABBREVIATION = 40
_SHAPES = str.maketrans(dict.fromkeys(ascii_letters, "a") | dict.fromkeys(digits, "9"))
_TWO_AND_MORE = re.compile("aa+")
_PLACE = (0x7FFFFFFF).__and__  # of a start: its highest bit says something else


class Chunks:
    """Of a text that is not foreign."""

    def __init__(self, scan: Scan) -> None:
        self.text = scan.text
        self._scan = scan
        self._flat = scan.flat
        self._known: dict[str, list[Chunk] | None] = {}
        self._read: dict[int, list[int]] = {}

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

    def plainly(self, phrase: str) -> list[Chunk] | None:
        """Where a word of two letters or more stands, or a phrase of such with one blank between
        two; None where some of them stands too often."""
        words = phrase.split(" ")
        if len(words) == 1:
            return self._of_word(phrase)
        found = self._of_words(phrase, words)
        return self._of_each(words) if found is None else found

    def _of_word(self, word: str) -> list[Chunk] | None:
        """Of what stands so among the letters only what wants it is read."""
        odd, flat, starts = self._scan.odd, self._flat, _standing(self._low, word)
        if len(starts) > _MOST:
            return None
        found, read = [], set()
        for start in starts:
            begin = flat.rfind(b" ", 0, start + 1)
            if begin in odd:
                read.add((begin, odd[begin][0]))
            else:
                found.append((start, start + len(word)))
        if word in self._scan.extra:
            specials = self._scan.specials.items()
            read.update((begin, end) for begin, (end, forms) in specials if word in forms)
        read.update(self._written_otherwise(word))
        if len(read) > _MOST:
            return None
        for begin, end in read:
            some = tokens(self.text[begin:end])
            found += [(begin + one.start, begin + one.end) for one in some if one.form == word]
        return found

    def _of_words(self, phrase: str, words: list[str]) -> list[Chunk] | None:
        """Every place stands in `run` if none of its forms is `extra`, and what stands among the
        letters of plain chunks is a place.  So where there are as many, they are the same; None
        where this does not tell.
        """
        if not self._scan.extra.isdisjoint(words):
            return None
        starts = _standing(self._low, phrase)
        if len(starts) > _MOST or len(starts) != len(_standing(self._scan.run, phrase)):
            return None
        found = [(start, start + len(phrase)) for start in starts]
        return None if any(self._touches_odd(*one) for one in found) else found

    def _of_each(self, words: list[str]) -> list[Chunk] | None:
        """Where they follow one another in one paragraph, by the places of each."""
        reached: list[Chunk] = []
        for number, word in enumerate(words):
            there = self._of_word(word)
            if there is None:
                return None
            if number == 0:
                reached = there
                continue
            following: dict[int, list[Chunk]] = {}
            for one in there:
                following.setdefault(self.position_at(one[0]), []).append(one)
            reached = [
                (start, after)
                for start, end in reached
                for begin, after in following.get(self.position_at(end), ())
                if not is_parted(self.text, end, begin)
            ]
            if not reached:
                break
        return reached

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
        begins, ends, more = self._uneven
        number = bisect_left(begins, place)
        if number and place < ends[number - 1]:
            begin = begins[number - 1]
            inside = bisect_left(self._words_of(begin), place)
            return self._begun_before(begin) + more[number - 1] + inside
        return self._begun_before(place) + more[number]

    def _begun_before(self, place: int) -> int:
        """How many words of `run` begin before it."""
        return bisect_left(self._starts, place, key=_PLACE)

    def _words_of(self, begin: int) -> list[int]:
        """Where the words of the odd chunk start that begins there."""
        if begin not in self._read:
            words = tokens(self.text[begin : self._scan.odd[begin][0]])
            self._read[begin] = [begin + one.start for one in words if one.kind is Kind.WORD]
        return self._read[begin]

    def _holding(self, form: str) -> list[Chunk]:
        found = self._plain(form, is_whole=True)
        if form in self._scan.extra:
            specials = self._scan.specials.items()
            found += [(start, end) for start, (end, forms) in specials if form in forms]
        return found

    def _starting(self, start: str) -> list[Chunk]:
        found = self._plain(start, is_whole=False)
        if f" {start}" in self._scan.others:
            for begin, (end, forms) in self._scan.specials.items():
                if any(form.startswith(start) for form in forms):
                    found.append((begin, end))
        return found

    def _plain(self, letters: str, *, is_whole: bool) -> list[Chunk]:
        """Those of which it is a word, or the start of one, that wants no reading; not all of them
        if they are too many."""
        low = self._low
        # With a blank before it a search stops at every word, without one where words hold it.
        before = 1 if len(letters) < _FEW_LETTERS else 0
        found: list[Chunk] = []
        for place in _places(low, " "[:before] + letters):
            at = place + before
            if low[at - 1] == " " and (not is_whole or low[at + len(letters)] == " "):
                found.append(self._chunk(at, len(letters)))
                if len(found) > _MOST:
                    return found
        return found + list(self._written_otherwise(letters))

    def _written_otherwise(self, form: str) -> Iterator[Chunk]:
        """Chunks that may hold it so; not all of them if they are too many."""
        for otherwise in _otherwise(form):
            for at in _standing(self._low, otherwise):
                yield self._chunk(at + 1, len(otherwise))

    def _chunk(self, at: int, length: int) -> Chunk:
        """What stands between blanks around a place in `flat`."""
        return self._flat.rfind(b" ", 0, at), self._flat.find(b" ", at + length) - 1

    def _touches_odd(self, start: int, end: int) -> bool:
        """Whether what stands there in the text is partly in a chunk that wants reading."""
        begin = self._flat.rfind(b" ", 0, start + 1)
        while 0 <= begin <= end:
            if begin in self._scan.odd:
                return True
            begin = self._flat.find(b" ", begin + 1)
        return False

    def _holds_word(self, start: int, end: int) -> bool:
        """For certain: what is not of ASCII may be none."""
        return not self._low[start:end].isspace()

    @cached_property
    def _low(self) -> str:
        """As long as `flat`, blanks for all but letters and digits."""
        return self._flat.translate(LOWERED).decode()

    @cached_property
    def _starts(self) -> Sequence[int]:
        """Where the words of `run` begin, by `_PLACE`."""
        starts = self._scan.starts
        return memoryview(starts).cast("i") if starts else word_starts(self._flat)

    @cached_property
    def _uneven(self) -> tuple[list[int], list[int], list[int]]:
        """Where odd chunks begin, where they end, and, before each and behind the last, how many
        more words there were in them until then than `run` has."""
        begins, ends = list(self._scan.odd), [end for end, _ in self._scan.odd.values()]
        more = [
            _width(self.text[begin:end]) - self._begun_before(end) + self._begun_before(begin)
            for begin, end in zip(begins, ends, strict=True)
        ]
        return begins, ends, list(accumulate(more, initial=0))


def _places(where: str, sought: str) -> Iterator[int]:
    """None of them overlap: what does lies in the same chunk."""
    at = where.find(sought)
    while at >= 0:
        yield at
        at = where.find(sought, at + len(sought))


def _standing(words: str, phrase: str) -> list[int]:
    """Where it stands among words with blanks around them; not all if it is too often.  It is
    sought without blanks around it, at which a search would stop at every word."""
    found: list[int] = []
    at = words.find(phrase)
    while at >= 0:
        if words[at - 1] == " " == words[at + len(phrase)]:
            found.append(at - 1)
            if len(found) > _MOST:
                break
        at = words.find(phrase, at + 1)
    return found


def _few(found: list[Chunk]) -> list[Chunk] | None:
    """Each once."""
    return list(dict.fromkeys(found)) if len(found) <= _MOST else None


def _width(chunk: str) -> int:
    """How many positions it has.  Of ASCII that is a matter of its shape: which letters and digits
    they are says nothing, nor how many letters stand together if it is more than one; but for an
    `s` that a sign and an apostrophe may take into the word before it."""
    if chunk.isascii() and "+'" not in chunk and "#'" not in chunk:
        chunk = _TWO_AND_MORE.sub("aa", chunk.translate(_SHAPES))
    return _width_of(chunk)


@lru_cache(maxsize=1 << 12)
def _width_of(chunk: str) -> int:
    found = tokens(chunk)
    return found[-1].last + 1 if found else 0


def _otherwise(form: str) -> list[str]:
    """The letters of how a plain word may be written besides where it is not odd: `u.s`, `1,200`;
    or as it is, if it is `73.7`."""
    if form.isalpha():
        return [" ".join(form)] if 1 < len(form) <= _LONGEST_ABBREVIATION else []
    if "." in form:
        return [form.replace(".", " ")]
    if not form.isdecimal():
        return []
    groups: list[str] = []
    found = []
    while len(form) > 3:
        groups.insert(0, form[-3:])
        form = form[:-3]
        found.append(" ".join([form, *groups]))
    return found
