"""A feed's bytes to a `Feed`: RSS of every version, RDF and Atom, well-formed or not.

feedparser finds the elements; what they mean is decided here: encodings, dates (`dates.stamp`, as
feedparser takes AEST for UTC), addresses, and plain text out of whatever markup they hold (its
sanitiser is off: no markup leaves this package).

An entry without an http(s) address gets one of its own that leads to the site's front page
(`has_page` tells); one with nothing to tell it by is skipped and counted.  Reads no JSON Feed and
follows no link.  Runs in a worker: some documents cost feedparser quadratic time, and the limit on
that is the worker's.
"""

from __future__ import annotations

from collections import Counter

from monitor.errors import ReadError, ReadReason
from monitor.feeds.document import decoded, parsed, what_it_is
from monitor.feeds.entries import NO_PAGE, EntryReader, guid_of
from monitor.model import Feed, Item

__all__ = ["has_page", "parse", "to_json"]


def parse(body: bytes, *, url: str, content_type: str | None, timezone: str) -> Feed:
    """Read one feed document that was found at `url`, after redirects.

    `timezone` (IANA) reads dates without a zone.  No entry at all is a valid feed.  Raises
    ReadError: NOT_A_FEED, which says what the document is instead, or ALL_BAD when there are
    entries and none could be read.
    """
    text = decoded(body, content_type)
    found = parsed(text)
    if found is None:
        raise ReadError(
            ReadReason.NOT_A_FEED,
            f"The address answers with {what_it_is(text)}: give the address of a feed.",
        )
    reader = EntryReader(found, url, timezone)
    items = tuple(item for item in map(reader.item, found["entries"]) if item is not None)
    entries = len(found["entries"])
    if entries and not items:
        raise ReadError(
            ReadReason.ALL_BAD,
            f"None of the feed's {entries} entries has an address, a guid, a title or a text: "
            "its publisher has to mend it.",
        )
    guids = Counter(filter(None, map(guid_of, found["entries"])))
    return Feed(
        title=reader.title(found["feed"]),
        link=reader.link,
        items=items,
        skipped=entries - len(items),
        repeated_guids=frozenset(guid for guid, count in guids.items() if count > 1),
    )


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
