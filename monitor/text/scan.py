"""A text made ready to tell which words may stand in it, without making its tokens.

Most of a text is plain words between blanks and idle punctuation: those are had by a few passes in
C (`run`).  What hyphens join is had from these, and a chunk with a sign or an accent in it is read
as `words` does (`extra`).  Both together hold every form there is, and some that are none: what is
found here is looked at again with real tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from monitor.text.words import forms_of_chunk

# A text in another script is all chunks that want reading: then they need not be looked for.
_MOST_FOREIGN = 0.1
_FOREIGN = b"?"  # what a character outside of ASCII becomes
# Not foreign: these mean in a text what those of ASCII do.
_PLAIN = {"’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": '"', "\xa0": " "}

_BLANKS = b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"
_FLATTENED = bytes(0x20 if code in _BLANKS else code for code in range(256))
_KEPT = bytes(code if chr(code).isalnum() and code < 128 else 0x20 for code in range(256))
LOWERED = _KEPT.lower()
# The dot of 73.7 is part of its word: this stands for it where every other is deleted.
_POINT = b"\x80"
_DECIMAL = re.compile(rb"\.(?=[0-9])(?<=[0-9]\.)")
_HYPHENED = bytes(
    {0x80: ord("."), ord("-"): ord("-"), ord("/"): ord("-")}.get(code, LOWERED[code])
    for code in range(256)
)
# With these gone what they end is followed by one blank; where they part two words, a chunk that
# is odd holds both.
_DELETED = b".,;:!\"'()"
_POSSESSIVE = re.compile(rb"'s(?=[ \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f])")
_BLANK_AND_MORE = re.compile(rb"  +")
_TWO_BLANKS = BytesAhoCorasick([b"  "])  # leaps: to ask with `in` takes ten times as long
# What makes a chunk odd: a sign, or what is not of ASCII; what stands in it before a letter or
# digit, but for a possessive, the comma of 1,200, the dots of U.S. and a hyphen that joins; a
# single 's.
_SIGN, _INNER, _HYPHEN = b"+", b";", b"-"
_ODD = {
    _HYPHEN: rb"",
    _INNER: rb"(?<=[^ ].)",
    b"'": rb"(?:(?<=[^ ]')(?!(?<=[A-Za-z0-9]')s )|(?=s )(?<= '))",
    b",": rb"(?!(?<=[0-9],)[0-9]{3}(?![0-9]))",
    b".": rb"(?!(?<=[^A-Za-z0-9][A-Za-z]\.)[A-Za-z](?![A-Za-z0-9]))",
}
# All that may be such is sought at once among classes of characters.
_LETTER = b"a"
_CLASS = dict.fromkeys(b"+&@$#?", _SIGN) | dict.fromkeys(b"-/", _HYPHEN)
_CLASS |= dict.fromkeys(b';:!"()', _INNER) | {mark: bytes((mark,)) for mark in b" ,.'"}
_CLASSES = b"".join(
    _CLASS.get(code, b"*" if kept == 0x20 and code < 0x80 else _LETTER)
    for code, kept in enumerate(_KEPT)
)
_MAY_BE_ODD = BytesAhoCorasick(
    [mark + _LETTER for mark in _ODD if mark != _HYPHEN]
    + [bytes((before,)) + _HYPHEN + _LETTER for before in set(_CLASSES) - set(b" a")],
    matchkind=MatchKind.LeftmostFirst,  # with others it does not leap
)
_is_odd = {mark[0]: re.compile(b"." + rest, re.DOTALL).match for mark, rest in _ODD.items()}
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
    """

    def __init__(self, text: str) -> None:
        self.text = text
        plain = _ascii(text)
        self.is_foreign = plain.count(_FOREIGN) > _MOST_FOREIGN * len(text)
        self._plain = _DECIMAL.sub(_POINT, plain)
        self.flat = b" %b " % self._plain.translate(_FLATTENED)
        self.odd: dict[int, Read] = {} if self.is_foreign else self._read(self._odd())
        hyphened = _hyphened(self._plain)
        self.run = _run(hyphened)
        if self.is_foreign:
            self.extra = set(chain.from_iterable(map(_forms, set(text.split()))))
        else:
            self.extra = set(_joined(hyphened.decode()))
            self.extra.update(*[forms for _, forms in self.odd.values()])
        # As `run`, of `extra`, in any order.
        self.others = f" {' '.join(self.extra)} "

    def forms(self) -> set[str]:
        """Every form of a token of the text, and some that are none."""
        return self.extra.union(self.run.split())

    def forms_until(self, end: int) -> set[str]:
        """The same of what stands before a place of the text."""
        return self.extra.union(_run(_hyphened(self._plain[:end])).split())

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
        return set(self.flat.translate(_KEPT).decode().split()).union(
            self.text.split() if self.extra else ()
        )

    @cached_property
    def specials(self) -> dict[int, Read]:
        """The chunks of which all of `extra` is: the odd ones and the compounds."""
        return {**self._read(map(re.Match.start, _JOINING.finditer(self.flat))), **self.odd}

    def _odd(self) -> Iterator[int]:
        """Where what makes a chunk odd stands in `flat`."""
        flat, classes = self.flat, self.flat.translate(_CLASSES)
        for _, _, end in _MAY_BE_ODD.find_matches_as_indexes(classes):
            if _is_odd[classes[end - 2]](flat, end - 2):
                yield end - 2
        at = classes.find(_SIGN)
        while at >= 0:
            yield at
            at = classes.find(_SIGN, at + 1)

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


def _ascii(text: str) -> bytes:
    """As long as the text, a question mark for each character that is not of ASCII."""
    if "?" in text:
        text = text.replace("?", " ")
    if not text.isascii():
        for typographic, plain in _PLAIN.items():
            text = text.replace(typographic, plain)
    return text.encode("ascii", "replace")


def _hyphened(plain: bytes) -> bytes:
    """The plain words with blanks between, but for those that a hyphen or slash joins or ends."""
    # Most blanks that follow one another are empty lines: so these cost a tenth.
    lines = b" %b " % b" ".join(filter(None, plain.split(b"\n")))
    return _POSSESSIVE.sub(b"", lines).translate(_HYPHENED, _DELETED)


def _run(hyphened: bytes) -> str:
    bare = hyphened.replace(b"-", b" ")
    if _TWO_BLANKS.find_matches_as_indexes(bare):
        bare = _BLANK_AND_MORE.sub(b" ", bare)
    return bare.decode()


def _joined(hyphened: str) -> list[str]:
    """Of words with one hyphen between two, these as one."""
    chunks = []
    at = hyphened.find("-")
    while at >= 0:
        end = hyphened.find(" ", at)
        chunks.append(hyphened[hyphened.rfind(" ", 0, at) + 1 : end])
        at = hyphened.find("-", end)
    joined = " ".join(chunks).replace("--", " ").replace("-", "").split()
    return [form for form in joined if not form.replace(".", "").isdecimal()]


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
