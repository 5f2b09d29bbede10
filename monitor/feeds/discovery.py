"""Which feeds an HTML page says it has, where else one may lie, and whether a feed is the page's.

Fetches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from monitor import markup, urls
from monitor.feeds import subscriptions
from monitor.listing.links import MOST_LINKS, base_of
from monitor.model import Item
from monitor.text import fold

# What `<link rel=alternate>` calls the formats that are read here.
_TYPES = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "text/xml",
     "application/xml", "application/feed+json", "application/json")
)  # fmt: skip
_MOST = 20
_COMMENTS = re.compile(r"\bcomments\b", re.IGNORECASE)
_PART_ENDS = re.compile(r"[/._]")
# How feeds are called where a page links to them as to any other page.
_LIKE_A_FEED = re.compile(
    r".*/(?:rss|feeds?|atom)/?|.*/(?:rss|feeds?|atom|index)\.xml|.*\.(?:rss|atom|rdf)",
    re.IGNORECASE,
)
# WordPress, Ghost, Hugo, Jekyll, Drupal, JSON Feed's own advice; the likelier first.
_USUAL_FEEDS = ("/feed", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
_USUAL_SITEMAPS = ("/news-sitemap.xml", "/sitemap_news.xml", "/sitemap.xml")
_FEWEST_WORDS = 3  # of a headline that tells an article from others
_FEWEST_SHARED = 3
# As the HTML standard reads it ("shared declarative refresh steps").
_REFRESH = re.compile(
    r"\s*(?P<seconds>[0-9]{1,9})[0-9.]*\s*[;,\s]\s*(?:url\s*=\s*)?"
    r"(?:(?P<quote>[\"'])(?P<quoted>.*?)(?:(?P=quote)|$)|(?P<bare>.*))",
    re.IGNORECASE | re.DOTALL,
)
_SOON_SECONDS = 10  # a page that leads on later is there to be read
_SCRIPTED = 400  # characters: a page with less text and with scripts is filled in by them


@dataclass(frozen=True, slots=True)
class Page:
    """What an HTML page says of itself.  `scripted`: hardly any text until its scripts run;
    `file`: what it is that is no page; `subscriptions`: the feeds of a list of such (OPML).
    `moved_to`: where it leads every reader by itself (`<meta http-equiv=refresh>`)."""

    title: str | None
    feeds: tuple[str, ...]
    scripted: bool
    file: str | None = None
    subscriptions: tuple[str, ...] | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """`shared` of a feed's `among` newest entries stand on the page that lists `listed`."""

    shared: int
    among: int
    listed: int

    @property
    def is_of_page(self) -> bool:
        """The feed holds what the page lists, and little else."""
        return self.is_of_site and 2 * self.shared >= self.among

    @property
    def is_of_site(self) -> bool:
        """The feed holds what the page lists, and perhaps much else."""
        return self.shared >= min(_FEWEST_SHARED, self.listed) > 0


def look(body: bytes, *, url: str, content_type: str | None) -> Page:
    """Read a page's head.  Its own section's feeds come first, those of comments last."""
    if (file := markup.file_of(body, content_type)) is not None:
        return Page(None, (), scripted=False, file=file)
    text = markup.decode(body, content_type)
    if (listed := subscriptions.feeds(text, url)) is not None:
        return Page(None, (), scripted=False, subscriptions=listed)
    tree = markup.parse(text)
    if tree is None:
        return Page(None, (), scripted=False)
    seen = markup.text_of(tree) or ""
    scripted = len(seen) < _SCRIPTED and tree.find(".//script") is not None
    return Page(
        markup.squeeze(tree.findtext(".//title")), _feeds(tree, url), scripted,
        moved_to=_moved_to(tree, url),
    )  # fmt: skip


def _moved_to(tree: HtmlElement, url: str) -> str | None:
    """None too where a page reloads itself, or shows for a while what is on it."""
    for meta in tree.iter("meta"):
        if (meta.get("http-equiv") or "").strip().lower() != "refresh":
            continue
        # What stands in a noscript is for browsers that we are not like: "switch scripts on".
        told = _REFRESH.match(meta.get("content") or "")
        if told is None or next(meta.iterancestors("noscript"), None) is not None:
            continue
        target = urls.absolute(base_of(tree, url), told["quoted"] or told["bare"])
        if target is not None and int(told["seconds"]) <= _SOON_SECONDS:
            return None if _page_of(target) == _page_of(url) else target
    return None


def _page_of(address: str) -> str:
    return address.partition("#")[0]


def _feeds(tree: HtmlElement, url: str) -> tuple[str, ...]:
    """Addresses of feeds that the page names, or else links to, each once, absolute: first those
    that lie below the page's own path or bear its section's name, then in the page's order;
    comment feeds last."""
    base = base_of(tree, url)
    named = list(islice(_named(tree, base), _MOST)) or list(islice(_linked(tree, base), _MOST))
    found: dict[str, tuple[bool, bool]] = {}
    for target, words in named:
        comments = _COMMENTS.search(f"{words} {urlsplit(target).path}") is not None
        found.setdefault(target, (comments, not _is_of_section(target, url)))
    return tuple(sorted(found, key=lambda target: found[target]))


def _named(tree: HtmlElement, base: str) -> Iterator[tuple[str, str]]:
    """The feeds of a page's head, with what each is called."""
    for link in tree.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in relations and kind in _TYPES:
            target = urls.absolute(base, link.get("href") or "")
            if target is not None and "/wp-json/" not in target and "oembed" not in target:
                yield target, link.get("title") or ""


def _linked(tree: HtmlElement, base: str) -> Iterator[tuple[str, str]]:
    """What a page links to on its own site under a feed's usual name."""
    own = urls.site(base)
    for link in islice(tree.iter("a"), MOST_LINKS):
        target = urls.absolute(base, link.get("href") or "")
        like = target is not None and _LIKE_A_FEED.fullmatch(urlsplit(target).path)
        if target is not None and like and urls.site(target) == own:
            yield target, markup.squeeze(link.text) or ""


def usual_feeds(url: str) -> tuple[str, ...]:
    """Addresses at which a site's feed often lies, first the one of the page's own section."""
    path = urlsplit(url).path.rstrip("/")
    own = (f"{path}/feed",) if path and "." not in path.rpartition("/")[2] else ()
    return tuple(dict.fromkeys(urljoin(url, place) for place in (*own, *_USUAL_FEEDS)))


def sitemaps(url: str, robots: bytes) -> tuple[str, ...]:
    """The sitemaps that a site's robots.txt names on that site, the likeliest to hold the news
    first, then the usual places."""
    lines = robots[:500_000].decode("utf-8", "replace").splitlines()
    named = [
        line.partition(":")[2].strip() for line in lines if line.lower().startswith("sitemap:")
    ]
    found = [address for each in named[:_MOST] if (address := urls.absolute(url, each))]
    found.sort(key=lambda address: "news" not in urlsplit(address).path.lower())
    usual = [urljoin(url, place) for place in _USUAL_SITEMAPS]
    near = (address for address in (*found, *usual) if urls.site(address) == urls.site(url))
    return tuple(dict.fromkeys(near))


def agreement(page: Sequence[Item], fed: Sequence[Item]) -> Agreement:
    """How far a feed lists what a page does, by addresses and by headlines.

    Of the feed only what is newer than its last shared entry is counted: it may go back further.
    """
    listed = {mark for item in page for mark in _marks(item)}
    newest = sorted(fed, key=lambda item: -(item.published.at if item.published else 0))
    shared = [bool(_marks(item) & listed) for item in newest]
    among = len(shared) - shared[::-1].index(True) if any(shared) else len(shared)
    return Agreement(sum(shared), among, min(len(page), len(fed)))


def is_about(url: str, fed: Sequence[Item]) -> bool:
    """Whether all of a feed's entries lead to one page: it is of what people say there."""
    own = urls.canonical(url)
    return bool(fed) and all(urls.canonical(item.url) == own for item in fed)


def _marks(item: Item) -> set[str]:
    """By which an article is known again wherever it is listed."""
    words = fold(item.title).split() if item.title else []
    title = {" ".join(words)} if len(words) >= _FEWEST_WORDS else set()
    return {urls.canonical(item.url) or item.url, *title}


def _is_of_section(target: str, url: str) -> bool:
    path, feed = urlsplit(url).path.rstrip("/").lower(), urlsplit(target).path.lower()
    name = path.rpartition("/")[2].partition(".")[0]
    return bool(name) and (feed.startswith(f"{path}/") or name in _PART_ENDS.split(feed))
