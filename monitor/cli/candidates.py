"""One address read in each way it can be watched: as a feed, a sitemap, a page, the network's page.

Fetches politely, through the engine's client; hostile bytes are read in its workers.  Which way is
the best is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from unicodedata import normalize
from urllib.parse import urlsplit

from monitor import listing, poll, sitemap_poll, urls
from monitor.engine import Engine, SharedHosts
from monitor.errors import FetchError, FetchReason, ReadError
from monitor.feeds import discovery
from monitor.feeds.discovery import Page
from monitor.model import DueSource, Feed, Item, OutcomeKind, Response, WantedBody
from monitor.net.client import Ask
from monitor.publishers import spacemedia
from monitor.settings import Source

_LONGEST_ID = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to watch an address: the source it makes and what a first poll would store.

    `what` names it, `how` says how its list is told; `entries` counts all there are where only
    some were read; `misdated` and `unread_date` are as in `Feed`.
    """

    what: str
    source: Source
    items: tuple[Item, ...]
    title: str | None = None
    entries: int = 0
    skipped: int = 0
    repeated_guids: int = 0
    seconds: float = 0.0
    how: str | None = None
    misdated: int = 0
    unread_date: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An entry's own page: what it holds, or why that cannot be read.  `forbidden`: by
    robots.txt."""

    url: str
    item: Item | None = None
    problem: str | None = None
    forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Prober:
    """Asks and reads.  `usual` is the source that is made where nothing else is said; `note` is
    told each address before it is asked for."""

    engine: Engine
    usual: Source
    note: Callable[[str], None]

    async def fetch(self, url: str) -> Response:
        """A page of a source.  Raises FetchError for any answer but a whole page."""
        self.note(url)
        response = await self.engine.client.fetch(Ask(url))
        outcome = poll.judge_answer(response, None, self.engine.clock())
        if outcome.kind is not OutcomeKind.OK:
            detail = f"{url}: {outcome.detail or outcome.kind}"
            raise FetchError(FetchReason.HTTP, detail, status=response.status)
        return response

    async def feed(self, response: Response) -> Candidate:
        """Raises ReadError(NOT_A_FEED) among others."""
        source = replace(self.usual, kind="feed", url=response.url)
        feed: Feed = await poll.read_feed(self.tools, DueSource(source, None), response)
        name = identifier(feed.title) or identifier(urls.site(response.url)) or "feed"
        kind = "a JSON Feed" if feed.read_by == "json" else "a feed"
        return Candidate(
            f"{kind}: {feed.title or '(no title)'}, {response.url}", replace(source, id=name),
            feed.items, feed.title, len(feed.items), feed.skipped, len(feed.repeated_guids),
            response.elapsed_seconds, misdated=feed.misdated, unread_date=feed.unread_date,
        )  # fmt: skip

    async def sitemap(self, response: Response) -> Candidate:
        """Raises ReadError(NOT_A_SITEMAP) among others; FetchError for what an index leads to."""
        name = _named_after(response.url, "sitemap")
        source = replace(self.usual, id=name, kind="sitemap", url=response.url)
        found = await sitemap_poll.read(self.tools, DueSource(source, None), response)
        what = f"a sitemap: {response.url}"
        if found.sitemaps_read:
            read = ", ".join(urlsplit(address).path for address in found.sitemaps_read)
            what = f"an index of sitemaps: {response.url}, of which {read} is read"
        return Candidate(
            what, source, found.items, None, found.entries, found.skipped,
            seconds=response.elapsed_seconds, misdated=found.misdated,
            unread_date=found.unread_date,
        )  # fmt: skip

    async def page(self, response: Response) -> Candidate:
        """A page's own list of articles.  Raises ReadError(NO_LIST) among others."""
        source = replace(
            self.usual, id=_named_after(response.url, "page"), kind="page", url=response.url
        )
        found: listing.Listing = await self.engine.workers.run(
            partial(
                listing.read, response.body, url=response.url, content_type=response.content_type,
                timezone=source.timezone,
            ),
            wall_seconds=poll.READ_SECONDS,
        )  # fmt: skip
        return Candidate(
            f"a page that lists articles: {response.url}", source, found.items, None,
            len(found.items), seconds=response.elapsed_seconds, how=found.found,
        )  # fmt: skip

    async def network(self, response: Response, section: str | None) -> Candidate:
        """A front or section page of the Space Media Network; a section is read from its own
        page, where a link leads to it.  Raises FetchError, ReadError."""
        site = urls.site(response.url) or "network"
        name = identifier(f"{site.partition('.')[0]} {section or ''}") or "network"
        hosts = () if spacemedia.is_network(response.url) else self.network_hosts
        source = replace(
            self.usual, id=name, kind="spacemedia", url=response.url, section=section, hosts=hosts
        )
        due = DueSource(source, None)
        page = await poll.read_section(self.tools, due, response, section)
        items, where = page.items, response.url
        if page.section_url is not None and page.section_url != response.url:
            where = page.section_url
            answer = await self.fetch(where)
            items = (await poll.read_section(self.tools, due, answer, section)).items
        part = f"its section {section}, {where}" if section else f"all of {where}"
        return Candidate(
            f"a site of the Space Media Network: {part}", source, items, section, len(items),
            seconds=response.elapsed_seconds,
        )  # fmt: skip

    async def look(self, response: Response) -> Page:
        """What the page says of itself.  Raises ReadError."""
        return await self.engine.workers.run(
            partial(
                discovery.look, response.body, url=response.url,
                content_type=response.content_type,
            ),
            wall_seconds=poll.READ_SECONDS,
        )  # fmt: skip

    async def article(self, source: Source, item: Item) -> Article:
        """An entry's own page."""
        self.note(item.url)
        wanted = WantedBody(0, item.url, source, 0, None)
        try:
            answer = await self.engine.client.fetch(poll.ask_for(wanted))
        except FetchError as error:
            forbidden = error.reason is FetchReason.ROBOTS
            return Article(item.url, problem=error.detail, forbidden=forbidden)
        polled = await poll.read_article(self.tools, wanted, answer)
        if polled.outcome.kind is OutcomeKind.OK and polled.items:
            return Article(item.url, polled.items[0])
        return Article(item.url, problem=polled.outcome.detail)

    async def sitemaps_of(self, url: str) -> tuple[str, ...]:
        """Where the site's sitemaps are, by the robots.txt that was asked for its first page."""
        parts = urlsplit(url)
        copy = await SharedHosts(self.engine.store).robots(f"{parts.scheme}://{parts.netloc}")
        return discovery.sitemaps(url, copy.body if copy is not None else b"")

    @property
    def tools(self) -> poll.Tools:
        return poll.Tools(self.engine.client, self.engine.workers, self.engine.clock)

    @property
    def network_hosts(self) -> tuple[str, ...]:
        """Of sources in the files that are the network's: a demo's hosts, or new ones."""
        found = {
            host: None
            for source in self.engine.config.sources
            if source.kind == "spacemedia"
            for host in source.hosts
        }
        return tuple(found)


async def attempt(prober: Prober, kind: str, address: str) -> Candidate | None:
    """What `address` is as a feed or a sitemap, None where it is none or cannot be had."""
    try:
        response = await prober.fetch(address)
        return await (prober.feed if kind == "feed" else prober.sitemap)(response)
    except (FetchError, ReadError):
        return None


def identifier(text: str | None) -> str:
    """`BBC News - World` -> `bbc-news-world`; "" where no plain letter is left."""
    plain = normalize("NFKD", text or "").encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    return "-".join(words)[:_LONGEST_ID].strip("-")


def _named_after(url: str, otherwise: str) -> str:
    """`https://www.lantern.test/news/city/` -> `lantern-city`."""
    host = urls.registrable(urls.site(url) or "").partition(".")[0]
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2].partition(".")[0]
    return identifier(f"{host} {last}") or otherwise
