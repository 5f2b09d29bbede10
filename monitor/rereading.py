"""Read an article's page again: when, and what comes of it.  Part of ingest's transaction.

A page that cannot be read again changes nothing: its article is here.  Fetches nothing itself.
"""

from __future__ import annotations

from dataclasses import replace

from monitor import changes, schedule
from monitor.intake import Intake
from monitor.model import BodyState, LastReading, OutcomeKind, WantedBody
from monitor.store import alerts, items, pages

GONE = (404, 410)  # the page says that it will not come


def plan(intake: Intake, wanted: WantedBody) -> None:
    """A wanted page was read: remember what it answered, and when to look again."""
    known = items.known(intake.tx, [wanted.item_id], wanted.source.id).get(wanted.item_id)
    if known is not None and known.body_state is BodyState.FULL:
        at = _next(intake, wanted, 0)
        pages.note(intake.tx, wanted, intake.polled.outcome, at)


def apply(intake: Intake, wanted: WantedBody, last: LastReading) -> bool:
    """A page was read again, or could not be.  False: its lease was lost."""
    tx, outcome = intake.tx, intake.polled.outcome
    known = items.known(tx, [wanted.item_id], wanted.source.id).get(wanted.item_id)
    gone = known is None or outcome.status in GONE
    read = replace(last, rereads=last.rereads + 1)
    at = None if gone else _next(intake, wanted, read.rereads)
    taken = known is not None and outcome.kind is OutcomeKind.OK
    if taken and is_doubtful(intake, wanted, last.doubted):
        taken = False
        # The first doubt is settled soon; who shows something else each time settles none.
        if last.doubted is None:
            read, at = last, _next(intake, wanted, 0)
        read = replace(read, doubted=intake.prepared.candidates[0].fingerprint)
    elif taken:
        read = LastReading(
            read.rereads, outcome.etag, outcome.last_modified, outcome.body_hash, None
        )
    if not pages.settle(tx, wanted, read, at):
        return False
    if taken and known is not None and known.body_state is BodyState.FULL:
        intake.take_all()
        if intake.alerts:
            plan(intake, wanted)  # what is news now is likely to change again soon
    return True


def _next(intake: Intake, wanted: WantedBody, rereads: int) -> int | None:
    """When to read the page again, if at all; of what nobody was told only as room allows."""
    tx, source = intake.tx, wanted.source
    if not source.reread or not pages.is_of_news(tx, wanted.item_id):
        return None
    if not alerts.is_told(tx, wanted.item_id):
        room = schedule.rereads_waiting(rereads)
        if pages.waiting(tx, source.id, room) >= room:
            return None
    return schedule.next_reread(rereads, str(wanted.item_id), intake.now)


def is_doubtful(intake: Intake, wanted: WantedBody, doubted: str | None) -> bool:
    """Whether the page says so much less that it may be a sign-in or a slip; said
    twice, it counts.  `doubted`: the fingerprint that was not believed before."""
    candidate = intake.prepared.candidates[0]
    known = items.load(intake.tx, wanted.item_id).item
    cut = changes.is_cut(known.body, candidate.item.body)
    return cut and candidate.fingerprint != doubted
