"""Find out what an address is: a feed, a page of the Space Media Network, a page that has a feed.

Politely, through the engine's client; hostile bytes are read in its workers.  Writes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from unicodedata import normalize

from monitor import poll, urls
from monitor.engine import Engine
from monitor.errors import FetchError, FetchReason, ReadError, ReadReason
from monitor.feeds import discovery, has_page
from monitor.model import DueSource, Feed, Item, OutcomeKind, Response, WantedBody
from monitor.net.client import Ask
from monitor.publishers import spacemedia
from monitor.settings import Source

_MOST_TRIED = 5
_LONGEST_ID = 40


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, in one sentence; the source it makes; what a first poll would store."""

    what: str
    source: Source
    items: tuple[Item, ...]
    title: str | None = None
    warnings: tuple[str, ...] = ()


async def discover(engine: Engine, url: str, section: str | None) -> Discovery:
    """Raises FetchError, ReadError."""
    response = await _fetch(engine, url)
    if section is None:
        try:
            return await _with_warnings(engine, await _feed(engine, response))
        except ReadError as error:
            if error.reason is not ReadReason.NOT_A_FEED:
                raise
    if spacemedia.is_network(response.url, _hosts(engine)):
        return await _with_warnings(engine, await _network(engine, response, section))
    if section is not None:
        raise ReadError(
            ReadReason.NO_SECTION,
            "--section is for the Space Media Network's sites; for another page write selectors: "
            "kind: page, see docs/configuration.md",
        )
    return await _with_warnings(engine, await _linked_feed(engine, response))


async def _fetch(engine: Engine, url: str) -> Response:
    response = await engine.client.fetch(Ask(url))
    outcome = poll.judge_answer(response, None, engine.clock())
    if outcome.kind is not OutcomeKind.OK:
        detail = f"{url}: {outcome.detail or outcome.kind}"
        raise FetchError(FetchReason.HTTP, detail, status=response.status)
    return response


async def _feed(engine: Engine, response: Response) -> Discovery:
    """Raises ReadError(NOT_A_FEED)."""
    source = Source("new", "feed", response.url)
    feed: Feed = await poll.read_feed(_tools(engine), DueSource(source, None), response)
    name = _identifier(feed.title) or _identifier(urls.site(response.url)) or "feed"
    what = f"a feed: {feed.title or '(no title)'}, {response.url}"
    return Discovery(what, replace(source, id=name), feed.items, feed.title)


async def _network(engine: Engine, response: Response, section: str | None) -> Discovery:
    """A front or section page; a section is read from its own page, where a link leads to it."""
    site = urls.site(response.url) or "network"
    name = _identifier(f"{site.partition('.')[0]} {section or ''}") or "network"
    hosts = () if spacemedia.is_network(response.url) else _hosts(engine)
    source = Source(name, "spacemedia", response.url, section=section, hosts=hosts)
    due = DueSource(source, None)
    page = await poll.read_section(_tools(engine), due, response, section)
    items, where = page.items, response.url
    if page.section_url is not None and page.section_url != response.url:
        where = page.section_url
        answer = await _fetch(engine, where)
        items = (await poll.read_section(_tools(engine), due, answer, section)).items
    part = f"its section {section}, {where}" if section else f"all of {where}"
    return Discovery(f"a site of the Space Media Network: {part}", source, items, section)


async def _linked_feed(engine: Engine, response: Response) -> Discovery:
    """The first feed that works of those the page says it has.  Raises ReadError."""
    linked = await engine.workers.run(
        partial(
            discovery.alternates, response.body, url=response.url,
            content_type=response.content_type,
        ),
        wall_seconds=poll.READ_SECONDS,
    )  # fmt: skip
    for address in linked[:_MOST_TRIED]:
        try:
            found = await _feed(engine, await _fetch(engine, address))
        except (FetchError, ReadError):
            continue
        return replace(found, what=f"{response.url} is a page; it has {found.what}")
    tried = f"; none of its {len(linked)} feeds can be read" if linked else " and names no feed"
    raise ReadError(
        ReadReason.NOT_A_FEED,
        f"{response.url} is a page{tried}. A page's list of articles can be watched by "
        "selectors: kind: page, see docs/configuration.md",
    )


async def _with_warnings(engine: Engine, found: Discovery) -> Discovery:
    warnings = []
    if not found.items:
        warnings.append("there is no entry now, so nothing shows whether it will work")
    elif not any(item.published for item in found.items):
        warnings.append("no entry has a date: each counts as published when it is first seen")
    page = next((item for item in found.items if has_page(item)), None)
    if page is not None and (problem := await _page_problem(engine, found.source, page)):
        warnings.append(problem)
    return replace(found, warnings=tuple(warnings))


async def _page_problem(engine: Engine, source: Source, item: Item) -> str | None:
    """Why the first entry's page cannot be read, if it cannot."""
    wanted = WantedBody(0, item.url, source, 0, None)
    try:
        answer = await engine.client.fetch(poll.ask_for(wanted))
    except FetchError as error:
        forbidden = error.reason is FetchReason.ROBOTS
        what = "robots.txt forbids the articles" if forbidden else "the articles cannot be had"
        return f"{what} ({error.detail}): only teasers would be searched"
    polled = await poll.read_article(_tools(engine), wanted, answer)
    if polled.outcome.kind is OutcomeKind.OK:
        return None
    return f"an article's page could not be read: {polled.outcome.detail}"


def _tools(engine: Engine) -> poll.Tools:
    return poll.Tools(engine.client, engine.workers, engine.clock)


def _hosts(engine: Engine) -> tuple[str, ...]:
    """Of sources in the files that are the network's: a demo's hosts, or new ones."""
    found = {
        host: None
        for source in engine.config.sources
        if source.kind == "spacemedia"
        for host in source.hosts
    }
    return tuple(found)


def _identifier(text: str | None) -> str:
    """`BBC News - World` -> `bbc-news-world`; "" where no plain letter is left."""
    plain = normalize("NFKD", text or "").encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    return "-".join(words)[:_LONGEST_ID].strip("-")
