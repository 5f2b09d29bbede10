"""A text made ready to tell which words may stand in it, without making its tokens.

Most of a text is plain words between blanks and idle punctuation: those are had by a few passes in
C (`run`).  What hyphens join is had from these, and a chunk with a sign or an accent in it is read
as `words` does (`extra`).  Both together hold every form there is, and some that are none: what is
found here is looked at again with real tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from itertools import chain

from monitor.text.passes import KEPT
from monitor.text.words import CHUNK, forms_of_chunk

try:
    from monitor.text._passes import passes
except ImportError:  # nothing was there to build it with
    from monitor.text.passes import passes

_JOINING = re.compile(rb"[-/](?=[A-Za-z0-9])(?<=[A-Za-z0-9].)")
_IDLE = "\"'()<>[]{}*_|:;!?,~=%^`/-"
_IDLE_AFTER = f"{_IDLE}."
_COMPOUND = re.compile(
    rf"[{re.escape(_IDLE)}]*+([A-Za-z0-9]++(?:[-/][A-Za-z0-9]++)*+)[{re.escape(_IDLE_AFTER)}]*+"
)
_MOST_REMEMBERED = 1 << 15
_LONGEST_REMEMBERED = 40
_known: dict[str, tuple[str, ...]] = {}

Read = tuple[int, tuple[str, ...]]  # where a chunk ends, and its forms


class Scan:
    """`run`: the plain words in their order, one blank before and behind each.

    `extra`: the forms that do not stand in `run`, and some that do.
    `odd`: the chunks that want reading, by where they start: (end, forms).
    `flat`: the text as ASCII between two blanks, a blank for all white space.
    `is_foreign`: too little of it is ASCII to be read by chunks; then none is odd.
    `starts`: where the words of `run` begin in the text, for `Runs` to tell places by; none if
    it is foreign.
    """

    __slots__ = (
        "__dict__", "extra", "flat", "is_foreign", "odd", "others", "run", "starts", "text",
    )  # fmt: skip

    def __init__(self, text: str) -> None:
        self.text = text
        self.flat, self.run, joined, odd, self.is_foreign, starts = passes(text)
        # What is plain in a foreign text may be a piece of a word, and no chunk is odd there.
        self.starts = b"" if self.is_foreign else starts
        self.odd: dict[int, Read] = {}
        self.extra = set(joined.split())
        # As `run`, of `extra`, in any order.
        self.others = f" {joined} "
        for start, end in odd:
            forms = _forms(text[start:end])
            self.odd[start] = end, forms
            self.extra.update(forms)
        if self.is_foreign:
            self.extra = set(chain.from_iterable(map(_forms, set(CHUNK.findall(text)))))
        if odd or self.is_foreign:
            self.others = f" {' '.join(self.extra)} "

    def forms(self) -> set[str]:
        """Every form of a token of the text, and some that are none."""
        return self.extra.union(self.run.split())

    def forms_until(self, end: int) -> set[str]:
        """The same of what stands before a place of the text."""
        return self.extra.union(passes(self.text[:end])[1].split())

    def may_hold_start(self, forms: str) -> bool:
        """Whether some forms, parted by blanks, may follow one another, the last of them being only
        the start of one."""
        if f" {forms}" in self.run:
            return True
        *others, start = forms.split(" ")
        starts = f" {start}" in self.others
        if not starts and self.extra.isdisjoint(others):
            return False
        return (starts or f" {start}" in self.run) and self.may_hold_all(others)

    def may_hold_all(self, forms: list[str]) -> bool:
        """Whether each of them may be there, wherever."""
        rarest_first = sorted(forms, key=len, reverse=True)
        # A search for what begins with a blank stops at every word.
        return all(
            form in self.extra or (form in self.run and f" {form} " in self.run)
            for form in rarest_first
        )

    def written(self) -> set[str]:
        """Every word as it stands there; of what wants reading, the chunks."""
        return set(self.flat.translate(KEPT).decode().split()).union(
            self.text.split() if self.extra else ()
        )

    @cached_property
    def specials(self) -> dict[int, Read]:
        """The chunks of which all of `extra` is: the odd ones and the compounds."""
        return {**self._read(map(re.Match.start, _JOINING.finditer(self.flat))), **self.odd}

    def _read(self, places: Iterable[int]) -> dict[int, Read]:
        """The chunks that hold them, as `odd`."""
        flat, text, read = self.flat, self.text, {}
        start = end = -1
        for at in places:
            if not start < at < end:
                start, end = flat.rfind(b" ", 0, at), flat.find(b" ", at)
                if start not in read:
                    read[start] = (end - 1, _forms(text[start : end - 1]))
        return read


def forms(text: str) -> set[str]:
    """Every form of a token of the text, and some that are none, at a fraction of their cost."""
    return Scan(text).forms()


def _forms(chunk: str) -> tuple[str, ...]:
    """The forms of a chunk, but for those that stand in `run` as they are."""
    known = _known.get(chunk)
    if known is None:
        known = _forms_of(chunk)
        if len(chunk) <= _LONGEST_REMEMBERED:
            if len(_known) >= _MOST_REMEMBERED:
                _known.clear()
            _known[chunk] = known
    return known


def _forms_of(chunk: str) -> tuple[str, ...]:
    """Most chunks are a compound: its parts, which stand in `run`, and all of them joined."""
    if joined := _joined_compound(chunk):
        return () if joined.isdecimal() else (joined.lower(),)
    return tuple(forms_of_chunk(chunk))


def _joined_compound(chunk: str) -> str:
    """Of words of ASCII with nothing but one hyphen or slash between two: these as one."""
    compound = _COMPOUND.fullmatch(chunk)
    return compound[1].replace("-", "").replace("/", "") if compound else ""
