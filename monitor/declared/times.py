"""When an article was published and changed, as its markup or its dateline says.

Takes no date from the address or from prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from monitor import dateline, dates, markup
from monitor.declared import bylines
from monitor.declared.page import MOST_ELEMENTS, Page, Said
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
_LONGEST_LINE = 240
_PARTS = re.compile(r"\s?[|•·]\s?|\s[/\u2013\u2014]\s")
_UPDATE = (
    r"(?:last |zuletzt |最[後終终后])?(?:updated?|modified|edited|aktualisiert|ge[aä]ndert"
    r"|mise? à jour|modifi[ée]e?|actualizado|atualizado|aggiornato|modificat?[ao]|bijgewerkt"
    r"|oppdatert|opdateret|uppdaterad|zaktualizowano|aktualizacja|aktualizováno"
    r"|güncelle(?:me|ndi)|обновлен[оа]?|оновлено|更新|수정)\b"
)
_OF_UPDATE = re.compile(_UPDATE, re.IGNORECASE)
_LABEL = re.compile(
    r"(?:[^\W\d]{2,20}(?: [^\W\d]{2,20}){0,2} ?[:\uff1a] ?"
    rf"|(?:{_UPDATE}|first published|[^\W\d]{{4,20}})(?: (?:on|am|le|el|il|a|em|om))?(?: -)? )",
    re.IGNORECASE,
)
# Behind a date: when it was changed, how long it takes to read, or whose it is (来源：新华社).
_FURTHER = re.compile(
    rf",? (?:\(? ?{_UPDATE}|[0-9]{{1,3}}[ -]?(?:min|мин)|[\u4e00-\u9fff]{{2,6}} ?[:\uff1a]).*",
    re.IGNORECASE,
)

_READING = re.compile(r"(?:[^\W\d]+: )?[0-9]{1,3}[ -]?(?:min|мин)[^\W\d]*\.?(?: [^\W\d]+)?", re.I)

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
    """A line under the headline, or a part of it, that is nothing but a date, a label and a byline;
    the day of an update where no other is printed."""
    said = "the date printed under the headline"
    parts = [part for line in lines for part in _PARTS.split(line.text[:_LONGEST_LINE])]
    for is_update in (False, True):
        some = (part for part in parts if (_OF_UPDATE.match(part) is not None) is is_update)
        texts = (text for part in some for text in _perhaps_dates(part))
        if found := first((Said(text, said) for text in texts), timezone):
            return found
    return None


def _perhaps_dates(part: str) -> Iterator[str]:
    # A place may stand on either side: "PORT SAREN - 18 Nov 2019 - 10:22".
    beside = (part.partition(" - ")[2], part.rpartition(" - ")[0])
    for text in (_FURTHER.sub("", one) for one in (part, *bylines.around(part), *beside)):
        if len(text) <= _LONGEST:
            yield text
            if label := _LABEL.match(text):
                yield text[label.end() :]


def is_date(line: str) -> bool:
    """Whether a line is nothing but a date, its label and its byline, or a reading time."""
    parts = _PARTS.split(line) if len(line) <= 2 * _LONGEST else []
    texts = (text for part in parts for text in _perhaps_dates(part))
    return _READING.fullmatch(line) is not None or any(dates.stamp(t, "UTC") for t in texts)


def of_dateline(body: str, timezone: str) -> Found | None:
    """The day in the dateline that the text begins with."""
    day = dateline.day(body)
    return first([Said(day, "the dateline")], timezone) if day else None


def _times(page: Page) -> Iterator[Said]:
    yield from page.microdata("datePublished")
    # The first time element is the article's; one in a list of other articles comes later.
    paths = ("(//article | //main)//time", "//time")
    for element in chain(*(page.tree.xpath(path)[:MOST_ELEMENTS] for path in paths)):
        stated = element.get("datetime")
        printed = (markup.text_of(element) or "")[:_LONGEST_LINE]
        for text in (stated,) if stated else _perhaps_dates(printed):
            yield Said(text, "the first time element")
        if stated:
            return


def _zone(text: str, timezone: str) -> str:
    """Whether a time was printed without a zone, and read in which one."""
    west, east = (dates.stamp(text, zone) for zone in _FURTHEST)
    if west is None or east is None or west.at == east.at:
        return ""
    return f"; zone taken from the source: {timezone}"
