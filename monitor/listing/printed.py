"""Dates as they are printed beside headlines, among other words.

Knows texts only, not where on a page they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from monitor import dateline
from monitor.listing import ages
from monitor.listing.days import ReadDate
from monitor.listing.titles import word_count
from monitor.model import Stamp

SENTENCE = 7  # words: a text with as many is no label
_DIGITS = re.compile(r"\d+")
_AFTER_DATE = tuple("-–—:|·•")
_NUMERIC = (
    r"(?:19|20)\d\d(?P<gap>[-/.])\d{1,2}(?P=gap)\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}\.\s?\d{1,2}\.\s?(?:19|20)\d\d(?:,?\s\d{1,2}:\d{2})?"
    r"|(?<![\d/.-])\d{1,2}(?P<bar>[-/])\d{1,2}(?P=bar)(?:19|20)\d\d(?!\d)(?:,?\s\d{1,2}:\d{2})?"
    r"|(?:19|20)\d\d\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]?(?:\s?\d{1,2}:\d{2})?"
)
_MONTH = r"(?:[^\W\d_]{3,12}|[\u0900-\u0963]{2,10})"
_NAMED = (
    r"\d{1,2}(?:st|nd|rd|th|\.)?(?:\s+(?:de|of))?[\s-]+" + _MONTH + r"\.?(?:\s+de)?[,،]?[\s-]+"
    r"(?:19|20)\d\d|" + _MONTH + r"\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
)
_CLOCK = (
    r"(?:(?:,|\s+at|\s+-)?\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?"
    r"(?:\s(?:[A-Z]{2,4}|[+-]\d{4}))?)?"
)
_DATE = re.compile(f"(?:{_NUMERIC}|(?:{_NAMED}){_CLOCK})", re.IGNORECASE)
_BARE_DAY = re.compile(
    r"\d{1,2}[/-]\d{1,2}[/-](?:19|20)\d\d"
    r"|\d{1,2}[./ -]+(?:\d{1,2}|[^\W\d_]{3,9})\.?|[^\W\d_]{3,9}\.? \d{1,2}|\d{1,2}:\d\d"
)


def first_date(
    texts: Sequence[str], stamp: ReadDate, teaser: str | None = None
) -> tuple[Stamp | None, bool]:
    """The first date in some texts, and whether one is there at all, be it that it cannot be read.

    `teaser`: a line that some of the texts are parts of.
    """
    dated = False
    for text in texts:
        if len(text) > 200 or not any(c.isdigit() for c in text):
            continue
        line = teaser if teaser is not None and text in teaser else text
        if (found := _date_of(text, line, stamp)) is not None:
            return found, True
        dated = dated or _looks_dated(text)
    return None, dated


def _date_of(text: str, line: str, stamp: ReadDate) -> Stamp | None:
    """A date in a text; where its line is a sentence, one that stands alone or before it."""
    if words_without_date(line) < SENTENCE:
        return date_in(text, stamp)
    if (whole := stamp(text)) is not None:
        return whole
    if not line.startswith(text):
        return None
    if (day := dateline.day(text)) is not None:
        return stamp(day)
    found = _DATE.match(text)
    if found is None or text[found.end() :].lstrip()[:1] not in _AFTER_DATE:
        return None
    return stamp(found[0])


def date_in(text: str, stamp: ReadDate) -> Stamp | None:
    """The first whole date in a short text, such as "Baghdad (AFP) Nov 17, 2017"."""
    whole = stamp(text)
    if whole is not None:
        return whole
    for found in islice(_DATE.finditer(text), 3):
        if (part := stamp(found[0])) is not None:
            return part
    return None


def _looks_dated(text: str) -> bool:
    if len(text) > 60:
        return False
    return (
        ages.WITHIN.search(text) is not None
        or _BARE_DAY.fullmatch(text.strip(" ,|·•-–()[]")) is not None
    )


def words_without_date(text: str) -> int:
    """How many words a text has beside its dates; a number is none."""
    if not any(character.isdigit() for character in text):
        return word_count(text)
    return word_count(_DIGITS.sub(" ", _DATE.sub("", text)))
