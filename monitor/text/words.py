"""Cut text into tokens: the folded words, where they stand, and what else they may be found as.

The rule language (clauses 3 and 4) says what a token is; this module is the only one that knows.
It compares nothing and knows no query.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import cache, lru_cache
from operator import attrgetter
from typing import NamedTuple

from monitor.text.arabic import without_prefixes
from monitor.text.folding import DASHES, FORMAT, MARKS, fold


class Kind(IntEnum):
    """What a token's form is."""

    WORD = 0  # the bare word: the one form of its position
    JOINED = 1  # the words of a hyphenated compound, as one
    SIGN = 2  # with its sign: #tag, C++, AT&T
    ALTERNATE = 3  # without what is written together with it: an elided article, Arabic prefixes


class Token(NamedTuple):
    """One form under which something in the text can be found.

    It covers the positions `first` to `last` (from 0, one for each word) and the code points
    `start` to `end` of the text.  Several tokens may cover the same position.
    """

    form: str
    first: int
    last: int
    start: int
    end: int
    kind: Kind


class _Word(NamedTuple):
    """One word of a chunk: code points start..stop as written, start..end without possessive."""

    form: str
    start: int
    end: int
    stop: int
    unspaced: bool
    alternates: tuple[str, ...]
    signs: tuple[str, str]  # before it, after it


_new = tuple.__new__  # half the time of Token(...), in the hot loops of the whole path

# Han, Hiragana and Katakana, Thai, Lao, Khmer, Myanmar, without their digits.
_UNSPACED = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
    "\u0e01-\u0e4e\u0e81-\u0ecf\u0edc-\u0edf\u1780-\u17df\u1000-\u103f\u104c-\u108f\u109a-\u109f"
    "\ua9e0-\ua9ef\ua9fa-\ua9ff\uaa60-\uaa7f"
)
_APOSTROPHES = "'’ʼ"
SIGNS_BEFORE = "#@$."

_M = f"[{MARKS}\uff9e\uff9f]"  # the half-width voicing signs are letters to Unicode alone
_W = rf"[^\W_ʼ\uff9e\uff9f{_UNSPACED}]"
_A = f"[{_APOSTROPHES}]"
_REST = rf"{_W}*+(?:{_M}++{_W}*+)*+"
_SINGLE_LETTER = rf"[^\W\d_ʼ\uff9e\uff9f{_UNSPACED}]{_M}*+(?!{_W})"
_ABBREVIATION = rf"{_SINGLE_LETTER}(?:\.{_SINGLE_LETTER})*+\.?+"
_IN_NUMBER = r"(?:(?<=\d)\.(?=\d)|(?<=\d),(?=\d{3}(?!\d)))"
_RUN = rf"(?:{_ABBREVIATION}|{_W}{_REST}(?:{_IN_NUMBER}{_W}{_REST})*+)"

_TAIL = re.compile(rf"(?:\.?{_A}[sS])?\.?{_A}?\Z")
_LONGEST_TAIL = 6
VANISHING = re.compile(rf"{_A}|,|(?<!\d)\.|\.(?!\d)")
_APOSTROPHE = re.compile(_A)
_SIGN_BEFORE = re.compile(rf"(?<![^\W_])(?<![{SIGNS_BEFORE}+&])[{SIGNS_BEFORE}]")
_MARK = re.compile(_M)
_LETTER = re.compile(r"[^\W_]")
_SIGN_AFTER = re.compile(r"(?:\+\+?+|#)(?![^\W_])")
_HYPHEN = re.compile(f"[{DASHES}/]")
_AMPERSAND = re.compile("&")
_IGNORED = re.compile(f"[{FORMAT}]")
# Between chunks stands what neither belongs to a word nor joins two.
_PARTING = "。，、；：？！「」『』（）《》"
CHUNK = re.compile(rf"[^\s{_PARTING}]+")
_ALL_UNSPACED = re.compile(rf"(?:(?=[^\W\d_])[{_UNSPACED}]{_M}*+)++")
# Most words have no more than these around them, which then mean nothing.
_IDLE_BEFORE = "\"'‘’“”("
_IDLE_AFTER = "\"'‘’“”).,;:!?"
_LONGEST_KEPT = 24  # a chunk of Chinese gives a token a character: bounds what is remembered

_ELIDED_WORDS = "c d j l m n s t qu un all dall dell nell sull"
_ELIDED = frozenset(_ELIDED_WORDS.split())


def tokens(text: str) -> list[Token]:
    """All tokens of the text, by chunk of text without white space, then by position.

    Linear time; a text without letter or digit has none.
    """
    found: list[Token] = []
    position = 0
    for chunk in CHUNK.finditer(text):
        at = chunk.start()
        last = -1
        for form, first, last, start, end, kind in read_chunk(chunk.group()):
            part = (form, first + position, last + position, start + at, end + at, kind)
            found.append(_new(Token, part))
        position += last + 1
    return found


def forms_of_chunk(chunk: str) -> list[str]:
    """The forms that `tokens` gives of a stretch of text without white space at its ends."""
    return [
        token.form for token in (tokens(chunk) if len(chunk.split()) > 1 else read_chunk(chunk))
    ]


def read_chunk(chunk: str) -> tuple[Token, ...]:
    """Tokens of one chunk, counted from its start; what stands around it changes nothing."""
    return _read_short(chunk) if len(chunk) <= _LONGEST_KEPT else _read_any(chunk)


@lru_cache(maxsize=1 << 14)
def _read_short(chunk: str) -> tuple[Token, ...]:
    return _read_any(chunk)


def _read_any(chunk: str) -> tuple[Token, ...]:
    plain = chunk.lstrip(_IDLE_BEFORE).rstrip(_IDLE_AFTER)
    if plain.isascii() and plain.isalnum():
        start = chunk.index(plain)
        return (Token(plain.lower(), 0, 0, start, start + len(plain), Kind.WORD),)
    if chunk.isascii() or not _IGNORED.search(chunk):
        return _assemble(chunk)
    kept = [at for at, letter in enumerate(chunk) if not _IGNORED.match(letter)]
    return tuple(
        part._replace(start=kept[part.start], end=kept[part.end - 1] + 1)
        for part in _assemble(_IGNORED.sub("", chunk))
    )


def _assemble(chunk: str) -> tuple[Token, ...]:
    if _ALL_UNSPACED.fullmatch(chunk):
        if not _MARK.search(chunk) and fold(chunk) == chunk:  # as nearly all of it
            kind = Kind.WORD
            return tuple([_new(Token, (c, at, at, at, at + 1, kind)) for at, c in enumerate(chunk)])
        return tuple(
            Token(fold(one.group()), at, at, *one.span(), Kind.WORD)
            for at, one in enumerate(_words().finditer(chunk))
        )
    words: list[_Word] = []
    for word in (_word(chunk, match) for match in _words().finditer(chunk)):
        if word.form and not (words and words[-1].signs[1] and _ends(chunk, words[-1], word)):
            words.append(word)
    parts = [part for at, word in enumerate(words) for part in _single(word, at)]
    parts += _compounds(chunk, words)
    parts += _ampersands(chunk, words)
    return tuple(sorted(parts, key=attrgetter("last", "first", "kind", "start")))


@cache
def _words() -> re.Pattern[str]:
    """Made when first asked for: that takes as long as half of all that a command loads.

    Every quantifier that could be given back is possessive: hostile text costs linear time.
    """
    return re.compile(
        rf"(?P<unspaced>(?=[^\W\d_])[{_UNSPACED}]{_M}*+)|{_RUN}(?:{_A}(?={_W}){_RUN})*+{_A}?+"
    )


def _ends(chunk: str, before: _Word, word: _Word) -> bool:
    """Whether it is the possessive of the one before it, which a sign ends."""
    start = before.stop + len(before.signs[1])
    tail = _TAIL.match(chunk, start, word.stop)
    return tail is not None and start < word.start < word.stop


def _word(chunk: str, match: re.Match[str]) -> _Word:
    start, stop = match.span()
    if match["unspaced"] is not None:
        return _Word(fold(match.group()), start, stop, stop, True, (), _signs(chunk, start, stop))
    written = match.group()
    if written.isascii() and written.isalnum():
        return _Word(written.lower(), start, stop, stop, False, (), _signs(chunk, start, stop))
    tail = _TAIL.search(chunk, max(start, stop - _LONGEST_TAIL), stop)
    assert tail is not None
    written = chunk[start : tail.start()]
    form = _folded(written)
    alternates = (*_without_elision(written), *without_prefixes(form))
    return _Word(form, start, tail.start(), stop, False, alternates, _signs(chunk, start, stop))


def _folded(written: str) -> str:
    """One word stays one: some letters of Arabic are folded to several, or to a blank."""
    return "".join(fold(VANISHING.sub("", written)).split())


def _signs(chunk: str, start: int, stop: int) -> tuple[str, str]:
    is_signed = start > 0 and chunk[start - 1] in SIGNS_BEFORE
    before = chunk[start - 1] if is_signed and _is_sign_before(chunk, start - 1) else ""
    after = _SIGN_AFTER.match(chunk, stop) if chunk[stop : stop + 1] in ("+", "#") else None
    return before, after.group() if after else ""


def _is_sign_before(chunk: str, at: int) -> bool:
    """Whether it begins a word.  Marks before it are part of a letter, or of no word: an emoji."""
    marked = at
    while marked > 0 and _MARK.match(chunk, marked - 1):
        marked -= 1
    if 0 < marked < at and _LETTER.match(chunk, marked - 1):
        return False
    return _SIGN_BEFORE.match(chunk, at) is not None


def _single(word: _Word, at: int) -> Iterator[Token]:
    yield Token(word.form, at, at, word.start, word.end, Kind.WORD)
    for form in word.alternates:
        yield Token(form, at, at, word.start, word.end, Kind.ALTERNATE)
    if any(word.signs):
        yield from _signed(word.form, at, [word])


def _signed(form: str, first: int, run: list[_Word]) -> Iterator[Token]:
    """`form`, which covers the words of `run`, with the sign before it, after it, or both."""
    last = first + len(run) - 1
    before, after = run[0].signs[0], run[-1].signs[1]
    start, end = run[0].start - 1, run[-1].stop + len(after)
    if before:
        yield Token(before + form, first, last, start, run[-1].end, Kind.SIGN)
    if after:
        yield Token(form + after, first, last, run[0].start, end, Kind.SIGN)
    if before and after:
        yield Token(before + form + after, first, last, start, end, Kind.SIGN)


def _compounds(chunk: str, words: list[_Word]) -> Iterator[Token]:
    """The joined form of each run of words with one hyphen, slash or dash between them."""
    for first, run in _runs(chunk, words, _HYPHEN):
        if not all(word.form.replace(".", "").isdecimal() for word in run):
            form = "".join(word.form for word in run)
            last = first + len(run) - 1
            yield Token(form, first, last, run[0].start, run[-1].end, Kind.JOINED)


def _ampersands(chunk: str, words: list[_Word]) -> Iterator[Token]:
    for first, run in _runs(chunk, words, _AMPERSAND):
        form = "&".join(word.form for word in run)
        yield Token(form, first, first + len(run) - 1, run[0].start, run[-1].end, Kind.SIGN)
        yield from _signed(form, first, run)


def _runs(
    chunk: str, words: list[_Word], link: re.Pattern[str]
) -> Iterator[tuple[int, list[_Word]]]:
    """(position of the first, words) of each run of two words or more with `link` alone between."""
    if not link.search(chunk):
        return
    first = 0
    for at in range(1, len(words) + 1):
        if at == len(words) or not _linked(chunk, words[at - 1], words[at], link):
            if at - first > 1:
                yield first, words[first:at]
            first = at


def _linked(chunk: str, before: _Word, after: _Word, link: re.Pattern[str]) -> bool:
    return (
        after.start - before.stop == 1
        and link.match(chunk, before.stop) is not None
        and not (before.unspaced or after.unspaced)
    )


def _without_elision(written: str) -> tuple[str, ...]:
    elided, *rest = _APOSTROPHE.split(written, maxsplit=1)
    return (_folded(rest[0]),) if rest and fold(elided) in _ELIDED else ()
