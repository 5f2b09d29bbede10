"""One entry of a feed, whichever reader found it, to an `Item` of plain values.

Decides which address, date, text and picture are the entry's.  Does not read bytes.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urljoin, urlsplit

from monitor import dates, markup, urls
from monitor.feeds import escaped
from monitor.feeds.entry import Document, Entry, Text, mailbox
from monitor.feeds.plain import text_of
from monitor.model import Item, Stamp
from monitor.model.twins import twin_of
from monitor.publishers import feedtails

NO_PAGE = "#!entry="  # in the address that an entry without one gets
# In characters.  The longest real titles have some 300; what is longer is a text in a wrong place.
LONGEST_TITLE = 1_000

# `urls.is_front_page` without the public suffix list, of which readers have no need.
_FRONT_PAGE = re.compile(
    r"https?://[^/?]+(?:/(?:[a-z]{2}(?:-[a-z]{2})?(?:/|$))?(?:(?:index|default|home)(?:\.[a-z]{3,5})?)?)?",
    re.IGNORECASE,
)
_FRONT_PAGES_REST = len("www./xx-xx/default.html")
_FRONT_PAGES_SLASHES = 4
_START_OF_HOST = len("https://")
_LONGEST_LANGUAGE = len("xx-xx")

# Tags that people write into titles without saying that the title is HTML.
_HTML, _PLAIN = "text/html", "text/plain"
TAG = re.compile(
    r"<!\[CDATA\[|</?(?:a|abbr|b|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|p|q|s|small|span|strike"
    r"|strong|sub|sup|tt|u|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_BY = re.compile(r"^by\s+", re.IGNORECASE)
# An address that `urls.absolute` gives back as it is.
_PLAIN_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9-]{0,59}(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,59}){0,3}"
    r"(?:/[A-Za-z0-9/_.~%+,:=@!$'()*&-]*(?:\?[A-Za-z0-9/_.~%+,:=@!$'()*&-]+)?)?"
)
_MOMENT = re.compile(r"<\w+\s[^<>]*\b(?:datetime|content)\s*=\s*[\"']([^\"'<>]*[0-9][^\"'<>]*)")
_PICTURE = re.compile(r"<img\s([^<>]*)>", re.IGNORECASE)
_SOURCE = re.compile(
    r"(?<![\w.:-])src\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)
_PIXEL = re.compile(r"(?<![\w.:-])(?:width|height)\s*=\s*[\"']?[01](?:px)?\b(?!%)", re.IGNORECASE)
_MOST_PICTURES = 5
# In their feeds they count clicks by addresses that robots.txt forbids, with the article's inside.
_ENGINE = re.compile(r"https?://www\.(?:google\.[a-z.]+|bing\.com)/", re.IGNORECASE)
_COUNTER = re.compile(rf"{_ENGINE.pattern}(?:url|news/apiclick\.aspx)\?", re.IGNORECASE)


_new_item = twin_of(Item)


class EntryReader:
    """Entries of one document.  Types of text are believed in formats alone that define them."""

    def __init__(self, document: Document, url: str, timezone: str) -> None:
        self._typed = document.typed
        self._lang = document.language
        self._url = url
        self._base = url
        self.link = self._absolute(document.link or "")
        # One who serves other people's feeds has none of the pages that they link to.
        if self.link and _domain(self.link) != _domain(url):
            self._base = self.link
        own = (url, self.link or url)
        self._own_pages = {form for each in own for form in _forms(each.partition("#")[0])}
        self._sites = set(map(urls.site, own))
        self._is_alone = len(document.entries) == 1  # an entry: there is none to keep it apart from
        # Longer is no address of a front page nor of the feed's own.
        self._longest_shared = max(map(len, own)) + _FRONT_PAGES_REST
        self._timezone = timezone
        self._counts_clicks = _ENGINE.match(url) is not None
        # In most feeds many entries have the same.
        self._known_tags: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.misdated = 0
        self.unread_date: str | None = None

    def item(self, entry: Entry) -> Item | None:
        """None when there is nothing to tell the entry by."""
        # At once: to look up each field by its name costs more.
        (
            written, texts, guid, link, linked, alternates, author, names,
            published, updated, created, language, tags, images, caption,
        ) = entry  # fmt: skip
        title = self.title(written) if written else None
        body = self._body(texts, title)
        if body is None and caption is not None:  # as of a film that has no other text
            body = self._body((caption,), title)
        url = self._address(link, alternates, self._base if linked else "")
        if url is None:
            told_apart_by = guid or "\n".join(filter(None, (title, body)))
            if not told_apart_by:
                return None
            url = self._own_address(told_apart_by)
        elif self._counts_clicks:
            url = _behind_counter(url)
        authors = self._names(names, author)
        first, last = self._times(published or "", created or "", updated or "")
        byline = ", ".join(authors) if authors else markup.squeeze(author)
        # By name it would take twice as long.
        item = _new_item(
            url, title, guid, None, byline, authors, None, None, first, last, None,
            language or self._lang, body, True, self._image(images, texts, url), (),
            self._tags(tags) if tags else (),
        )  # fmt: skip
        item.__class__ = Item
        return item

    def _address(self, link: str, alternates: tuple[str, ...], base: str) -> str | None:
        # A guid that stands for the link is one only if it is an address as it is.
        first = self._absolute(link, base)
        if first is not None and not self._is_shared(first):
            return first
        others = filter(None, map(self._absolute, alternates))
        return next((each for each in others if not self._is_shared(each)), None)

    def _is_shared(self, address: str) -> bool:
        """Whether it is the page that the feed is of, the feed itself ("#") or the front page:
        read for an article's, each entry would become the same one."""
        if self._is_alone:
            return False
        page = address
        if "#" in address:
            page = address.partition("#")[0]
        if len(page) > self._longest_shared or "#!" in address:
            return False
        if page in self._own_pages:
            return True
        start = page.rfind("/") + 1
        is_named = start > _START_OF_HOST and len(page) - start > _LONGEST_LANGUAGE
        if is_named and page[start] not in "iIdDhH":  # index, default, home
            return False
        if page.count("/") > _FRONT_PAGES_SLASHES or not _FRONT_PAGE.fullmatch(page):
            return False
        return urls.site(address) in self._sites

    def _absolute(self, address: str, base: str | None = None) -> str | None:
        if len(address) <= urls.MAX_LENGTH and _PLAIN_ADDRESS.fullmatch(address):
            return address
        return urls.absolute(self._base if base is None else base, address)

    def _own_address(self, told_apart_by: str) -> str:
        digest = hashlib.sha256(f"{self._url}\n{told_apart_by}".encode()).hexdigest()[:16]
        return f"{urljoin(self.link or self._url, '/')}{NO_PAGE}{digest}"

    def title(self, text: Text) -> str | None:
        """One line, of LONGEST_TITLE characters at most: cut at a word, with an ellipsis."""
        value, kind = text
        line = self._line(value, kind)
        if line is None or len(line) <= LONGEST_TITLE:
            return line
        start = line[: LONGEST_TITLE - 1]
        words = start.rpartition(" ")[0]
        # Some scripts have no blanks between words.
        return (words if len(words) > LONGEST_TITLE * 0.9 else start) + "…"

    def _body(self, texts: tuple[Text, ...], title: str | None) -> str | None:
        """The longest text; contents before a summary of the same length."""
        best: str | None = None
        for value, kind in texts:
            # Without its markup no text gets longer.
            if (best is None or len(value) > len(best)) and (kind == _PLAIN or _is_text(kind)):
                has_marks = "<" in value or "&" in value or "\n" in value
                plain = self._read(value, kind) if has_marks else markup.squeeze(value)
                text = feedtails.without(plain, title) if plain else None
                if text is not None and (best is None or len(text) > len(best)):
                    best = text
        return best

    def _read(self, value: str, kind: str | None) -> str | None:
        plain = self._plain(value, kind)
        if plain is None or plain[0] != "<" or (self._typed and kind == _PLAIN):
            return plain
        return text_of(plain) if escaped.is_markup(plain, value) else plain

    def _is_plain(self, value: str, kind: str | None) -> bool:
        """Of a text with a "<" or "&" in it."""
        return kind == _PLAIN and (self._typed or "<" not in value or not TAG.search(value))

    def _plain(self, value: str, kind: str | None) -> str | None:
        if kind != _HTML and ("<" in value or "&" in value) and self._is_plain(value, kind):
            value = html.escape(value if self._typed else html.unescape(value), quote=False)
        return text_of(value)

    def _line(self, value: str, kind: str | None) -> str | None:
        if "<" in value or "&" in value:
            return markup.squeeze(self._plain(value, kind))
        return markup.squeeze(value)

    def _names(self, names: tuple[str, ...], author: str | None) -> tuple[str, ...]:
        # RSS wants an e-mail address here, of which feedparser knows short top-level domains alone.
        if author and "@" in author and (found := mailbox(author.strip())):
            names = (found["before"] or found["after"] or "",)
        if not names:
            return ()
        if len(names) == 1:
            line = markup.squeeze(names[0])
            if line and line[0] not in "bB" and "<" not in line and "&" not in line:
                return (line,)
        lines = (_BY.sub("", read) for name in names if (read := self._line(name, _PLAIN)))
        return tuple(dict.fromkeys(lines))

    def _times(self, printed: str, created: str, changed: str) -> tuple[Stamp | None, Stamp | None]:
        """Published, updated."""
        timezone = self._timezone
        if "<" in printed or "<" in created or "<" in changed:
            printed, created, changed = map(_without_markup, (printed, created, changed))
        updated = dates.stamp(changed, timezone) if changed else None
        published = updated
        if printed != changed:
            published = dates.stamp(printed, timezone) if printed else None
        if published is None and created:
            published = dates.stamp(created, timezone)
        if published is None and updated is None and (printed or created or changed):
            written = markup.squeeze(printed or created or changed)
            self.misdated += written is not None
            self.unread_date = self.unread_date or written
        # dc:date, which RSS 1.0 has instead of a date of its own
        return published or (None if self._typed else updated), updated

    def _tags(self, written: tuple[str, ...]) -> tuple[str, ...]:
        if (known := self._known_tags.get(written)) is None:
            tags = [tag for each in written if (tag := self._line(each, _PLAIN))]
            known = self._known_tags[written] = tuple(dict.fromkeys(tags))
        return known

    def _image(self, images: tuple[str, ...], texts: tuple[Text, ...], url: str) -> str | None:
        """The text is the article's, whose page at `url` its pictures are relative to."""
        for written in images:
            if written and (found := self._absolute(written)):
                return found
        for value, kind in texts:
            if "<" in value and _is_text(kind) and not self._is_plain(value, kind):
                for picture in _PICTURE.findall(value)[:_MOST_PICTURES]:
                    if (address := _source_of(picture)) and (found := self._absolute(address, url)):
                        return found
        return None


def _forms(address: str) -> Iterator[str]:
    """The ways in which it may be written, with or without `www.` and a slash at its end."""
    page = address.partition("://")[2].removeprefix("www.").rstrip("/")
    for start in ("http://", "https://", "http://www.", "https://www."):
        yield from (f"{start}{page}", f"{start}{page}/")


def _domain(address: str) -> str:
    """Without the public suffix list: too short a one changes nothing."""
    return ".".join((urls.site(address) or "").split(".")[-2:])


def _without_markup(date: str) -> str:
    """A date as some programs print it: as on their pages."""
    if "<" not in date:
        return date
    found = _MOMENT.search(date)
    return found[1] if found else markup.squeeze(text_of(date)) or ""


def _behind_counter(url: str) -> str:
    if not _COUNTER.match(url):
        return url
    given = dict(parse_qsl(urlsplit(url).query))
    return urls.absolute("", given.get("url") or given.get("q") or "") or url


def _source_of(given: str) -> str | None:
    """Of what stands in a picture's tag; None for the single pixels that count readers."""
    found = _SOURCE.search(given)
    if found is None or ("dth" in given and _PIXEL.search(given)):
        return None
    return html.unescape(found[1] or found[2] or found[3] or "")


def _is_text(kind: str | None) -> bool:
    return kind in (_HTML, None) or kind.startswith("text/") or kind.endswith("xhtml+xml")
