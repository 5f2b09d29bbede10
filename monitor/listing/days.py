"""How the dates that a page prints are to be read: whether 03/04/2026 is a day of April or March.

Knows elements and `dates`, not what a date belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from lxml.html import HtmlElement

from monitor import dates
from monitor.listing import words
from monitor.model import Stamp

ReadDate: TypeAlias = Callable[[str], Stamp | None]

_NUMBERS = re.compile(r"(?<![\d/.-])(\d{1,2})([/-])(\d{1,2})\2(?:19|20)\d\d(?!\d)")
_TEXTS = (
    "//text()[(contains(., '/20') or contains(., '-20') or contains(., '/19')"
    " or contains(., '-19')) and not(parent::script or parent::style or parent::template)]"
)
_LONGEST = 2000  # characters of a text that are looked at
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z]{4})?(?:[-_]([a-z]{2}))?\b")
# English alone says nothing, and that of the United States is what many a site elsewhere never
# changed.  A date read the wrong way makes news old; one that is not read only loses its day.
_DAY_FIRST_ENGLISH = words.these("au bd gb gh ie in ke lk mt my ng nz pk sg tz ug uk za zm zw")
# Written with the year first, or in more ways than one.
_OPEN = words.these("eo fa fil hu ja ko lt mn sv tl zh")


def reader(tree: HtmlElement, timezone: str) -> ReadDate:
    """What reads a date of this page."""
    return partial(dates.stamp, timezone=timezone, day_first=_day_first(tree))


def _day_first(tree: HtmlElement) -> bool | None:
    """As the page's other dates have it, else as its language does; None where it is open."""
    said = set()
    for text in tree.xpath(_TEXTS):
        for first, _, second in _NUMBERS.findall(text[:_LONGEST]):
            if (int(first) > 12) != (int(second) > 12):
                said.add(int(first) > 12)
    if said:
        return said.pop() if len(said) == 1 else None
    return _by_language(tree)


def _by_language(tree: HtmlElement) -> bool | None:
    root = tree.getroottree().getroot()
    found = _LANGUAGE.match((root.get("lang") or root.get("xml:lang") or "").lower())
    if found is None:
        return None
    language, region = found[1], found[2]
    if language == "en":
        return True if region in _DAY_FIRST_ENGLISH else None
    return None if language in _OPEN or region in ("us", "ca", "ph") else True
