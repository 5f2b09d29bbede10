"""Tell a paragraph of the story from what stands round it: dates, bylines, captions, adverts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from monitor import dateline
from monitor.changes.wording import plain, table, undated
from monitor.publishers import boilerplate
from monitor.text import fold

_LONGEST = 300  # characters: no longer paragraph is a line beside the story
_LONGEST_OF_ALL = 800  # an appeal
_LONGEST_BYLINE = 100
_SENTENCE_ENDS = (".", "!", "?", '."', ".”")
_FRONT = " \t*•·–—-_>»|[("


def aside(paragraph: str) -> str | None:
    """What a paragraph is, if it is none of the story: date, byline, caption, copyright, advert."""
    if len(paragraph) > _LONGEST_OF_ALL:
        return None
    text = fold(paragraph).strip()
    if not undated(plain(text)).strip():
        return "date"
    if boilerplate.is_furniture(paragraph):
        return "advert"
    if len(text) > _LONGEST:
        return None
    if _is_byline(paragraph.strip()):
        return "byline"
    bare = text.lstrip(_FRONT)
    for kind, phrases in _phrases("begins").items():
        if bare.startswith(phrases) and _is_line(kind, bare):
            return kind
    held = (kind for kind, many in _phrases("holds").items() if any(one in text for one in many))
    return next(held, None)


def headline(title: str) -> str:
    """A title less "UPDATE 2-" and its like."""
    found = _heads().match(title)
    return title[found.end() :] if found else title


def _is_line(kind: str, text: str) -> bool:
    """A sentence may begin with "Updated": a line of dates says when, and little else."""
    return kind != "date" or len(undated(plain(text)).split()) <= _words_of_a_date(text)


def _words_of_a_date(text: str) -> int:
    return 8 if not text.endswith(".") else 4


def _is_byline(text: str) -> bool:
    if len(text) > _LONGEST_BYLINE or text.endswith(_SENTENCE_ENDS):
        return False
    return dateline.is_byline(text) or dateline.is_initials(text)


@lru_cache(maxsize=2)
def _phrases(name: str) -> Mapping[str, tuple[str, ...]]:
    lists = cast(Mapping[str, list[str]], table()[name])
    return {kind: tuple(map(fold, phrases)) for kind, phrases in lists.items()}


@lru_cache(maxsize=1)
def _heads() -> re.Pattern[str]:
    heads = cast(list[str], table()["heads"])
    return re.compile(rf"\s*(?:{'|'.join(heads)})\s*", re.IGNORECASE)
