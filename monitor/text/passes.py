"""What a few passes over a text tell of it: its plain words, and where they are not all there is.

This is what `_passes.c` does at a tenth of the time, for where that could not be built; the tests
hold both against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ahocorasick_rs import BytesAhoCorasick, MatchKind

_PART_OF_A_FOREIGN = 10  # one character in so many
_FOREIGN = b"?"  # what a character outside of ASCII becomes
# Not foreign: these mean in a text what those of ASCII do.
_PLAIN = {"’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": '"', "\xa0": " "}

_BLANKS = b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"
_FLATTENED = bytes(0x20 if code in _BLANKS else code for code in range(256))
KEPT = bytes(code if chr(code).isalnum() and code < 128 else 0x20 for code in range(256))
LOWERED = KEPT.lower()
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
_WORD = re.compile(rb"[A-Za-z0-9\x80](?:[.,;:!\"'()]*+[A-Za-z0-9\x80])*+")
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
    for code, kept in enumerate(KEPT)
)
_MAY_BE_ODD = BytesAhoCorasick(
    [mark + _LETTER for mark in _ODD if mark != _HYPHEN]
    + [bytes((before,)) + _HYPHEN + _LETTER for before in set(_CLASSES) - set(b" a")],
    matchkind=MatchKind.LeftmostFirst,  # with others it does not leap
)
_is_odd = {mark[0]: re.compile(b"." + rest, re.DOTALL).match for mark, rest in _ODD.items()}


Passes = tuple[bytes, str, str, list[tuple[int, int]], bool, bytes]


def passes(text: str) -> Passes:
    """(flat, run, joined, odd, is_foreign, starts).

    `flat`: the text as ASCII between two blanks, a blank for all white space.
    `run`: the plain words in their order, one blank before and behind each.
    `joined`: words that a hyphen joins, as one, with blanks between, but for numbers.
    `odd`: the chunks that want reading: where the blank before each stands in `flat`, and its end
    in the text; none where the text is foreign.
    `is_foreign`: in another script: too little of it is ASCII to be read by chunks.
    `starts`: where in the text each word of `run` begins, as 32 bits each, the highest of which is
    set where its chunk is odd; empty where that is not told, as here: see `word_starts`.
    """
    plain = _ascii(text)
    is_foreign = plain.count(_FOREIGN) > len(text) // _PART_OF_A_FOREIGN
    plain = _DECIMAL.sub(_POINT, plain)
    flat = b" %b " % plain.translate(_FLATTENED)
    odd = [] if is_foreign else sorted({_chunk(flat, at) for at in _odd(flat)})
    hyphened = _hyphened(plain)
    return flat, _run(hyphened), _joined(hyphened.decode()), odd, is_foreign, b""


def word_starts(flat: bytes) -> list[int]:
    """Where in the text the words of `run` begin.  In what is odd they may be other ones."""
    return [word.start() - 1 for word in _WORD.finditer(flat)]


def _chunk(flat: bytes, at: int) -> tuple[int, int]:
    return flat.rfind(b" ", 0, at), flat.find(b" ", at) - 1


def _odd(flat: bytes) -> Iterator[int]:
    """Where what makes a chunk odd stands."""
    classes = flat.translate(_CLASSES)
    for _, _, end in _MAY_BE_ODD.find_matches_as_indexes(classes):
        if _is_odd[classes[end - 2]](flat, end - 2):
            yield end - 2
    at = classes.find(_SIGN)
    while at >= 0:
        yield at
        at = classes.find(_SIGN, at + 1)


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


def _joined(hyphened: str) -> str:
    """Of words with one hyphen between two, these as one."""
    chunks = []
    at = hyphened.find("-")
    while at >= 0:
        end = hyphened.find(" ", at)
        chunks.append(hyphened[hyphened.rfind(" ", 0, at) + 1 : end])
        at = hyphened.find("-", end)
    joined = " ".join(chunks).replace("--", " ").replace("-", "").split()
    return " ".join(one for one in joined if not one.replace(".", "").isdecimal())
