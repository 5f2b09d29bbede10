"""A sitemap's bytes to items, or a sitemap index's to the few sitemaps in it that hold the news.

Reads sitemaps.org 0.9 as XML and as plain text, with Google's news and image extensions; which
articles of a whole site's list are looked at is decided here.  Unpacks nothing, fetches nothing.

A document with a DOCTYPE is refused, as no sitemap has one, so there are no entities to expand.
Namespaces are not insisted on: many sitemaps get them wrong.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from monitor import dates, markup, urls
from monitor.errors import ReadError, ReadReason
from monitor.feeds.document import decoded, what_it_is
from monitor.feeds.entries import TAG
from monitor.feeds.plain import text_of
from monitor.model import Item, Stamp

# The newest of a site's whole list.  What is older never comes up as news, and to know 50,000
# addresses (a sitemap's limit) would keep the database busy for seconds.
MOST_ITEMS = 10_000
# What is dated earlier is passed over once a source's first sight has made it known.
RECENT_SECONDS = 7 * 24 * 3600
# Of the items of a first sight; the rest is known by address and title alone.
FOLLOWED_AT_FIRST = 100
# The sitemaps of an index that are read in one poll.
MOST_CHILDREN = 3

# What the protocol allows (sitemaps.org, "Using Sitemap index files"); more is not read.
_MOST_ENTRIES = 50_000

# HTML's other names are no entities of XML, and the parser would drop the text that they stand in.
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_HTTP = re.compile(r"\s*https?://", re.IGNORECASE)
# Absolute already, as nearly all are: `urls.absolute` would take seconds over 50,000.
_PLAIN = re.compile(
    r"https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}(?:/(?!\.)[\w.&=%+~,:;@!-]{0,500}){1,99}",
    re.ASCII,
)
# With what the server's programs print before a document.
_DECLARATION = re.compile(r"\A.{0,5000}?<\?xml\s[^<>]*>", re.DOTALL)
_ROOT = re.compile(r"<(?=[A-Za-z_])(?:[\w.-]{1,40}:)?([\w.-]{1,40})")
_DOCUMENTS = ("urlset", "sitemapindex")
_ENTRIES = ("url", "sitemap")
# Words in the path of an index's sitemaps, the best kind first; what is neither stands between.
_NO_NEWS = re.compile(
    r"image|video|photo|galler|categor|tag|topic|author|user|profile|page|product|static|section"
    r"|archive|landing|newsletter",
    re.IGNORECASE,
)
_KINDS = tuple(re.compile(words, re.IGNORECASE) for words in ("news", "article|stor(?:y|ies)|post"))
_NUMBER = re.compile(r"[0-9]{1,18}")

_Fields = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Sitemap:
    """One document, read.  `items` are the newest first, then what has no date, in its order.

    `children` is set where it is an index: what to read of it, the likeliest first.  `entries`
    counts all there are, `skipped` those that could not be read; `misdated` and `unread_date` are
    as in `Feed`.
    """

    items: tuple[Item, ...] = ()
    children: tuple[str, ...] = ()
    entries: int = 0
    skipped: int = 0
    misdated: int = 0
    unread_date: str | None = None


def read(
    body: bytes, *, url: str, content_type: str | None, timezone: str, since: int | None = None
) -> Sitemap:
    """Read one document that was found at `url`, after redirects and unpacked.

    `since` (epoch ms): entries dated earlier are passed over.  An empty list of addresses is a
    valid sitemap.  Raises ReadError: NOT_A_SITEMAP, which says what the document is instead, or
    ALL_BAD when there are entries and none has an address.
    """
    text = decoded(body, content_type)
    if _HTTP.match(text):
        lines = (line.strip() for line in text.splitlines())
        named = ({("url", "loc"): line if _HTTP.match(line) else ""} for line in lines if line)
        return _sitemap([(each, _item(each, url, timezone)) for each in _within(named)], since)
    root, entries = _parsed(text)
    if root == "sitemapindex":
        children = _children(entries, url, timezone)
        if entries and not children:
            raise _all_bad(len(entries))
        return Sitemap(children=children, entries=len(entries))
    return _sitemap([(each, _item(each, url, timezone)) for each in entries], since)


def arranged(items: Iterable[Item]) -> tuple[Item, ...]:
    """Each address once, the newest first, then what has no date in its order; at most MOST_ITEMS,
    of undated ones from both ends, as either may be where new ones go."""
    once: dict[str, Item] = {}
    for item in items:
        once.setdefault(item.url, item)
    newest = sorted(filter(_date, once.values()), key=lambda item: -_date(item))[:MOST_ITEMS]
    undated = [item for item in once.values() if not _date(item)]
    room = MOST_ITEMS - len(newest)
    if len(undated) > room:
        undated = undated[: room // 2] + undated[len(undated) - room // 2 :]
    return (*newest, *undated)


def is_news(item: Item, now: int) -> bool:
    """Whether an entry's page leaves it possible that an address new in a sitemap is news.

    Sitemaps are rebuilt with new dates for old articles; what the page says of itself counts.
    """
    return item.published is None or item.published.at >= now - RECENT_SECONDS * 1000


def _parsed(text: str) -> tuple[str, list[_Fields]]:
    """The root's name, and what each entry says."""
    text = _DECLARATION.sub("", text).lstrip()
    root = _ROOT.search(text)
    # The root is looked at again below: a comment may hold what looks like one.
    if root is None or "<!doctype" in text[: root.start()].lower():
        raise _no_sitemap(text)
    source = _AMPERSAND.sub("&amp;", text)
    events = etree.iterparse(
        io.BytesIO(source.encode("utf-8", "replace")), events=("start", "end"),
        tag=[f"{{*}}{name}" for name in (*_DOCUMENTS, *_ENTRIES)], recover=True,
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        _, first = next(events)
        if first.getparent() is None and _name(first) in _DOCUMENTS:
            return _name(first), list(_within(_walk(events, first)))
    except (etree.LxmlError, StopIteration):
        pass
    raise _no_sitemap(text)


def _walk(events: Iterator[tuple[str, etree._Element]], root: etree._Element) -> Iterator[_Fields]:
    try:
        for event, element in events:
            if event == "end" and element.getparent() is root:
                yield _fields(element)
                del root[: root.index(element)]
                element.clear()
    except etree.LxmlError:
        return  # what came before the break counts


def _within(entries: Iterable[_Fields]) -> Iterator[_Fields]:
    return islice(entries, _MOST_ENTRIES)


def _fields(entry: etree._Element) -> _Fields:
    """Texts by their own and their parent's name, the first of each."""
    found: _Fields = {}
    for element in entry.iterdescendants("*"):
        parent = element.getparent()
        place = ("url" if parent is None or parent is entry else _name(parent), _name(element))
        if len(element) == 0 and element.text and place not in found:
            found[place] = element.text.strip()
    return found


def _name(element: etree._Element) -> str:
    """Without namespace or prefix, in lower case."""
    tag = str(element.tag)
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _item(fields: _Fields, base: str, timezone: str) -> Item | None:
    address = _address(fields.get(("url", "loc")), base)
    if address is None:
        return None
    keywords = (_words(word) for word in fields.get(("news", "keywords"), "").split(","))
    return Item(
        url=address,
        title=_title(fields.get(("news", "title"))),
        published=_stamp(fields.get(("news", "publication_date")), timezone),
        updated=_stamp(fields.get(("url", "lastmod")), timezone),
        lang=_words(fields.get(("publication", "language")) or fields.get(("news", "language"))),
        image=_address(fields.get(("image", "loc")), base),
        tags=tuple(dict.fromkeys(filter(None, keywords))),
    )


def _address(text: str | None, base: str) -> str | None:
    if not text:
        return None
    # In CDATA an ampersand that we or the publisher escaped stays escaped.
    text = text.replace("&amp;", "&")
    return text if _PLAIN.fullmatch(text) else urls.absolute(base, text)


def _title(text: str | None) -> str | None:
    words = _words(text)
    return markup.squeeze(text_of(words)) if words and TAG.search(words) else words


def _words(text: str | None) -> str | None:
    return markup.squeeze(html.unescape(text)) if text else None


def _stamp(text: str | None, timezone: str) -> Stamp | None:
    return dates.stamp(text, timezone) if text else None


def _sitemap(found: Sequence[tuple[_Fields, Item | None]], since: int | None) -> Sitemap:
    items = [item for _, item in found if item is not None]
    if found and not items:
        raise _all_bad(len(found))
    skipped = len(found) - len(items)
    recent = (item for item in items if since is None or not _date(item) or _date(item) >= since)
    articles = tuple(item for item in arranged(recent) if not urls.is_front_page(item.url))
    unread = [
        written
        for fields, item in found
        if item is not None and not _date(item) and (written := _written(fields))
    ]
    return Sitemap(articles, (), len(found), skipped, len(unread), next(iter(unread), None))


def _written(fields: _Fields) -> str | None:
    """The date of an entry, as it stands there."""
    return _words(fields.get(("news", "publication_date")) or fields.get(("url", "lastmod")))


def _date(item: Item) -> int:
    """0 where there is none."""
    stamp = item.published or item.updated
    return stamp.at if stamp is not None else 0


def _children(entries: Sequence[_Fields], base: str, timezone: str) -> tuple[str, ...]:
    """The sitemaps of an index that hold the news, by their names and dates.

    Only those of the best kind of name that there is.  Without dates the highest number in the
    name is the newest: `2026-11`, `part17`.
    """
    found: dict[str, tuple[int, int, list[int]]] = {}
    for fields in entries:
        address = _address(fields.get(("url", "loc")), base)
        if address is not None:
            path = address.partition("://")[2].partition("/")[2]
            stamp = _stamp(fields.get(("url", "lastmod")), timezone)
            numbers = [int(number) for number in _NUMBER.findall(path)]
            found.setdefault(address, (_kind(path), stamp.at if stamp else 0, numbers))
    ranked = sorted(found, key=lambda address: found[address], reverse=True)
    best = [address for address in ranked if found[address][0] == found[ranked[0]][0]]
    return tuple(best[:MOST_CHILDREN])


def _kind(path: str) -> int:
    """How likely a sitemap of this name is to hold the news; the more, the likelier."""
    if _NO_NEWS.search(path):
        return 0
    kinds = (len(_KINDS) + 1 - n for n, kind in enumerate(_KINDS) if kind.search(path))
    return next(kinds, 1)


def _no_sitemap(text: str) -> ReadError:
    root = _ROOT.search(text)
    if root is not None and root[1].lower() in ("rss", "feed", "rdf"):
        what = "a feed: write `kind: feed`"
    elif root is not None and root[1].lower() in _DOCUMENTS:
        what = "a sitemap that cannot be read: its publisher has to mend it"
    else:
        known = what_it_is(text).removesuffix(", which is no feed")
        what = f"{known}: give the address of a sitemap"
    return ReadError(ReadReason.NOT_A_SITEMAP, f"The address answers with {what}.")


def _all_bad(count: int) -> ReadError:
    return ReadError(
        ReadReason.ALL_BAD,
        f"None of the sitemap's {count:,} entries has an address: its publisher has to mend it.",
    )
