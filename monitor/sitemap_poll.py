"""Poll a sitemap: one document, or an index and the few sitemaps in it that hold the news.

What comes out is one `Polled`.  Which sitemaps and which of their addresses count is decided in
`sitemaps`.  Stores nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor import poll, sitemaps
from monitor.errors import FetchError, FetchReason, ReadError, ReadReason
from monitor.model import DueSource, Item, Outcome, OutcomeKind, Polled, Response
from monitor.net.client import Ask
from monitor.poll import Tools

# An index may lead to another one first; with robots.txt and the pause between two requests this
# stays far below a lease's ten minutes.
_MOST_REQUESTS = sitemaps.MOST_CHILDREN + 2


@dataclass(frozen=True, slots=True)
class Mapped:
    """What an address came to.  `sitemaps_read` is empty where it is no index; `body_hash` is over
    what was read of an index, `missing` says what could not be; the rest as in `Sitemap`."""

    items: tuple[Item, ...]
    entries: int
    skipped: int = 0
    sitemaps_read: tuple[str, ...] = ()
    body_hash: str | None = None
    missing: str | None = None
    misdated: int = 0
    unread_date: str | None = None


async def poll_sitemap(tools: Tools, due: DueSource) -> Polled:
    """Ask a sitemap once.

    At a first sight all is kept as known, the page is wanted of the newest alone; later what is
    dated long ago is passed over.
    """
    try:
        response = await tools.client.fetch(poll.ask_for(due))
        outcome = poll.judge_answer(response, due, tools.now())
        if outcome.kind is not OutcomeKind.OK:
            return Polled(outcome, due=due)
        found = await read(tools, due, response)
    except (FetchError, ReadError) as error:
        return poll.failed(due, error)
    if found.sitemaps_read:
        # Without validators: an index may stand still while its sitemaps change.
        outcome = replace(outcome, etag=None, last_modified=None, body_hash=found.body_hash)
        if found.body_hash == due.body_hash and not due.baseline:
            return Polled(replace(outcome, kind=OutcomeKind.NOT_MODIFIED), due=due)
    outcome = replace(outcome, skipped=found.skipped, detail=_detail(due, found))
    followed = sitemaps.FOLLOWED_AT_FIRST if due.baseline else len(found.items)
    unfollowed = frozenset(item.url for item in found.items[followed:])
    return Polled(outcome, found.items, due=due, unfollowed=unfollowed)


async def read(tools: Tools, due: DueSource, response: Response) -> Mapped:
    """Read a sitemap that was fetched, and of an index what it leads to.

    Raises FetchError and ReadError: at a first sight also for a single sitemap of an index, as
    what it holds would come up as news later; else where none could be read.
    """
    since = None if due.baseline else tools.now() - sitemaps.RECENT_SECONDS * 1000
    top = await poll.read_sitemap(tools, due, response, since)
    if not top.children:
        return Mapped(
            top.items, top.entries, top.skipped,
            misdated=top.misdated, unread_date=top.unread_date,
        )  # fmt: skip
    waiting = list(top.children)
    errors: list[FetchError | ReadError] = []
    done: dict[str, sitemaps.Sitemap] = {}
    digest = hashlib.sha256()
    for _ in range(_MOST_REQUESTS):
        if not waiting:
            break
        address = waiting.pop(0)
        try:
            answer = await _child(tools, due, address)
            child = await poll.read_sitemap(tools, due, answer, since)
        except (FetchError, ReadError) as error:
            errors.append(error)
            continue
        waiting[:0] = child.children[:1]
        if not child.children:
            done[address] = child
            digest.update(answer.body)
    if errors and (due.baseline or not done):
        raise errors[0]
    if not done:
        raise ReadError(ReadReason.NOT_A_SITEMAP, "the index leads to indexes alone")
    missing = f"{len(errors)} of its sitemaps could not be read: {errors[0]}" if errors else None
    return _together(done, digest.hexdigest(), missing)


def _together(done: Mapping[str, sitemaps.Sitemap], body_hash: str, missing: str | None) -> Mapped:
    """What the sitemaps of an index, by their addresses, hold in all."""
    parts = done.values()
    return Mapped(
        sitemaps.arranged(item for part in parts for item in part.items),
        sum(part.entries for part in parts), sum(part.skipped for part in parts),
        tuple(done), body_hash, missing,
        sum(part.misdated for part in parts),
        next((part.unread_date for part in parts if part.unread_date), None),
    )  # fmt: skip


async def _child(tools: Tools, due: DueSource, address: str) -> Response:
    response = await tools.client.fetch(Ask(address, allow=due.source.allow))
    outcome: Outcome = poll.judge_answer(response, None, tools.now())
    if outcome.kind is OutcomeKind.OK:
        return response
    raise FetchError(
        FetchReason(outcome.reason or FetchReason.HTTP), f"{address}: {outcome.detail}",
        status=outcome.status, retry_after_seconds=outcome.retry_after_seconds,
    )  # fmt: skip


def _detail(due: DueSource, found: Mapped) -> str | None:
    if due.baseline and len(found.items) < found.entries - found.skipped:
        return f"the newest {len(found.items):,} of {found.entries:,} addresses are kept as known"
    return found.missing
