"""When an article was published and changed, as its markup or its dateline says.

Takes no date from the address or from prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from monitor import dateline, dates
from monitor.declared.page import Page, Said
from monitor.markup import Line
from monitor.model import Stamp

_PUBLISHED = (
    "article:published_time og:published_time og:article:published_time datepublished"
    " article.published date.published parsely-pub-date sailthru.date publish-date publishdate"
    " pubdate publication_date cxenseparse:recs:publishtime dc.date.issued dcterms.issued"
    " dcterms.created dc.date dcterms.date date"
)
_UPDATED = (
    "article:modified_time og:updated_time og:article:modified_time datemodified dcterms.modified"
    " lastmod last-modified"
)
_FURTHEST = ("Etc/GMT+12", "Etc/GMT-14")  # IANA's names for UTC-12 and UTC+14
_LONGEST = 60  # characters of a printed date
_LABEL = re.compile(r"[^\W\d]{4,20}(?: on| am| le| el)?:? (?=\S*\d|\w{3,10}\.? \d)", re.IGNORECASE)

Found = tuple[Stamp, str]


def published(page: Page) -> Found | None:
    stated = page.stated("datePublished"), page.said(_PUBLISHED), _times(page)
    return first(chain(*stated, page.stated("dateCreated")), page.timezone)


def updated(page: Page) -> Found | None:
    stated = page.stated("dateModified"), page.said(_UPDATED), page.microdata("dateModified")
    return first(chain(*stated), page.timezone)


def first(texts: Iterable[Said], timezone: str) -> Found | None:
    """The first that can be read as a time, and where it comes from."""
    for text, by in texts:
        stamp = dates.stamp(text, timezone)
        if stamp is not None:
            return stamp, by + _zone(text, timezone)
    return None


def printed(lines: Iterable[Line], timezone: str) -> Found | None:
    """A line under the headline, or a part of it, that is nothing but a date."""
    parts = (part for line in lines for part in re.split(r"\s?[|•·]\s?", line.text[: 4 * _LONGEST]))
    texts = (_LABEL.sub("", part, count=1) for part in parts if len(part) <= _LONGEST)
    return first((Said(t, "the date printed under the headline") for t in texts), timezone)


def of_dateline(body: str, timezone: str) -> Found | None:
    """The day in the dateline that the text begins with."""
    day = dateline.day(body)
    return first([Said(day, "the dateline")], timezone) if day else None


def _times(page: Page) -> Iterator[Said]:
    yield from page.microdata("datePublished")
    # The first time element is the article's; one in a list of other articles comes later.
    times = page.tree.xpath("(//article | //main)//time/@datetime")[:1]
    for text in times or page.tree.xpath("//time/@datetime")[:1]:
        yield Said(text, "the first time element")


def _zone(text: str, timezone: str) -> str:
    """Whether a time was printed without a zone, and read in which one."""
    west, east = (dates.stamp(text, zone) for zone in _FURTHEST)
    if west is None or east is None or west.at == east.at:
        return ""
    return f"; zone taken from the source: {timezone}"
