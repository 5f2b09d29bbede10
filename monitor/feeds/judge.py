"""feedparser's reading of a document, in our words: it judges what the fast reader leaves to it.

Knows what breaks feedparser.  Decides nothing about entries.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from xml.sax import SAXException

import feedparser
from feedparser.api import StrictFeedParser
from feedparser.namespaces import _base, mediarss

from monitor.feeds.document import possible
from monitor.feeds.doubts import Doubt
from monitor.feeds.entry import Document, Entry, Text, is_picture

_Found = dict[str, Any]

# What feedparser lets out of its two parsers and the codecs below them, seen on broken documents.
BROKEN = (
    *(ValueError, TypeError, LookupError, AttributeError, AssertionError),
    *(ArithmeticError, RuntimeError, SAXException),
)
# It reads some 2,000 entries a second on a slow machine, and a worker has ten seconds.
MOST_ENTRIES = 10_000

_CAPTION = "media_description"

_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_DECLARATION = re.compile(r"<\?xml\b[^<>]*>")
# In no section where it may: the commonest fault of feeds, of which feedparser makes "AT&T;".
_BARE_AMPERSAND = re.compile(
    r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))"
    r"|&(?!(?:[A-Za-z_][\w.-]*|#[0-9]+|#[xX][0-9A-Fa-f]+);)",
    re.DOTALL,
)
# Else all that follows would be part of the title.
_UNCLOSED = re.compile(
    r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))"
    r"|<(title|link|guid|pubDate)(?:\s[^<>]*)?(?<!/)>[^<]*"
    r"(?=<(?:item|entry|title|link|guid|pubDate|description|category)\b)",
    re.DOTALL,
)
_BLANKS = re.compile(r"\s+")
_END_OF_ENTRY = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)


def read(text: str, doubt: str) -> Document | None:
    """None where feedparser sees no feed in the text.  `doubt` is why it is asked."""
    text = _DECLARATION.sub("", text, count=1)
    root = _ROOT.search(text)
    if root is None:
        return None
    text, cut = _cut(text, root[1])
    # feedparser is quadratic in blanks before the root, and stops at numbers of no character.
    head = _BLANKS.sub(" ", text[: root.start()]).lstrip()
    rest = _BARE_AMPERSAND.sub(lambda found: found[1] or "&amp;", text[root.start() :])
    if doubt == Doubt.NOT_WELL_FORMED:
        rest = _UNCLOSED.sub(lambda found: found[1] or f"{found[0]}</{found[2]}>", rest)
    text = f"<?xml version='1.0' encoding='utf-8'?>\n{head}{rest}"
    try:
        found: _Found = feedparser.parse(
            io.BytesIO(possible(text.encode("utf-8"))),
            # No address: relative links stay as written but for xml:base, guids as they are.
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except BROKEN:
        return None
    if not found["version"]:
        return None
    feed = found["feed"]
    return Document(
        title=_text(feed, "title"),
        link=_string(feed, "link"),
        language=_string(feed, "language"),
        typed=found["version"].startswith("atom"),
        entries=tuple(map(_entry, found["entries"])),
        read_by=doubt,
        cut=cut,
    )


def _cut(text: str, root: str) -> tuple[str, int]:
    """The document without the entries behind the first MOST_ENTRIES, and how many those are."""
    ends = [found.end() for found in _END_OF_ENTRY.finditer(text)]
    if len(ends) <= MOST_ENTRIES:
        return text, 0
    closing = f"{'</channel>' if root == 'rss' else ''}</{root}>"
    return text[: ends[MOST_ENTRIES - 1]] + closing, len(ends) - MOST_ENTRIES


def _entry(found: _Found) -> Entry:
    links = [(_string(each, "rel"), _string(each, "href")) for each in _list(found, "links")]
    link = _string(found, "link")
    details = (_dict(found, key) for key in ("title_detail", "summary_detail"))
    tags = (_string(each, "label") or _string(each, "term") for each in _list(found, "tags"))
    names = (_string(each, "name") for each in _list(found, "authors"))
    return Entry(
        title=_text(found, "title"),
        texts=tuple(_texts(found)),
        guid=(_string(found, "id") or "").strip() or None,
        link=_string(found, "feedburner_origlink") or link or "",
        linked=any(href == link for _, href in links),
        alternates=tuple(href for rel, href in links if href and rel == "alternate"),
        author=_string(found, "author"),
        names=tuple(filter(None, names)),
        published=_string(found, "published"),
        updated=_string(found, "updated"),
        created=_string(found, "created"),
        language=next(filter(None, (_string(each, "language") for each in details)), None),
        tags=tuple(filter(None, tags)),
        images=tuple(_images(found)),
        caption=_caption(found),
    )


def _begin_caption(parser: StrictFeedParser, given: dict[str, str]) -> None:
    parser.push_content(_CAPTION, given, "text/html", 1)


def _end_caption(parser: StrictFeedParser) -> None:
    parser.pop_content(_CAPTION)


# By itself feedparser takes what is said of a picture for one more description of its entry, and
# nothing then tells the two apart.
mediarss.Namespace._start_media_description = _begin_caption
mediarss.Namespace._end_media_description = _end_caption

_end_link = _base.Namespace._end_link


def _end_filled_link(parser: StrictFeedParser) -> None:
    stack = parser.elementstack
    if stack and stack[-1][0] == "link" and not any(piece.strip() for piece in stack[-1][2]):
        stack.pop()
    else:
        _end_link(parser)


# An empty <link> takes the place of the guid that is the entry's only address.
_base.Namespace._end_link = _end_filled_link


def _texts(found: _Found) -> Iterator[Text]:
    contents = _list(found, "content")
    # A summary without details is feedparser's copy of the content.
    detail = _dict(found, "summary_detail") or ({} if contents else found)
    summary = {"value": dict.get(found, "summary"), "type": _string(detail, "type")}
    for each in (*contents, *([summary] if detail else [])):
        if value := _string(each, "value"):
            yield value, _string(each, "type")


def _images(found: _Found) -> Iterator[str]:
    yield from (_string(each, "url") or "" for each in _list(found, "media_thumbnail"))
    enclosures = (each for each in _list(found, "links") if each.get("rel") == "enclosure")
    for each in (*_list(found, "media_content"), *enclosures):
        address = _string(each, "url") or _string(each, "href") or ""
        if is_picture(each, address):
            yield address
    yield _string(_dict(found, "image"), "href") or ""


def _caption(found: _Found) -> Text | None:
    detail = _dict(found, f"{_CAPTION}_detail")
    value = _string(detail, "value")
    return (value, _string(detail, "type")) if value else None


def _text(found: _Found, key: str) -> Text | None:
    value = _string(found, key)
    return (value, _string(_dict(found, f"{key}_detail"), "type")) if value else None


# feedparser's own `get` answers for other keys than the one asked (updated for published).
def _string(found: _Found, key: str) -> str | None:
    value = dict.get(found, key)
    return value if isinstance(value, str) and value else None


def _dict(found: _Found, key: str) -> _Found:
    value = dict.get(found, key)
    return value if isinstance(value, dict) else {}


def _list(found: _Found, key: str) -> list[_Found]:
    value = dict.get(found, key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
