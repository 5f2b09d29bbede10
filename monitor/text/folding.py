"""Fold text, so that two spellings that a reader takes for the same are equal.

Folds case, compatibility forms, format characters, and the combining marks of Latin, Greek,
Cyrillic, Hebrew and Arabic.  Marks of Indic scripts, Thai and kana are part of the letter and stay;
look-alikes of other scripts stay different; nothing is transliterated (`ü` is `u`, not `ue`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain, groupby
from unicodedata import category, normalize

try:
    from monitor.text._passes import plain as _plain_if_ascii
except ImportError:  # nothing was there to build it with

    def _plain_if_ascii(text: str) -> str | None:
        return None


# unicodedata sorts marks by insertion, which is quadratic in the marks on one letter (40,000 of
# them: seconds), so longer text is folded in pieces; a letter keeps up to as many marks again.
PIECE = 128

_REMOVED_RANGES = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x08D3, 0x08FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0xE0100, 0xE01EF),
)
# Letters that Unicode does not take apart, the Arabic letters that are written for one another,
# and tatweel, which only stretches a word.
_LETTERS = str.maketrans("ıłøđħٱىیة", "ilodhاييه", "ـ")


def _class(points: Iterable[int]) -> str:
    """The inside of a regex character class that holds these code points (ascending)."""
    spans = []
    for _, run in groupby(enumerate(points), lambda pair: pair[1] - pair[0]):
        places = [point for _, point in run]
        spans.append(f"\\U{places[0]:08x}-\\U{places[-1]:08x}")
    return "".join(spans)


# Every mark, format character and dash of Unicode lies in these two stretches, "-" excepted; none
# of them is of a word to `re`, which is asked first as it is faster.
_POINTS: dict[str, list[int]] = {"Mn": [], "Mc": [], "Me": [], "Cf": [], "Pd": []}
_STRETCHES = "".join(map(chr, chain(range(0x80, 0x20000), range(0xE0000, 0xE0200))))
for _character in re.findall(r"\W", _STRETCHES):
    if (_kind := category(_character)) in _POINTS:
        _POINTS[_kind].append(ord(_character))
del _STRETCHES
_MARK_POINTS = sorted(_POINTS["Mn"] + _POINTS["Mc"] + _POINTS["Me"])

MARKS = _class(_MARK_POINTS)
FORMAT = _class(_POINTS["Cf"])
DASHES = r"\-" + _class(_POINTS["Pd"]) + "−"
# Those without which a letter is the same.
REMOVED_MARKS = _class(
    p for p in _MARK_POINTS if any(first <= p <= last for first, last in _REMOVED_RANGES)
)
_REMOVED = re.compile(f"[{FORMAT}{REMOVED_MARKS}]+")
_PIECES = re.compile(rf"(?s:.{{1,{PIECE}}})[{MARKS}]{{0,{PIECE}}}+")


def fold(text: str) -> str:
    """The form under which a word or value is compared; folding again changes nothing.  Linear.

    NFKC, case fold, format characters and marks removed, in that order (Unicode 3.13, R5, and the
    mark ranges of the rule language); the result is composed again (NFC).
    """
    if text.isascii():
        return text.lower()
    if len(text) <= PIECE:
        return _fold_piece(text)
    return "".join(map(_fold_piece, _PIECES.findall(text)))


def plain(text: str) -> str:
    """Folded, one blank for each run of white space and none at the ends."""
    return _plain_if_ascii(text) or " ".join(fold(text).split())


@lru_cache(maxsize=1 << 14)
def _fold_piece(text: str) -> str:
    folded = normalize("NFKD", normalize("NFKC", text).casefold())
    return normalize("NFC", _REMOVED.sub("", folded).translate(_LETTERS))
