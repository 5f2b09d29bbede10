"""A feed's bytes to a `Feed`: RSS of every version, RDF, Atom, JSON Feed, well-formed or not.

Three readers find the elements.  `fast` reads what it is sure to read as feedparser does; all else
goes to feedparser, whole, with the reason (`doubts`); JSON goes to `jsonfeed`.  What the elements
mean is decided here, once for all three: dates (`dates.stamp`, as feedparser takes AEST for UTC),
addresses, and plain text out of whatever markup they hold (feedparser's sanitiser is off: no markup
leaves this package).

An entry without an http(s) address gets one of its own that leads to the front page (`has_page`
tells), and so does one whose address is that page or the feed's; one with nothing to tell it by
is skipped and counted, and so are those beyond MOST_ENTRIES.  Follows no link.  Runs in a worker:
some documents cost feedparser quadratic time, and the limit on that is the worker's.
"""

from __future__ import annotations

from collections import Counter

from monitor.errors import ReadError, ReadReason
from monitor.feeds import fast, jsonfeed, judge
from monitor.feeds.document import bare, decoded, possible, utf8, what_it_is
from monitor.feeds.doubts import Doubtful
from monitor.feeds.entries import LONGEST_TITLE, NO_PAGE, EntryReader
from monitor.feeds.entry import Document
from monitor.feeds.fast import MOST_ENTRIES
from monitor.model import Feed, Item

__all__ = ["LONGEST_TITLE", "MOST_ENTRIES", "has_page", "judged", "parse", "to_json"]


def parse(body: bytes, *, url: str, content_type: str | None, timezone: str) -> Feed:
    """Read one feed document that was found at `url`, after redirects.

    `timezone` (IANA) reads dates without a zone.  No entry at all is a valid feed.  Raises
    ReadError: NOT_A_FEED, which says what the document is instead, or ALL_BAD when there are
    entries and none could be read.
    """
    try:
        found = _read_fast(possible(utf8(body, content_type)))
    except Doubtful as doubtful:
        return judged(body, doubtful.doubt, url=url, content_type=content_type, timezone=timezone)
    return _feed(found, url, timezone)


def _read_fast(document: bytes) -> Document:
    """Raises Doubtful."""
    try:
        return fast.read(document)
    except Doubtful:
        without = bare(document)
        if len(without) == len(document):
            raise
    return fast.read(without)


def judged(
    body: bytes, doubt: str = "", *, url: str, content_type: str | None, timezone: str
) -> Feed:
    """As `parse`, by feedparser or as JSON alone: what the fast reader is held against."""
    text = decoded(body, content_type)
    found = jsonfeed.read(text, content_type) or judge.read(text, doubt)
    if found is None:
        raise ReadError(
            ReadReason.NOT_A_FEED,
            f"The address answers with {what_it_is(text)}: give the address of a feed.",
        )
    return _feed(found, url, timezone)


def _feed(found: Document, url: str, timezone: str) -> Feed:
    reader = EntryReader(found, url, timezone)
    items = tuple(item for item in map(reader.item, found.entries) if item is not None)
    entries = len(found.entries)
    if entries and not items:
        raise ReadError(
            ReadReason.ALL_BAD,
            f"None of the feed's {entries} entries has an address, a guid, a title or a text: "
            "its publisher has to mend it.",
        )
    guids = [item.guid for item in items if item.guid]
    return Feed(
        title=reader.title(found.title) if found.title else None,
        link=reader.link,
        items=items,
        skipped=entries - len(items),
        repeated_guids=_repeated(guids),
        cut=found.cut,
        read_by=found.read_by,
        misdated=reader.misdated,
        unread_date=reader.unread_date,
    )


def _repeated(guids: list[str]) -> frozenset[str]:
    if len(set(guids)) == len(guids):
        return frozenset()
    return frozenset(guid for guid, count in Counter(guids).items() if count > 1)


def has_page(item: Item) -> bool:
    """Whether the entry came with an address of its own, so that there is a page to read."""
    return NO_PAGE not in item.url


def to_json(feed: Feed) -> dict[str, object]:
    """The feed as plain values: title, link, and of each entry guid, url, title, author,
    published_at and updated_at (ISO 8601 UTC, or a bare date), summary; null where unknown."""
    return {
        "title": feed.title,
        "link": feed.link,
        "entries": [
            {
                "guid": item.guid,
                "url": item.url if has_page(item) else None,
                "title": item.title,
                "author": item.byline,
                "published_at": item.published.iso() if item.published else None,
                "updated_at": item.updated.iso() if item.updated else None,
                "summary": item.body,
            }
            for item in feed.items
        ],
    }
