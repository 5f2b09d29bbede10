"""From what a spider yields to what is owed: store, match, decide, route, in one transaction.

Matching happens before the transaction; inside it the same lookups are made
again and a match is made anew only where another writer came in between.  Sends nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from monitor import closing, health, landing, rereading, schedule, troubles
from monitor.intake import Intake, first_body_state
from monitor.landing import Register
from monitor.model import (
    BROKE,
    BodyState,
    Change,
    DueSource,
    Outcome,
    OutcomeKind,
    Polled,
    WantedBody,
)
from monitor.plan import Plan
from monitor.prepared import Prepared
from monitor.settings import Source
from monitor.store import conversations, items, judgings, pages, sources, work
from monitor.store import health as signs
from monitor.store import troubles as known_troubles
from monitor.store.db import Row, Store, Tx
from monitor.store.judgings import Judging

log = logging.getLogger("wirewatch.ingest")

_CUT = Outcome(OutcomeKind.FAILED, reason="cut", detail="the page says far less than before")
AT_ONCE = 16  # documents made ready while others are stored: more only fill memory


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one `Polled`.  `accepted`: its lease still stood, its outcome counts.
    `raised`: the ids of its alerts."""

    accepted: bool
    changes: tuple[Change, ...] = ()
    raised: tuple[str, ...] = ()

    @property
    def alerts(self) -> int:
        return len(self.raised)

    def count(self, change: Change) -> int:
        return self.changes.count(change)


class Ingest:
    """Call it with a `Polled`; returns after COMMIT.  `plan` is replaced whole by a reload,
    `on_settled` is told of each that was taken in."""

    def __init__(self, store: Store, plan: Plan, clock: Callable[[], int]) -> None:
        self.store = store
        self.plan = plan
        self._clock = clock
        self._closed = False
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.on_settled: Callable[[Polled], None] = _ignore

    def close(self) -> None:
        """Take nothing in any more: what fails from now on fails because we stop."""
        self._closed = True

    async def __call__(self, polled: Polled) -> Ingested:
        if self._closed:
            return Ingested(accepted=False)
        plan, now, prepared = self.plan, self._clock(), Prepared()
        async with self._turns:
            done = await self.store.write(
                lambda tx: _apply(Intake(tx, plan, polled, now, prepared)),
                (lambda tx: _prepare(tx, plan, polled, prepared)) if polled.items else None,
            )
        self.on_settled(polled)
        _log(polled, done)
        return done

    async def knows_any_of(self, polled: Polled) -> bool:
        """Whether an item of this document is stored already."""

        def look(tx: Tx) -> bool:
            candidates = landing.candidates(tx, polled)
            register = Register(tx, polled, landing.ways(candidates))
            return any(register.land(candidate).known for candidate in candidates)

        return await self.store.read(look)

    async def broke(self, polled: Polled, why: str) -> None:
        """What came could not be taken in: give the lease back, and let it show as a failure."""
        outcome = Outcome(OutcomeKind.FAILED, reason=BROKE, detail=why)
        try:
            if polled.due is not None:
                await self._poll_broke(polled.due, outcome)
            elif polled.wanted is not None:
                await self._page_broke(polled.wanted, outcome)
        finally:
            self.on_settled(polled)

    async def _poll_broke(self, due: DueSource, outcome: Outcome) -> None:
        """As any other poll that failed."""
        plan, now, failed = self.plan, self._clock(), Polled(outcome, due=due)
        try:
            await self.store.write(lambda tx: _apply(Intake(tx, plan, failed, now, Prepared())))
        except Exception:
            # What breaks the settling too is looked at again as soon as any source.
            next_at = schedule.next_poll(due.source, outcome, 1, now)
            await self.store.write(lambda tx: work.give_back(tx, due, next_at))
            raise

    async def _page_broke(self, wanted: WantedBody, outcome: Outcome) -> None:
        """As a page that could not be read: with its last try what is here is judged."""
        plan, now, failed = self.plan, self._clock(), Polled(outcome, wanted=wanted)
        try_at = schedule.next_body_try(wanted.tries + 1, now)
        try:
            await self.store.write(lambda tx: _apply(Intake(tx, plan, failed, now, Prepared())))
        except Exception:
            # What breaks the judging too is asked for no more all the same.
            if wanted.last is None:
                why = _why(outcome)
                await self.store.write(lambda tx: work.body_failed(tx, wanted, why, try_at))
            raise


def take_in(tx: Tx, plan: Plan, polled: Polled, now: int) -> Ingested:
    """What calling an `Ingest` does, in a transaction that is the caller's own."""
    prepared = Prepared()
    _prepare(tx, plan, polled, prepared)
    return _apply(Intake(tx, plan, polled, now, prepared))


def _ignore(_: Polled) -> None:
    """Nobody wants to know."""


def _log(polled: Polled, done: Ingested) -> None:
    what = "poll" if polled.due is not None else "article"
    subject = polled.wanted.url if polled.wanted is not None else polled.source.id
    outcome = polled.outcome
    if outcome.kind is OutcomeKind.FAILED:
        log.warning("%s.failed %s reason=%s %s", what, subject, outcome.reason, outcome.detail)
    elif done.alerts or Change.NEW in done.changes:
        new = done.count(Change.NEW)
        log.info("%s.new %s new=%s alerts=%s", what, subject, new, done.alerts)
    else:
        log.debug("%s.%s %s", what, outcome.kind, subject)


def _prepare(tx: Tx, plan: Plan, polled: Polled, prepared: Prepared) -> None:
    """Run the rules over what will be judged, as far as can be told before the transaction."""
    prepared.candidates = landing.candidates(tx, polled)
    prepared.ways = landing.ways(prepared.candidates)
    register = Register(tx, polled, prepared.ways)
    for item in register.changed(prepared.candidates):
        state = BodyState.FULL if polled.wanted else first_body_state(polled, item)
        prepared.matches(plan, item, state, polled.source.id)


def _apply(intake: Intake) -> Ingested:
    if intake.polled.wanted is not None:
        return _apply_article(intake, intake.polled.wanted)
    return _apply_poll(intake)


def _apply_poll(intake: Intake) -> Ingested:
    polled, due, now = intake.polled, intake.polled.due, intake.now
    assert due is not None
    row = sources.row(intake.tx, due.source.id)
    if row is None:
        sources.put(intake.tx, due.source, now)
        row = sources.row(intake.tx, due.source.id)
    assert row is not None
    first = row["baseline_at"] is None or due.source.adhoc
    intake.baseline = first and not due.source.tell_all
    intake.take_all()
    failures = row["failures"] + 1 if polled.outcome.kind is OutcomeKind.FAILED else 0
    learned = _learn(intake, due.source, row)
    # What fails is looked at again as soon as any source.
    source = due.source if failures else replace(due.source, every_seconds=learned)
    settled = work.Settled(
        polled.outcome,
        learned,
        schedule.next_poll(source, polled.outcome, failures, now),
        len(polled.items),
        intake.first_shown,
        now,
    )
    accepted = work.settle_poll(intake.tx, due, settled)
    if accepted:
        _tell_trouble(intake, due.source.id, fails=bool(failures))
    return Ingested(accepted, tuple(intake.changes), tuple(intake.raised))


def _learn(intake: Intake, source: Source, row: Row) -> int:
    """How many seconds apart the polls of a source are from now on."""
    if not source.every_is_learned or intake.baseline:
        return source.every_seconds
    every: int = row["every_seconds"]
    new, now = intake.first_shown, intake.now
    if intake.polled.outcome.kind is OutcomeKind.FAILED:
        return every
    began_at: int = row["baseline_at"]
    if not new:
        quiet_since = max(row["last_new_item_at"] or began_at, began_at)
        return schedule.learned_from_quiet(every, quiet_since, now)
    most = schedule.ARRIVALS_LEARNED_FROM
    before = sources.arrivals(intake.tx, source.id, began_at, most)
    came = [(now, new), *before, *([(began_at, 0)] if len(before) < most else [])]
    return schedule.learned_from_news(came, row["last_success_at"], now)


def _apply_article(intake: Intake, wanted: WantedBody) -> Ingested:
    if wanted.last is not None:
        accepted = _apply_rereading(intake, wanted)
        return Ingested(accepted, tuple(intake.changes), tuple(intake.raised))
    known = items.known(intake.tx, [wanted.item_id], wanted.source.id).get(wanted.item_id)
    if known is None or known.body_state is not BodyState.WANTED:
        return Ingested(accepted=False)
    if intake.polled.outcome.kind is OutcomeKind.FAILED:
        accepted = _note_missing_body(intake, wanted, intake.polled.outcome)
    elif not known.partial and _is_doubtful(intake, wanted):
        accepted = _note_missing_body(intake, wanted, _CUT)
        if accepted:
            pages.doubt(intake.tx, wanted, intake.prepared.candidates[0].fingerprint)
    else:
        intake.take_all()
        rereading.plan(intake.tx, wanted, intake.polled.outcome, intake.now)
        accepted = True
    state = items.load(intake.tx, wanted.item_id).body_state
    judgings.note(intake.tx, Judging(wanted.item_id, intake.now, None, state))
    conversations.send_now(intake.tx, items.stories(intake.tx, wanted.item_id), intake.now)
    return Ingested(accepted, tuple(intake.changes), tuple(intake.raised))


def _is_doubtful(intake: Intake, wanted: WantedBody) -> bool:
    doubted = pages.doubted(intake.tx, wanted.item_id)
    return rereading.is_doubtful(intake.tx, wanted, intake.prepared.candidates[0], doubted)


def _apply_rereading(intake: Intake, wanted: WantedBody) -> bool:
    """False: its lease was lost."""
    tx, outcome, now = intake.tx, intake.polled.outcome, intake.now
    shown = next(iter(intake.prepared.candidates), None)
    came = rereading.settle(tx, wanted, outcome, shown, now)
    if came is rereading.Came.TEXT:
        intake.take_all()
        if intake.raised:
            # What is news now is likely to change again soon.
            rereading.plan(tx, wanted, outcome, now)
    return came is not rereading.Came.LATE


def _note_missing_body(intake: Intake, wanted: WantedBody, outcome: Outcome) -> bool:
    """A page that could not be read, or believed, is tried again, or what is here is all there
    will be."""
    now = intake.now
    gone = outcome.status in rereading.GONE
    try_at = None if gone else schedule.next_body_try(wanted.tries + 1, now)
    if try_at is not None and outcome.retry_after_seconds is not None:
        try_at = max(try_at, now + int(outcome.retry_after_seconds * 1000))
    if not work.body_failed(intake.tx, wanted, _why(outcome), try_at):
        return False
    if try_at is None:
        intake.raised += closing.close(intake.tx, intake.plan, wanted.item_id, now)
    return True


def _tell_trouble(intake: Intake, source_id: str, *, fails: bool) -> None:
    """Tell ops when a source's trouble begins or ends."""
    tx, subject = intake.tx, troubles.source_subject(source_id)
    if not fails and known_troubles.told(tx, subject) is None:
        return
    config = intake.plan.config
    for row in signs.sources(tx, source_id):
        found = health.trouble_of(row, config.settings, intake.now)
        troubles.settle(tx, config, subject, found, intake.now)


def _why(outcome: Outcome) -> str:
    """The reason a page could not be read, for `status` and `why`: a word, then the sentence."""
    return f"{outcome.reason}: {outcome.detail}" if outcome.detail else str(outcome.reason)
