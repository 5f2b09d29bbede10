"""A text made ready to tell which words may stand in it, without making its tokens.

Most of a text is plain words between blanks and idle punctuation: those are had by a few passes in
C (`run`).  What is left, a chunk with a hyphen, a sign or an accent in it, is read as `words` does
(`extra`).  Both together hold every form there is, and some that are none: what is found here is
looked at again with real tokens.
"""

from __future__ import annotations

import re

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
# The dot of 73.7 is part of its word; it stands for itself where every other is deleted.
_POINT = b"\x80"
_DECIMAL = re.compile(rb"\.(?=[0-9])(?<=[0-9]\.)")
_PLAIN_WORDS = LOWERED[:0x80] + b"." + LOWERED[0x81:]
# With these gone what they end is followed by one blank; where they part two words, a chunk that
# wants reading holds both.
_DELETED = b".,;:!\"'()"
_POSSESSIVE = re.compile(rb"'s(?=[ \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f])")
_BLANK_AND_MORE = re.compile(rb"  +")
# What can make more of a word than its letters, or of two words one: a sign; what stands within a
# chunk before a letter or digit, but for a possessive, the comma of 1,200 and the dots of U.S. and
# 73.7; a single 's; what is not of ASCII.  A search for one byte takes a tenth of one for a class.
_MARKED = _FLATTENED.translate(bytes.maketrans(b'/;:!"()&@$#?', b"--------++++"))
_SPECIAL = {
    mark: re.compile(special + rb"[^ ]*+")
    for mark, special in (
        (b"+", rb"\+"),
        (b"-", rb"-(?=[A-Za-z0-9])(?<=[^ ]-)"),
        (b"'", rb"'(?:(?=[A-Za-z0-9])(?<=[^ ]')(?!(?<=[A-Za-z0-9]')s )|(?=s )(?<= '))"),
        (b",", rb",(?=[A-Za-z0-9])(?!(?<=[0-9],)[0-9]{3}(?![0-9]))"),
        (b".", rb"\.(?=[A-Za-z0-9])(?!(?<=[^A-Za-z0-9][A-Za-z]\.)[A-Za-z](?![A-Za-z0-9]))"),
    )
}
_IDLE = "\"'()<>[]{}*_|:;!?,~=%^`/-"
_IDLE_AFTER = f"{_IDLE}."
_COMPOUND = re.compile(
    rf"[{re.escape(_IDLE)}]*+([A-Za-z0-9]++(?:[-/][A-Za-z0-9]++)*+)[{re.escape(_IDLE_AFTER)}]*+"
)
_MOST_REMEMBERED = 1 << 15
_LONGEST_REMEMBERED = 40
_known: dict[str, tuple[str, ...]] = {}


class Scan:
    """`run`: the plain words in their order, one blank before and behind each.

    `extra`: the forms of what wants reading that do not stand in `run`, and some that do.
    `specials`: the chunks that want reading, by where they start: (end, forms).
    `flat`: the text as ASCII between two blanks, a blank for all white space.
    `is_foreign`: too little of it is ASCII to be read by chunks; then there are no specials.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        plain = _ascii(text)
        self.flat = b" %b " % plain.translate(_FLATTENED)
        self._plain = _DECIMAL.sub(_POINT, plain)
        self.run = _run(self._plain)
        self.extra: set[str] = set()
        self.is_foreign = plain.count(_FOREIGN) > _MOST_FOREIGN * len(text)
        self.specials: dict[int, tuple[int, tuple[str, ...]]] = {}
        if self.is_foreign:
            self.extra.update(*map(_forms, set(text.split())))
        else:
            self._read_specials()
        # As `run`, of `extra`, in any order.
        self.others = f" {' '.join(self.extra)} "

    def forms(self) -> set[str]:
        """Every form of a token of the text, and some that are none."""
        return self.extra.union(self.run.split())

    def forms_until(self, end: int) -> set[str]:
        """The same of what stands before a place of the text."""
        return self.extra.union(_run(self._plain[:end]).split())

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
        return all(form in self.extra or f" {form} " in self.run for form in rarest_first)

    def written(self) -> set[str]:
        """Every word as it stands there; of what wants reading, the chunks."""
        return set(self.flat.translate(_KEPT).decode().split()).union(
            self.text.split() if self.extra else ()
        )

    def _read_specials(self) -> None:
        flat, text, specials, known = self.flat, self.text, self.specials, _known
        marked = b" %b " % self._plain.translate(_MARKED)
        for mark, special in _SPECIAL.items():
            for at, end in map(re.Match.span, special.finditer(marked) if mark in marked else ()):
                start = flat.rfind(b" ", 0, at)
                if start not in specials:
                    chunk = text[start : end - 1]
                    forms = known.get(chunk)
                    if forms is None:
                        forms = _forms(chunk)
                    if forms:
                        specials[start] = (end - 1, forms)
        self.extra.update(*(forms for _, forms in specials.values()))


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


def _run(plain: bytes) -> str:
    # Most blanks that follow one another are empty lines: so these cost a tenth.
    lines = b" %b " % b" ".join(filter(None, plain.split(b"\n")))
    bare = _POSSESSIVE.sub(b"", lines).translate(_PLAIN_WORDS, _DELETED)
    return (_BLANK_AND_MORE.sub(b" ", bare) if b"  " in bare else bare).decode()


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
    if joined := joined_compound(chunk):
        return () if joined.isdecimal() else (joined.lower(),)
    return tuple(forms_of_chunk(chunk))


def joined_compound(chunk: str) -> str:
    """Of words of ASCII with nothing but one hyphen or slash between two: these as one."""
    compound = _COMPOUND.fullmatch(chunk)
    return compound[1].replace("-", "").replace("/", "") if compound else ""
