"""A text made ready to tell which words may stand in it, without making its tokens.

Most of a text is plain words between blanks and idle punctuation: those are had by a few passes in
C (`run`).  What is left, a chunk with a hyphen, a sign or an accent in it, is read as `words` does
(`extra`).  Both together hold every form there is, and some that are none: what is found here is
looked at again with real tokens.
"""

from __future__ import annotations

import re
from functools import cached_property

from monitor.text.words import forms_of_chunk

_MOST_CHUNKS = 8  # to look at so many costs what the tokens of an article do
# A text in another script is all chunks that want reading: then they need not be looked for.
_MOST_FOREIGN = 0.1
_FOREIGN = b"?"  # what a character outside of ASCII becomes
# Not foreign: these mean in a text what those of ASCII do.
_PLAIN = {"’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": '"', "\xa0": " "}

_BLANKS = b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"
_FLATTENED = bytes(0x20 if code in _BLANKS else code for code in range(256))
_KEPT = bytes(code if chr(code).isalnum() and code < 128 else 0x20 for code in range(256))
_LOWERED = _KEPT.lower()
# With these gone what they end is followed by one blank; where they part two words, a chunk that
# wants reading holds both.
_DELETED = b".,;:!\"'()"
# What can make more of a word than its letters, or of two words one: a sign; what stands within a
# chunk before a letter or digit, but for a possessive, the comma of 1,200 and the dots of U.S.; a
# single 's; what is not of ASCII.
_SPECIAL = re.compile(
    rb"[-/'.,;:!\"()&@$+#?](?:(?=[A-Za-z0-9])(?:"
    rb"(?<=[@$+#?])|(?<=[^ ][-/;:!\"()&])"
    rb"|(?<=[^ ]')(?!(?<=[A-Za-z0-9]')s )|(?<= ')(?=s )"
    rb"|(?<=,)(?!(?<=[0-9],)[0-9]{3}(?![0-9]))"
    rb"|(?<=\.)(?!(?<=[^A-Za-z0-9][A-Za-z]\.)[A-Za-z](?![A-Za-z0-9])))|(?<=[+#?]))"
)
_NOT_BLANK = re.compile(rb"[^ ]+")
_IDLE = r"[\"'()<>\[\]{}*_|:;!?,~=%^`/-]*+"
_SIMPLE = re.compile(
    rf"{_IDLE}(?:(?P<compound>[A-Za-z0-9]+(?:[-/][A-Za-z0-9]+)+)"
    rf"|(?P<number>\d+\.\d+|\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?))\.?{_IDLE}\.?"
)
_MOST_REMEMBERED = 1 << 15
_LONGEST_REMEMBERED = 40
_known: dict[str, tuple[str, ...]] = {}


class Scan:
    """`run`: the plain words in their order, one blank before and behind each.

    `extra`: the forms of what wants reading that do not stand in `run`, and some that do.
    `is_foreign`: too little of it is ASCII to be read by chunks; then none can be asked for.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        plain = _ascii(text)
        # A blank at either end more than the text.
        self._flat = b" " + plain.translate(_FLATTENED) + b" "
        self.run = _run(plain)
        self.extra: set[str] = set()
        self.is_foreign = plain.count(_FOREIGN) > _MOST_FOREIGN * len(text)
        # (start, end, forms) of the chunks that want reading.
        self._specials: list[tuple[int, int, tuple[str, ...]]] = []
        self._chunks: dict[str, list[tuple[int, int]]] = {}
        if self.is_foreign:
            self.extra.update(*map(_forms, set(text.split())))
        else:
            self._read_specials()

    def forms(self) -> set[str]:
        """Every form of a token of the text, and some that are none."""
        return self.extra.union(self.run.split())

    def may_hold(self, forms: str) -> bool:
        """Whether some forms, parted by blanks, may follow one another."""
        if f" {forms} " in self.run:
            return True
        words = forms.split(" ")
        return not self.extra.isdisjoint(words) and self.may_hold_all(words)

    def may_hold_start(self, forms: str) -> bool:
        """As `may_hold`, where the last of them is only the start of one."""
        if f" {forms}" in self.run:
            return True
        *others, start = forms.split(" ")
        starts = any(form.startswith(start) for form in self.extra)
        if not starts and self.extra.isdisjoint(others):
            return False
        return (starts or f" {start}" in self.run) and self.may_hold_all(others)

    def may_hold_all(self, forms: list[str]) -> bool:
        """Whether each of them may be there, wherever."""
        rarest_first = sorted(forms, key=len, reverse=True)
        return all(form in self.extra or f" {form} " in self.run for form in rarest_first)

    def written(self) -> set[str]:
        """Every word as it stands there; of what wants reading, the chunks."""
        return set(self._flat.translate(_KEPT).decode().split()).union(
            self.text.split() if self.extra else ()
        )

    def chunks_with(self, form: str) -> list[tuple[int, int]] | None:
        """(start, end) of the chunks in which the form may stand; None where there are more than
        are worth being looked at one by one."""
        found = self._chunks.get(form)
        if found is None:
            found = self._chunks[form] = self._find_chunks(form)
        return found if len(found) <= _MOST_CHUNKS else None

    def _find_chunks(self, form: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        if f" {form} " in self.run:
            found += self._chunks_at(self._low, f" {form} ")
            for written in _otherwise(form):
                found += self._chunks_at(self._lower, written)
        if form in self.extra:
            found += [(start, end) for start, end, forms in self._specials if form in forms]
        return found

    def _chunks_at(self, where: bytes, sought: str) -> list[tuple[int, int]]:
        """The chunks around a few letters in one of the guises of the text."""
        found: list[tuple[int, int]] = []
        literal = sought.encode()
        at = where.find(literal)
        while at >= 0 and len(found) <= _MOST_CHUNKS:
            found.append(self._chunk(at + 1, at + len(literal) - 1))
            at = where.find(literal, at + 1)
        return found

    def widened(self, chunk: tuple[int, int], before: int, after: int) -> tuple[int, int]:
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

    @cached_property
    def _lower(self) -> bytes:
        return self._flat.lower()

    @cached_property
    def _low(self) -> bytes:
        """As long as `_flat`, blanks for all but letters and digits."""
        return self._flat.translate(_LOWERED)

    def _holds_word(self, start: int, end: int) -> bool:
        """For certain: what is not of ASCII may be none."""
        return not self._low[start:end].isspace()

    def _read_specials(self) -> None:
        flat, text, extra, specials = self._flat, self.text, self.extra, self._specials
        known, reached = _known, 0
        for special in _SPECIAL.finditer(flat):
            at = special.start()
            if at >= reached:
                start, reached = flat.rfind(b" ", 0, at), flat.find(b" ", at)
                chunk = text[start : reached - 1]
                forms = known.get(chunk)
                if forms is None:
                    forms = _forms(chunk)
                if forms:
                    specials.append((start, reached - 1, forms))
                    extra.update(forms)

    def _chunk(self, start: int, end: int) -> tuple[int, int]:
        """What stands between blanks around start..end of `_flat`, in the text."""
        return self._flat.rfind(b" ", 0, start), self._flat.find(b" ", end) - 1


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
    spaced = (plain + b" ").replace(b"\n\n", b" ").translate(_FLATTENED)
    bare = spaced.replace(b"'s ", b" ").translate(_LOWERED, _DELETED)
    run = f" {bare.decode()} "
    while "  " in run:
        run = run.replace("  ", " ")
    return run


def _otherwise(form: str) -> list[str]:
    """How a plain word may be written besides, of what is not taken for special: `u.s`, `1,200`."""
    if form.isalpha():
        return [".".join(form)] if 1 < len(form) <= _LONGEST_REMEMBERED else []
    if not form.isdecimal():
        return []
    groups: list[str] = []
    found = []
    while len(form) > 3:
        groups.insert(0, form[-3:])
        form = form[:-3]
        found.append(",".join([form, *groups]))
    return found


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
    """A compound is its parts, which stand in `run`, and all of them joined; a number is itself:
    most chunks are these."""
    simple = _SIMPLE.fullmatch(chunk)
    if simple is None:
        return tuple(forms_of_chunk(chunk))
    if simple["number"]:
        return (simple["number"].replace(",", ""),)
    joined = simple["compound"].replace("-", "").replace("/", "").lower()
    return () if joined.isdecimal() else (joined,)
