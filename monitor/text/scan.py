"""All forms that a text may hold, and where to look for one, without making its tokens.

Most of a text is plain words between blanks and idle punctuation: those are had by a few passes in
C.  What is left, a chunk of text with a sign, a hyphen or an accent in it, is read as `words` does.
So `forms` is a superset, never less; what is found here is looked at again with real tokens.
"""

from __future__ import annotations

import re

from monitor.text.words import forms_of_chunk

# A text in another script is all chunks that want reading: then this way is the longer one.
_MOST_FOREIGN = 0.1
_FOREIGN = b"?"  # what a character outside of ASCII becomes
# Not foreign: these mean in a text what those of ASCII do.
_PLAIN = {"’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": '"', "\xa0": " "}
_BLANKS = b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"

_LOWERED = bytes(
    ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else 0x20 for code in range(256)
)
_KEPT = bytes(code if code < 128 and chr(code).isalnum() else 0x20 for code in range(256))
_FLATTENED = bytes(0x20 if code in _BLANKS else code for code in range(256))
# What can make more of a word than its letters: between two letters or digits, before or behind
# them.  A possessive adds nothing.
_BEHIND_WORD = b"|".join(
    rb"(?<=[A-Za-z0-9]" + rb"['.]" * trailing + rb"[-/'.,&+#])" for trailing in range(3)
)
_SPECIAL = re.compile(
    rb"[-/'.,&#@$+?](?:"
    rb"(?:" + _BEHIND_WORD + rb")(?:(?<=[+#])|(?=[A-Za-z0-9])(?!(?<=')[sS](?![A-Za-z0-9])))"
    rb"|(?<=[#@$.])(?=[A-Za-z0-9])|(?<=\?))"
)
_IDLE_BEFORE = "\"'()<>[]{}*_|:;!?,~=%^`-/"
_IDLE_AFTER = _IDLE_BEFORE + "."
_COMPOUND = re.compile(r"[A-Za-z0-9]+(?:[-/][A-Za-z0-9]+)+")
_NUMBER = re.compile(r"\d+\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_MOST_REMEMBERED = 1 << 15
_LONGEST_REMEMBERED = 40
_known: dict[str, tuple[str, ...]] = {}


class Scan:
    """A text, made ready to tell which words stand in it and where.

    `is_foreign`: too little of it is ASCII to be read by chunks; then no chunk can be asked for.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        plain = _ascii(text)
        self.is_foreign = plain.count(_FOREIGN) > _MOST_FOREIGN * len(text)
        self._flat = plain.translate(_FLATTENED)
        # A blank at either end more than the text: a word stands between two of them.
        self._low = f" {plain.translate(_LOWERED).decode()} "
        # The plain words, and the plain parts of others.
        self._words = self._low.split()
        # (start, end, forms besides its plain words) of the chunks that want reading.
        self._specials = [] if self.is_foreign else self._read_specials()
        self._special_forms = {form for _, _, forms in self._specials for form in forms}
        if self.is_foreign:
            self._special_forms.update(*map(_more_forms, set(text.split())))
        self._run = ""

    def forms(self) -> set[str]:
        """Every form of a token of the text, and some that are none."""
        return self._special_forms.union(self._words)

    def may_hold_run(self, forms: str) -> bool:
        """Whether some forms, parted by blanks, may follow one another; no s among them."""
        if not self._run:
            self._run = self._without_s()
        return f" {forms} " in self._run or not self._special_forms.isdisjoint(forms.split(" "))

    def written(self) -> set[str]:
        """Every word as it stands there; of the chunks that want reading, the chunk."""
        if self.is_foreign:
            return set(self.text.split())
        plain = _ascii(self.text).translate(_KEPT).decode()
        return set(plain.split()).union(self.text[start:end] for start, end, _ in self._specials)

    def chunks_with(self, form: str, start: int, end: int, limit: int) -> list[tuple[int, int]]:
        """(start, end) of chunks between start..end of the text in which the form may stand;
        above `limit` there are more than are worth being looked at one by one."""
        found: list[tuple[int, int]] = []
        sought = f" {form} "
        at = self._low.find(sought, start, end + 2)
        while at >= 0 and len(found) <= limit:
            found.append(self._chunk(at, at + len(form)))
            at = self._low.find(sought, at + 1, end + 2)
        if form in self._special_forms:
            found += [
                (first, last)
                for first, last, forms in self._specials
                if form in forms and start <= first and last <= end
            ]
        return found

    def widened(self, chunk: tuple[int, int], before: int, after: int) -> tuple[int, int]:
        """The chunk with at least so many words before it and behind it."""
        start, end = chunk
        while before > 0:
            stop = len(self._flat[:start].rstrip(b" "))
            if stop == 0:
                break
            start = self._flat.rfind(b" ", 0, stop) + 1
            before -= self._holds_word(start, stop)
        while after > 0 and (found := _NOT_BLANK.search(self._flat, end)):
            after -= self._holds_word(*found.span())
            end = found.end()
        return start, end

    def _holds_word(self, start: int, end: int) -> bool:
        """For certain: what is not of ASCII may be none."""
        return not self._low[start + 1 : end + 1].isspace()

    def _without_s(self) -> str:
        """The words in their order, without any s: that of a possessive takes no place."""
        run = f" {' '.join(self._words)} "
        while " s " in run:
            run = run.replace(" s ", " ")
        return run

    def _read_specials(self) -> list[tuple[int, int, tuple[str, ...]]]:
        found: list[tuple[int, int, tuple[str, ...]]] = []
        flat, text, reached = self._flat, self.text, 0
        for special in _SPECIAL.finditer(flat):
            at = special.start()
            if at >= reached:
                start = flat.rfind(b" ", 0, at) + 1
                reached = flat.find(b" ", at)
                if reached < 0:
                    reached = len(flat)
                found.append((start, reached, _more_forms(text[start:reached])))
        return found

    def _chunk(self, start: int, end: int) -> tuple[int, int]:
        """What stands between blanks around start..end."""
        behind = self._flat.find(b" ", end)
        return self._flat.rfind(b" ", 0, start) + 1, len(self._flat) if behind < 0 else behind


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


_NOT_BLANK = re.compile(rb"[^ ]+")


def _more_forms(chunk: str) -> tuple[str, ...]:
    """The forms of a chunk besides its plain words."""
    known = _known.get(chunk)
    if known is None:
        known = _read(chunk)
        if len(chunk) <= _LONGEST_REMEMBERED:
            if len(_known) >= _MOST_REMEMBERED:
                _known.clear()
            _known[chunk] = known
    return known


def _read(chunk: str) -> tuple[str, ...]:
    """A compound or a number has one more form, at most; all else is read as `words` does."""
    bare = chunk.lstrip(_IDLE_BEFORE).rstrip(_IDLE_AFTER)
    if _COMPOUND.fullmatch(bare):
        joined = bare.replace("-", "").replace("/", "").lower()
        return () if joined.isdecimal() else (joined,)
    if _NUMBER.fullmatch(bare):
        return (bare.replace(",", ""),)
    return tuple(forms_of_chunk(chunk))
