"""Find out what an address is, and the best way to watch it.  Writes nothing.

In this order: the address itself as a feed or a sitemap; the Space Media Network; of any other page
a feed that lists the same articles (cheap and dated), else the page's own list, else what lies at
the usual places of its host.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from monitor import urls
from monitor.cli import out
from monitor.cli.candidates import Article, Candidate, Prober, attempt
from monitor.errors import FetchError, FetchReason, ReadError, ReadReason
from monitor.feeds import discovery, has_page
from monitor.feeds.discovery import Agreement, Page
from monitor.model import Response
from monitor.publishers import spacemedia

# Of the feeds that a page names: each costs a request and the pause between two.
_MOST_NAMED = 3
_MOST_GUESSED = 5
_MOST_ARTICLES = 2
_MOST_MOVES = 2  # by the pages themselves; a server's own redirects are not among them
_MOST_SHOWN = 5  # of the feeds in a list of such

_ELSE = {"feed": ReadReason.NOT_A_FEED, "sitemap": ReadReason.NOT_A_SITEMAP}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to find out: a section of the network at `url`, or only ways of one `kind`."""

    url: str
    section: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """The way chosen, `reason` why where there was a choice; `also` names the other ways."""

    chosen: Candidate
    asked: str
    reason: str | None = None
    also: tuple[str, ...] = ()
    articles: tuple[Article, ...] = ()


async def discover(prober: Prober, wanted: Wanted) -> Discovery:
    """Raises FetchError, ReadError, whose sentences say what to do."""
    found = await _choose(prober, wanted, [wanted.url])
    return replace(found, articles=await _articles(prober, found.chosen))


async def _choose(prober: Prober, wanted: Wanted, way: Sequence[str]) -> Discovery:
    """`way`: the address given, and where pages led on to from there, the last one to be asked."""
    response = await _asked(prober, way[-1])
    kinds = (wanted.kind,) if wanted.kind else ("feed", "sitemap")
    if wanted.section is None:
        direct = await _itself(prober, response, kinds)
        if direct is not None:
            return Discovery(direct, wanted.url)
    is_network = spacemedia.is_network(response.url, prober.network_hosts)
    if is_network and wanted.kind is None:
        return Discovery(await prober.network(response, wanted.section), wanted.url)
    if wanted.section is not None:
        raise ReadError(
            ReadReason.NO_SECTION,
            "--section is for the Space Media Network's sites; of another site give the address "
            "of the section's own page",
        )
    page = await prober.look(response)
    if page.moved_to is not None:
        return await _choose(prober, wanted, _onwards((*way, response.url), page.moved_to))
    return await _of_page(prober, wanted, response, page)


async def _asked(prober: Prober, url: str) -> Response:
    try:
        return await prober.fetch(url)
    except FetchError as error:
        cure = _cure(error)
        if cure is None:
            raise
        detail = f"{error.detail}: {cure}"
        raise FetchError(error.reason, detail, status=error.status) from error


def _cure(error: FetchError) -> str | None:
    if error.reason is FetchReason.ROBOTS:
        return "it is not asked for. Look for a feed of that site elsewhere, or ask its publisher"
    status = error.status or 0
    if status in (401, 403):
        return "a sign-in, or closed to programs. Look for a feed elsewhere, or ask its publisher"
    if status in (404, 410):
        return "open it in a browser, and take the address from there"
    return "try again later" if status == 429 or status >= 500 else None


def _onwards(way: tuple[str, ...], target: str) -> tuple[str, ...]:
    if target in way:
        raise FetchError(FetchReason.REDIRECTS, f"{target} leads on in a circle (meta refresh)")
    if len(way) > 2 * _MOST_MOVES:  # of each page where it was asked for and where it lay
        detail = f"{way[0]} leads on to page after page (meta refresh), the last to {target}"
        raise FetchError(FetchReason.REDIRECTS, detail)
    return (*way, target)


async def _itself(
    prober: Prober, response: Response, kinds: Iterable[str | None]
) -> Candidate | None:
    """The address as a feed or a sitemap; None: it is another document."""
    ways: tuple[tuple[str, Callable[[Response], Awaitable[Candidate]]], ...] = (
        ("feed", prober.feed), ("sitemap", prober.sitemap),
    )  # fmt: skip
    for kind, read in ways:
        try:
            if kind in kinds:
                return await read(response)
        except ReadError as error:
            if error.reason is not _ELSE[kind]:
                raise
    return None


async def _of_page(prober: Prober, wanted: Wanted, response: Response, page: Page) -> Discovery:
    if page.subscriptions is not None:
        raise _only_a_list(response.url, page.subscriptions)
    listed: Candidate | None = None
    problem: ReadError | None = None
    if wanted.kind in (None, "page"):
        try:
            listed = await prober.page(response)
        except ReadError as error:
            problem = error
    named = Named()
    if wanted.kind in (None, "feed"):
        named = await _named_feed(prober, page, listed, response.url)
    if named.feed is not None:
        return Discovery(named.feed, wanted.url, named.reason, named.others)
    if listed is not None:
        return Discovery(listed, wanted.url, named.reason, named.others)
    if wanted.kind != "page":
        guessed = await _guess(prober, wanted, response.url, page)
        if guessed is not None:
            return guessed
    raise _nothing(wanted, response.url, page, problem)


@dataclass(frozen=True, slots=True)
class Named:
    """The feed taken of those that a page names, if one is; `reason` says why it is, or why none
    is."""

    feed: Candidate | None = None
    reason: str | None = None
    others: tuple[str, ...] = ()


async def _named_feed(prober: Prober, page: Page, listed: Candidate | None, url: str) -> Named:
    """The first feed that lists what the page does; of a page whose list cannot be read, the first
    that works."""
    reason: str | None = None
    others: tuple[str, ...] = ()
    for address in page.feeds[:_MOST_NAMED]:
        feed = await attempt(prober, "feed", address)
        if feed is None or discovery.is_about(url, feed.items):
            continue
        if listed is None:
            return Named(feed, f"{url} is a page and names it as its feed", others)
        agreed = discovery.agreement(listed.items, feed.items)
        if agreed.is_of_page or (urls.is_front_page(url) and agreed.is_of_site):
            return Named(
                feed, _same_articles(agreed), ("the page's own list (--kind page)", *others)
            )
        others += (f"{feed.what} (--kind feed)",)
        reason = reason or (
            f"the feed that the page names is of other articles: of its {len(feed.items)} "
            f"{_how_many(agreed.shared)} on the page"
        )
    return Named(None, reason, others)


def _how_many(shared: int) -> str:
    return f"only {shared} stand" if shared > 1 else "only one stands" if shared else "none stands"


def _same_articles(agreed: Agreement) -> str:
    return (
        f"the page names it, and it lists the same articles: {agreed.shared} of its newest "
        f"{agreed.among} are on the page"
    )


async def _guess(prober: Prober, wanted: Wanted, url: str, page: Page) -> Discovery | None:
    """What lies at the usual places of the page's own host; each is one request."""
    feeds = [("feed", place) for place in discovery.usual_feeds(url)]
    maps = [("sitemap", place) for place in await prober.sitemaps_of(url)]
    if wanted.kind is not None:
        places = feeds if wanted.kind == "feed" else maps
    else:
        places = feeds[: _MOST_GUESSED - 2] + maps[:2]
    for kind, place in places[:_MOST_GUESSED]:
        found = await attempt(prober, kind, place)
        if found is not None and found.items and urls.site(found.source.url) == urls.site(url):
            named = kind == "sitemap" and place not in discovery.sitemaps(url, b"")
            why = "robots.txt names it" if named else "it lies at a usual place"
            seen = "is empty until its scripts run" if page.scripted else "has no list to read"
            reason = f"{url} {seen}; {why}, and may hold more than that page"
            return Discovery(found, wanted.url, reason)
    return None


def _nothing(wanted: Wanted, url: str, page: Page, problem: ReadError | None) -> ReadError:
    if page.file is not None:
        seen = f"is {page.file}, not a page"
    elif page.scripted:
        seen = "is empty until its scripts run, and scripts are not run here"
    elif problem is not None:
        seen = f"is a page in which no list of articles was recognised ({problem.detail})"
    else:
        seen = "is a page"
    if wanted.kind == "sitemap":
        tried = "; neither robots.txt nor the usual places lead to a sitemap"
    elif wanted.kind == "page":
        tried = ""
    elif page.feeds:
        tried = f"; none of the {len(page.feeds)} feeds it names can be read, nor is there another"
    else:
        tried = "; it names no feed, and none lies at the usual places"
    return ReadError(
        problem.reason if problem is not None else _ELSE.get(wanted.kind or "", ReadReason.NO_LIST),
        f"{url} {seen}{tried}. What helps: the address of a feed or a section's page of that site, "
        "or selectors for its list: kind: page, see docs/configuration.md",
    )


def _only_a_list(url: str, feeds: tuple[str, ...]) -> ReadError:
    said = "is a list of feeds (OPML) that names none"
    if feeds:
        more = len(feeds) - _MOST_SHOWN
        shown = " ".join(feeds[:_MOST_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
        said = (
            f"is a list of {out.of(len(feeds), 'feed')} (OPML) and is not watched itself. Add each "
            f"that you want by its own address: {shown}"
        )
    return ReadError(ReadReason.NOT_A_FEED, f"{url} {said}")


async def _articles(prober: Prober, chosen: Candidate) -> tuple[Article, ...]:
    """The first entry's own page; where that cannot be read, the next one's too."""
    found: list[Article] = []
    for item in (item for item in chosen.items if has_page(item)):
        if len(found) == _MOST_ARTICLES or (found and found[-1].item) or not chosen.source.article:
            break
        found.append(await prober.article(chosen.source, item))
    return tuple(found)
