"""JSON Feed 1.0 and 1.1 (jsonfeed.org) to a `Document`.

Takes each value for what it is or not at all: a title that is a list is no title.  A number is none
either, but for an id, as the format says; it stands there as written, so that none is too big.  Of
a key that stands twice the last counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

from monitor import markup
from monitor.feeds.entry import Document, Entry, Text
from monitor.feeds.fast import MOST_ENTRIES

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/1")
_TYPE = "application/feed+json"
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)

_Found = dict[str, object]


class _Number(str):
    """As written."""

    __slots__ = ()


def read(text: str, content_type: str | None) -> Document | None:
    """None where the text is no JSON, or JSON that is no feed."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        feed = json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_nothing)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or not _is_feed(feed, content_type):
        return None
    items = feed["items"] if isinstance(feed.get("items"), list) else []
    return Document(
        title=_text(feed, "title", "text/plain"),
        link=_string(feed, "home_page_url"),
        language=_string(feed, "language"),
        typed=True,
        entries=tuple(_entry(each, feed) for each in islice(items, MOST_ENTRIES)),
        read_by="json",
        cut=max(0, len(items) - MOST_ENTRIES),
    )


def _nothing(_: str) -> None:
    """NaN and the infinities are not JSON's."""


def _is_feed(feed: _Found, content_type: str | None) -> bool:
    if _VERSION.match(_string(feed, "version") or ""):
        return True
    kind = (content_type or "").partition(";")[0].strip().lower()
    return kind == _TYPE and isinstance(feed.get("items"), list)


def _entry(item: object, feed: _Found) -> Entry:
    found = item if isinstance(item, dict) else {}
    guid = _plain(found.get("id"), numbers=True)
    urls = [_string(found, "url"), _string(found, "external_url")]
    if guid and _ADDRESS.match(guid):
        urls.append(guid)  # the format's own advice for ids
    links = tuple(filter(None, urls))
    names = tuple(_names(found)) or tuple(_names(feed))
    return Entry(
        title=_title(found),
        texts=tuple(_texts(found)),
        guid=guid,
        link=links[0] if links else "",
        linked=True,
        alternates=links,
        author=None,
        names=names,
        published=_string(found, "date_published"),
        updated=_string(found, "date_modified"),
        created=None,
        language=_string(found, "language"),
        tags=tuple(filter(None, (_plain(each) for each in _list(found, "tags")))),
        images=tuple(_images(found)),
        caption=None,
    )


def _title(found: _Found) -> Text | None:
    """The item's own, else that of a recording, as `media:title` is taken in RSS."""
    pieces = (found, *(each for each in _list(found, "attachments") if isinstance(each, dict)))
    return next(filter(None, (_text(each, "title", "text/plain") for each in pieces)), None)


def _texts(found: _Found) -> Iterator[Text]:
    kinds = {"content_html": "text/html", "content_text": "text/plain", "summary": "text/plain"}
    yield from filter(None, (_text(found, key, kind) for key, kind in kinds.items()))


def _images(found: _Found) -> Iterator[str]:
    for key in ("image", "banner_image"):
        yield _string(found, key) or ""
    for each in _list(found, "attachments"):
        if isinstance(each, dict) and (_string(each, "mime_type") or "").startswith("image/"):
            yield _string(each, "url") or ""


def _names(found: _Found) -> Iterator[str]:
    for each in (*_list(found, "authors"), found.get("author")):
        name = _string(each, "name") if isinstance(each, dict) else _plain(each)
        if name:
            yield name


def _text(found: _Found, key: str, kind: str) -> Text | None:
    value = _string(found, key)
    return (value, kind) if value else None


def _string(found: _Found, key: str) -> str | None:
    return _plain(found.get(key))


def _plain(value: object, *, numbers: bool = False) -> str | None:
    if not isinstance(value, str) or (isinstance(value, _Number) and not numbers):
        return None
    # An escape may write what a text cannot hold: lone surrogates, control characters.
    return markup.decode(value).strip() or None


def _list(found: _Found, key: str) -> list[object]:
    value = found.get(key)
    return value if isinstance(value, list) else []
