"""One entry of a feed, as feedparser shows it, to an `Item` of plain values.

Decides which address, date, text and picture are the entry's.  Does not read bytes.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin

from monitor import dates, markup, urls
from monitor.feeds.document import BROKEN, Found
from monitor.model import Item, Stamp

NO_PAGE = "/#!entry="  # in the address that an entry without one gets

_BLANK_LINE = re.compile(r"\n[ \t\r]*(?=\n)")
# Tags that people write into titles without saying that the title is HTML.
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|p|q|s|small|span|strike"
    r"|strong|sub|sup|tt|u|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_MAILBOX = re.compile(
    r"[^\s@]+@[^\s@]+(?:\s*\((?P<after>[^()]*)\))?|(?P<before>[^<>@]+)<[^<>@]+@[^<>@]+>"
)
_BY = re.compile(r"by\s+", re.IGNORECASE)


class EntryReader:
    """Entries of one document.  Types of text are believed in Atom alone, which defines them."""

    def __init__(self, parsed: Found, url: str, timezone: str) -> None:
        self._types_hold = parsed["version"].startswith("atom")
        self._lang = _string(parsed["feed"], "language")
        self._url = url
        self.link = urls.absolute(url, _string(parsed["feed"], "link") or "")
        self._timezone = timezone

    def item(self, entry: Found) -> Item | None:
        """None when the entry cannot be read or has no address."""
        try:
            return self._item(entry)
        except BROKEN:
            return None

    def _item(self, entry: Found) -> Item | None:
        title = self.title(entry)
        body = max(self._texts(entry), key=len, default=None)
        url = self._address(entry)
        if url is None:
            told_apart_by = guid_of(entry) or "\n".join(filter(None, (title, body)))
            if not told_apart_by:
                return None
            url = self._own_address(told_apart_by)
        authors = _names(entry)
        updated = self._stamp(entry, "updated")
        published = self._stamp(entry, "published") or self._stamp(entry, "created")
        if published is None and not self._types_hold:
            published = updated  # dc:date, which RSS 1.0 has instead of a date of its own
        return Item(
            url=url,
            title=title,
            guid=guid_of(entry),
            byline=", ".join(authors) or markup.squeeze(_string(entry, "author")),
            authors=authors,
            published=published,
            updated=updated,
            lang=self._language(entry),
            body=body,
            image=self._image(entry),
            tags=tuple(dict.fromkeys(filter(None, map(self._tag, _list(entry, "tags"))))),
        )

    def _address(self, entry: Found) -> str | None:
        links = [(_string(each, "rel"), _string(each, "href")) for each in _list(entry, "links")]
        link = _string(entry, "link") or ""
        # A guid that stands for the link is one only if it is an address as it is.
        base = self._url if any(href == link for _, href in links) else ""
        found = urls.absolute(base, link)
        alternates = (href for rel, href in links if href and rel == "alternate")
        return found or next(filter(None, (urls.absolute(self._url, a) for a in alternates)), None)

    def _own_address(self, told_apart_by: str) -> str:
        digest = hashlib.sha256(f"{self._url}\n{told_apart_by}".encode()).hexdigest()[:16]
        return f"{urljoin(self.link or self._url, '/').rstrip('/')}{NO_PAGE}{digest}"

    def title(self, found: Found) -> str | None:
        detail = dict.get(found, "title_detail") or {}
        text = _string(found, "title")
        if text is None:
            return None
        return markup.squeeze(self._plain(text, _string(detail, "type")))

    def _texts(self, entry: Found) -> Iterator[str]:
        contents = _list(entry, "content")
        # A summary without details is feedparser's copy of the content.
        detail = dict.get(entry, "summary_detail") or ({} if contents else entry)
        summary = {"value": dict.get(entry, "summary"), "type": _string(detail, "type")}
        for each in (*contents, *([summary] if detail else [])):
            kind, text = _string(each, "type"), _string(each, "value")
            if text and (kind is None or kind.startswith("text/") or kind.endswith("xhtml+xml")):
                plain = self._plain(text, kind)
                if plain:
                    yield plain

    def _plain(self, text: str, kind: str | None) -> str | None:
        if kind == "text/plain" and not _TAG.search("" if self._types_hold else text):
            text = html.escape(text if self._types_hold else html.unescape(text), quote=False)
        return _without_markup(text)

    def _stamp(self, entry: Found, key: str) -> Stamp | None:
        text = _string(entry, key)
        return dates.stamp(text, self._timezone) if text else None

    def _language(self, entry: Found) -> str | None:
        details = (dict.get(entry, key) or {} for key in ("title_detail", "summary_detail"))
        return next(filter(None, (_string(d, "language") for d in details)), self._lang)

    def _tag(self, tag: Found) -> str | None:
        text = _string(tag, "label") or _string(tag, "term")
        return markup.squeeze(self._plain(text, "text/plain")) if text else None

    def _image(self, entry: Found) -> str | None:
        found = (urls.absolute(self._url, address) for address in _images(entry))
        return next(filter(None, found), None)


def _images(entry: Found) -> Iterator[str]:
    yield from (_string(each, "url") or "" for each in _list(entry, "media_thumbnail"))
    enclosures = (each for each in _list(entry, "links") if each.get("rel") == "enclosure")
    for each in (*_list(entry, "media_content"), *enclosures):
        kind = _string(each, "type") or ""
        if each.get("medium") == "image" or kind.startswith("image/"):
            yield _string(each, "url") or _string(each, "href") or ""
    yield _string(dict.get(entry, "image") or {}, "href") or ""


def _names(entry: Found) -> tuple[str, ...]:
    raw = (_string(entry, "author") or "").strip()
    # RSS wants an e-mail address here, of which feedparser knows short top-level domains alone.
    if len(raw) < 320 and (found := _MAILBOX.fullmatch(raw)):
        names = [found["before"] or found["after"]]
    else:
        names = [_string(each, "name") for each in _list(entry, "authors")]
    plain = filter(None, map(markup.squeeze, names))
    return tuple(dict.fromkeys(_BY.sub("", name, count=1) for name in plain))


def guid_of(entry: Found) -> str | None:
    return (_string(entry, "id") or "").strip() or None


def _without_markup(text: str) -> str | None:
    """Text out of HTML, paragraphs parted by one blank line; a blank line as written parts, too."""
    root = markup.parse(_BLANK_LINE.sub("<p>", text))
    if root is None:
        return None
    parts = (("\n\n" if line.gap else "\n") + line.text for line in markup.lines(root).lines)
    return "".join(parts).strip() or None


# feedparser's own `get` answers for other keys than the one asked (updated for published).
def _string(found: Found, key: str) -> str | None:
    value = dict.get(found, key)
    return value if isinstance(value, str) and value else None


def _list(found: Found, key: str) -> list[Found]:
    value = dict.get(found, key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
