"""Read an article's page again: when, and whether it is believed.  Part of ingest's transaction.

A page that cannot be read again changes nothing: its article is here.  Fetches nothing, and takes
no text in itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto

from monitor import changes, schedule
from monitor.dedupe import Candidate
from monitor.model import BodyState, LastReading, Outcome, OutcomeKind, WantedBody
from monitor.settings import Source
from monitor.store import alerts, items, pages
from monitor.store.db import Tx

GONE = (404, 410)  # the page says that it will not come


class Came(Enum):
    """What came of reading a page again."""

    LATE = auto()  # its lease was lost, nothing was noted
    NOTHING = auto()
    TEXT = auto()  # which is to be taken in


def plan(tx: Tx, wanted: WantedBody, outcome: Outcome, now: int) -> None:
    """A wanted page was read: remember what it answered, and when to look again.

    Where it showed that the item is another one's, which was never read itself, that one's own
    address is read from then on, which has answered nothing yet.
    """
    item_id = items.root(tx, wanted.item_id)
    if item_id != wanted.item_id:
        if pages.is_noted(tx, item_id):
            return
        wanted, outcome = replace(wanted, item_id=item_id), Outcome(outcome.kind)
    known = items.known(tx, [item_id], wanted.source.id).get(item_id)
    if known is not None and known.body_state is BodyState.FULL:
        pages.note(tx, wanted, outcome, _next(tx, wanted, 0, now))


def plan_what_is_told(tx: Tx, item_id: int, sources: Iterable[Source], now: int) -> None:
    """People are told of an article whose page was read as that of no news, or when others left
    it no room."""
    reading = [source.id for source in sources if source.reread]
    pages.read_again(tx, item_id, reading, schedule.next_reread(0, str(item_id), now))


def settle(
    tx: Tx, wanted: WantedBody, outcome: Outcome, candidate: Candidate | None, now: int
) -> Came:
    """A page was read again, or could not be.  `candidate`: what it shows."""
    last = wanted.last
    assert last is not None
    known = items.known(tx, [wanted.item_id], wanted.source.id).get(wanted.item_id)
    gone = known is None or outcome.status in GONE
    read = replace(last, rereads=last.rereads + 1)
    at = None if gone else _next(tx, wanted, read.rereads, now)
    text = candidate if known is not None and outcome.kind is OutcomeKind.OK else None
    if text is not None and is_doubtful(tx, wanted, text, last.doubted):
        # The first doubt is settled soon; who shows something else each time settles none.
        if last.doubted is None:
            read, at = last, _next(tx, wanted, 0, now)
        read = replace(read, doubted=text.fingerprint)
        text = None
    elif text is not None:
        read = LastReading(
            read.rereads, outcome.etag, outcome.last_modified, outcome.body_hash, None
        )
    if not pages.settle(tx, wanted, read, at):
        return Came.LATE
    whole = known is not None and known.body_state is BodyState.FULL
    return Came.TEXT if text is not None and whole else Came.NOTHING


def is_doubtful(tx: Tx, wanted: WantedBody, candidate: Candidate, doubted: str | None) -> bool:
    """Whether the page says so much less that it may be a sign-in or a slip; said
    twice, it counts.  `doubted`: the fingerprint that was not believed before."""
    known = items.load(tx, wanted.item_id).item
    cut = changes.is_cut(known.body, candidate.item.body)
    return cut and candidate.fingerprint != doubted


def _next(tx: Tx, wanted: WantedBody, rereads: int, now: int) -> int | None:
    """When to read the page again, if at all; of what nobody was told only as room allows."""
    source = wanted.source
    if not source.reread or not pages.is_of_news(tx, wanted.item_id):
        return None
    if not alerts.is_told(tx, wanted.item_id):
        room = schedule.rereads_waiting(rereads)
        if pages.waiting(tx, source.id, room) >= room:
            return None
    return schedule.next_reread(rereads, str(wanted.item_id), now)
