"""Fetch and read one piece of leased work; what comes out is always a `Polled`.

A failure of any expected kind is an outcome.  Reading happens in killable workers.  Stores nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Protocol, TypeVar

from monitor import extract, feeds, listing, sitemaps, urls
from monitor.errors import FetchError, FetchReason, ReadError, ReadReason
from monitor.listing import Listing
from monitor.model import (
    BROKE,
    DueSource,
    Feed,
    Item,
    LastReading,
    Outcome,
    OutcomeKind,
    Polled,
    Response,
    WantedBody,
)
from monitor.net.client import Ask, retry_after_seconds
from monitor.publishers import spacemedia
from monitor.publishers.spacemedia import SectionPage
from monitor.sitemaps import Sitemap

T = TypeVar("T")

# Ten times what the slowest real page took.
READ_SECONDS = 10.0


class Fetches(Protocol):
    async def fetch(self, ask: Ask) -> Response: ...


class Reads(Protocol):
    async def run(self, fn: Callable[..., T], *args: object, wall_seconds: float) -> T: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What polling needs of the outside: a way to fetch, a place to read safely, the time."""

    client: Fetches
    workers: Reads
    now: Callable[[], int]


def ask_for(work: DueSource | WantedBody) -> Ask:
    """The request that `work` comes to."""
    source = work.source
    if isinstance(work, WantedBody):
        etag, modified = (work.last.etag, work.last.last_modified) if work.last else (None, None)
        return Ask(url=work.url, allow=source.allow, etag=etag, last_modified=modified)
    return Ask(url=source.url, allow=source.allow, etag=work.etag, last_modified=work.last_modified)


async def fetch(tools: Tools, ask: Ask) -> Response:
    """A whole answer.  Raises FetchError for any other, too."""
    response = await tools.client.fetch(ask)
    outcome = judge_answer(response, None, tools.now())
    if outcome.kind is not OutcomeKind.OK:
        detail = f"{ask.url}: {outcome.detail or outcome.kind}"
        raise FetchError(FetchReason.HTTP, detail, status=response.status)
    return response


async def poll_feed(tools: Tools, due: DueSource) -> Polled:
    """Ask a feed once."""
    try:
        response = await tools.client.fetch(ask_for(due))
        outcome = judge_answer(response, due, tools.now())
        if outcome.kind is not OutcomeKind.OK:
            return Polled(outcome, due=due)
        feed = await read_feed(tools, due, response)
    except (FetchError, ReadError) as error:
        return failed(due, error)
    cut = f"{feed.cut:,} entries after the {feeds.MOST_ENTRIES:,}th are not read"
    outcome = replace(
        outcome, skipped=feed.skipped, read_by=feed.read_by, detail=cut if feed.cut else None
    )
    return Polled(outcome, feed.items, due=due, repeated_guids=feed.repeated_guids)


async def read_feed(tools: Tools, due: DueSource, response: Response) -> Feed:
    """Raises ReadError."""
    return await tools.workers.run(
        partial(
            feeds.parse, response.body, url=response.url, content_type=response.content_type,
            timezone=due.source.timezone,
        ),
        wall_seconds=READ_SECONDS,
    )  # fmt: skip


async def read_sitemap(
    tools: Tools, due: DueSource, response: Response, since: int | None = None
) -> Sitemap:
    """Read one sitemap; `since` as in `sitemaps.read`.  Raises ReadError."""
    return await tools.workers.run(
        partial(
            sitemaps.read, response.body, url=response.url, content_type=response.content_type,
            timezone=due.source.timezone, since=since,
        ),
        wall_seconds=READ_SECONDS,
    )  # fmt: skip


async def poll_listing(tools: Tools, due: DueSource, response: Response) -> tuple[Polled, str]:
    """Read a section page; with it the address of the list's next page, "" where there is none."""
    outcome = judge_answer(response, due, tools.now())
    if outcome.kind is not OutcomeKind.OK:
        return Polled(outcome, due=due), ""
    try:
        found = await read_listing(tools, due, response)
    except ReadError as error:
        return failed(due, error), ""
    said = "the list stands elsewhere on the page than before" if found.moved else None
    outcome = replace(outcome, list_shape=found.shape, detail=said)
    return Polled(outcome, found.items, due=due), found.next_url or ""


async def read_listing(tools: Tools, due: DueSource, response: Response) -> Listing:
    """Read a section page, by its source's selectors if it has some.  Raises ReadError."""
    return await tools.workers.run(
        partial(
            listing.read, response.body, url=response.url, content_type=response.content_type,
            timezone=due.source.timezone, selectors=due.source.selectors, shape=due.list_shape,
        ),
        wall_seconds=READ_SECONDS,
    )  # fmt: skip


async def read_section(
    tools: Tools, due: DueSource, response: Response, section: str | None
) -> SectionPage:
    """Read a page of the Space Media Network, whole or for one section.  Raises ReadError."""
    source = due.source
    return await tools.workers.run(
        partial(
            spacemedia.read_section, response.body, response.url, section,
            timezone=source.timezone, hosts=source.hosts,
        ),
        wall_seconds=READ_SECONDS,
    )  # fmt: skip


async def read_article(tools: Tools, wanted: WantedBody, response: Response) -> Polled:
    """Read the article's own page."""
    outcome = judge_answer(response, wanted.last, tools.now())
    if wanted.last is not None and wanted.last.body_hash == outcome.body_hash is not None:
        outcome = replace(outcome, kind=OutcomeKind.NOT_MODIFIED)
    if outcome.kind is not OutcomeKind.OK:
        return Polled(outcome, wanted=wanted)
    try:
        if _was_sent_home(wanted.url, response.url):
            raise ReadError(ReadReason.NO_ARTICLE, "the address leads to the site's front page")
        item = await tools.workers.run(
            partial(
                extract.article, response.body, url=response.url,
                content_type=response.content_type, timezone=wanted.source.timezone,
                hosts=wanted.source.hosts,
            ),
            wall_seconds=READ_SECONDS,
        )  # fmt: skip
    except ReadError as error:
        return failed(wanted, error)
    return Polled(outcome, (replace(item, url=wanted.url),), wanted=wanted)


def judge_answer(response: Response, known: DueSource | LastReading | None, now: int) -> Outcome:
    """What an HTTP answer comes to, before its body is read.  `known`: whose validators went out,
    None where none did."""
    retry_after = retry_after_seconds(response.headers, now)
    answered = partial(
        Outcome,
        status=response.status,
        retry_after_seconds=retry_after,
        fetched_bytes=len(response.body),
    )
    unasked = ""
    if response.status == HTTPStatus.NOT_MODIFIED:
        if known is not None and (known.etag or known.last_modified):
            return answered(OutcomeKind.NOT_MODIFIED)
        unasked = " to a request that named no earlier answer"
    if response.status != HTTPStatus.OK:
        limited = response.status == HTTPStatus.TOO_MANY_REQUESTS or retry_after is not None
        return answered(
            OutcomeKind.FAILED,
            reason=FetchReason.RATE_LIMITED if limited else FetchReason.HTTP,
            detail=f"the server answered {_status_words(response.status)}{unasked}"
            f"{_wish(retry_after)}",
        )
    body_hash = hashlib.sha256(response.body).hexdigest()
    known_body = isinstance(known, DueSource) and not known.baseline and known.body_hash
    if known_body == body_hash:
        return answered(OutcomeKind.NOT_MODIFIED)
    return answered(
        OutcomeKind.OK,
        etag=response.headers.get("etag"),
        last_modified=response.headers.get("last-modified"),
        body_hash=body_hash,
    )


def failed(work: DueSource | WantedBody, error: FetchError | ReadError) -> Polled:
    """The outcome that an expected failure is."""
    outcome = Outcome(OutcomeKind.FAILED, reason=error.reason, detail=error.detail)
    if isinstance(error, FetchError):
        outcome = replace(
            outcome, status=error.status, retry_after_seconds=error.retry_after_seconds
        )
    return _came_to(work, outcome)


def broke(work: DueSource | WantedBody, error: Exception) -> Polled:
    """The outcome that a mistake of ours is."""
    outcome = Outcome(OutcomeKind.FAILED, reason=BROKE, detail=f"{type(error).__name__}: {error}")
    return _came_to(work, outcome)


def _came_to(work: DueSource | WantedBody, outcome: Outcome) -> Polled:
    if isinstance(work, WantedBody):
        return Polled(outcome, wanted=work)
    return Polled(outcome, due=work)


def items_of_section(items: tuple[Item, ...], label: str | None) -> tuple[Item, ...]:
    """Entries of a section's own page: the page says what section they are of."""
    return tuple(item if item.section else replace(item, section=label) for item in items)


def _was_sent_home(asked: str, came: str) -> bool:
    return urls.is_front_page(came) and not urls.is_front_page(asked)


def _wish(retry_after: float | None) -> str:
    return "" if retry_after is None else f" and asks to be left alone for {retry_after:.0f} s"


def _status_words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
