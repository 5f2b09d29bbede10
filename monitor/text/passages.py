"""Cut text into paragraphs and sentences, and say in which of them a place lies.

Goes by blank lines, punctuation and a short list of abbreviations; knows no language beyond that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from monitor.text.folding import FORMAT, MARKS, REMOVED_MARKS

# Format characters show nothing: a line of these alone is blank.
_BLANK_LINE = re.compile(rf"\n(?:(?:[^\S\n]|[{FORMAT}])*+\n)++\s*+")
_SHOWN = re.compile(rf"[^\s{FORMAT}]")
_CLOSING = "\"'”’»›“‘«‹)\\]}）］｝」』】〉》〕"
_SENTENCE_END = re.compile(
    rf"[。！？][{_CLOSING}]*+\s*+"  # written without spaces: ends there whatever follows
    rf"|(?<![.!?…؟۔।])(?P<stops>[.!?…؟۔।]++)[{_CLOSING}]*+\s++"  # from the first stop only: linear
)
_NO_END = re.compile(
    rf"(?<![\w{MARKS}])(?:[^\W\d_][{REMOVED_MARKS}]*+|Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sgt|Maj|Capt|Adm|Sen|Rep|Gov|Pres|St|No"
    r"|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)\Z"
)
_LONGEST_NO_END = 4  # "Sept" or "Prof"
_MARK = re.compile(f"[{MARKS}]")
_IGNORED = re.compile(f"[{FORMAT}]")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """(start, end) of each paragraph that is not blank, without the white space around it.

    A line that shows nothing (white space, format characters) parts two paragraphs; a single line
    break does not.
    """
    return list(_paragraphs(text))


def first_paragraph(text: str) -> tuple[int, int] | None:
    """The first of them."""
    return next(_paragraphs(text), None)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in chain(_BLANK_LINE.finditer(text), (None,)):
        first, last = _trimmed(text, start, gap.start() if gap else len(text))
        if _SHOWN.search(text, first, last):
            yield first, last
        start = gap.end() if gap else last


def is_parted(text: str, start: int, end: int) -> bool:
    """Whether a blank line parts what stands before `start` from what stands behind `end`."""
    return _BLANK_LINE.search(text, start, end) is not None


def paragraph_at(text: str, offset: int) -> tuple[int, int]:
    """(number, total) of the paragraph that holds `offset`, from 1; a blank text counts as one.

    White space before a paragraph counts as part of it, what follows the last as part of that.
    """
    found = paragraphs(text)
    number = next((n for n, (_, end) in enumerate(found, 1) if offset < end), len(found))
    return max(number, 1), max(len(found), 1)


def sentence_at(text: str, offset: int) -> tuple[int, int]:
    """(start, end) of the sentence that holds `offset`, without the white space around it.

    Sentences end as in clause 8 of the rule language.  White space counts as in `paragraph_at`;
    an offset past the last sentence gives that one, a blank text (0, 0).
    """
    found = paragraphs(text)
    if not found:
        return (0, 0)
    holding = next((part for part in found if offset < part[1]), found[-1])
    sentences = list(_sentences(text, *holding))
    return next((part for part in sentences if offset < part[1]), sentences[-1])


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, without the white space around it; none of a blank text."""
    return [part for paragraph in paragraphs(text) for part in _sentences(text, *paragraph)]


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of the paragraph at start..end, in order; never none.  Format characters are
    as if absent."""
    if not text.isascii() and _IGNORED.search(text, start, end):
        kept = [at for at in range(start, end) if not _IGNORED.match(text, at)]
        without = "".join(text[at] for at in kept)
        for first, last in _sentences(without, 0, len(without)):
            yield kept[first], kept[last - 1] + 1
        return
    for stop in _SENTENCE_END.finditer(text, start, end):
        if stop.end() < end and _ends_sentence(text, stop):
            yield _trimmed(text, start, stop.end())
            start = stop.end()
    yield _trimmed(text, start, end)


def _ends_sentence(text: str, stop: re.Match[str]) -> bool:
    stops = stop["stops"]
    if stops is None:
        return True
    if text[stop.end()].islower():
        return False
    return stops != "." or not _is_short(text, stop.start())


def _is_short(text: str, end: int) -> bool:
    """Whether a single letter or an abbreviation ends there."""
    start = end
    while start > 0 and _MARK.match(text, start - 1):
        start -= 1
    short = _NO_END.search(text, max(0, start - _LONGEST_NO_END), end)
    return short is not None and short[0][0].isalpha()  # `½` and `Ⅷ` are numbers


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """start..end without white space at either side."""
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())
