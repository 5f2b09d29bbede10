"""From what a spider yields to what is owed: store, match, decide, route, in one transaction.

Matching happens before the transaction, in a reader thread; inside it the same lookups are made
again and a match is made anew only where another writer came in between.  Sends nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from monitor import dedupe, feeds, health, judge, landing, schedule
from monitor.dedupe import Candidate
from monitor.judge import Plan, Prepared
from monitor.landing import Landing
from monitor.model import BodyState, Change, Item, Outcome, OutcomeKind, Polled, WantedBody
from monitor.store import items, outbox, sightings, sources, work
from monitor.store.db import Store, Tx
from monitor.urls import site

log = logging.getLogger("wirewatch.ingest")

GONE = (404, 410)  # the page says that it will not come


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one `Polled`.  `accepted`: its lease still stood, its outcome counts."""

    accepted: bool
    changes: tuple[Change, ...] = ()
    alerts: int = 0

    def count(self, change: Change) -> int:
        return self.changes.count(change)


@dataclass(slots=True)
class _Run:
    """One transaction's arguments, handed from step to step."""

    tx: Tx
    plan: Plan
    polled: Polled
    now: int
    prepared: Prepared
    baseline: bool = False
    wanted_so_far: int = 0
    alerts: int = 0
    changes: list[Change] = field(default_factory=list)


class Ingest:
    """Call it with a `Polled`; returns after COMMIT.  `plan` is replaced whole by a reload."""

    def __init__(self, store: Store, plan: Plan, clock: Callable[[], int]) -> None:
        self.store = store
        self.plan = plan
        self._clock = clock
        self._closed = False

    def close(self) -> None:
        """Take nothing in any more: what fails from now on fails because we stop."""
        self._closed = True

    async def __call__(self, polled: Polled) -> Ingested:
        if self._closed:
            return Ingested(accepted=False)
        plan = self.plan
        now = self._clock()
        prepared = await self.store.read(lambda tx: _prepare(tx, plan, polled))
        done = await self.store.write(lambda tx: _apply(_Run(tx, plan, polled, now, prepared)))
        _log(polled, done)
        return done

    async def broke(self, polled: Polled, why: str) -> None:
        """What came could not be taken in: give the lease back, and let it show as a failure."""
        now = self._clock()
        outcome = Outcome(OutcomeKind.FAILED, reason="broke", detail=why)

        def change(tx: Tx) -> None:
            if polled.due is not None:
                next_poll_at = schedule.next_poll(polled.due.source, outcome, 1, now)
                work.poll_broke(tx, polled.due, why, next_poll_at, now)
            elif polled.wanted is not None:
                try_at = schedule.next_body_try(polled.wanted.tries + 1, now)
                work.body_failed(tx, polled.wanted, _why(outcome), try_at)

        await self.store.write(change)


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


def _prepare(tx: Tx, plan: Plan, polled: Polled) -> Prepared:
    """Run the rules over what will be judged, as far as can be told before the transaction."""
    prepared = Prepared(landing.candidates(tx, polled))
    for candidate in prepared.candidates:
        landed = landing.land(tx, polled, candidate)
        if landed.change is not Change.UNCHANGED:
            state = (
                BodyState.FULL
                if polled.wanted
                else _first_body_state(polled, landed.candidate.item)
            )
            prepared.matches(plan, landed.candidate.item, state, polled.source.id)
    return prepared


def _apply(run: _Run) -> Ingested:
    if run.polled.wanted is not None:
        return _apply_article(run, run.polled.wanted)
    return _apply_poll(run)


def _apply_poll(run: _Run) -> Ingested:
    polled, due = run.polled, run.polled.due
    assert due is not None
    row = sources.row(run.tx, due.source.id)
    if row is None:
        sources.put(run.tx, due.source, run.now)
        row = sources.row(run.tx, due.source.id)
    assert row is not None
    first = row["baseline_at"] is None or due.source.adhoc
    run.baseline = first and not due.source.tell_all
    for candidate in run.prepared.candidates:
        _take_in(run, candidate)
    sources.note_guid_changes(run.tx, due.source.id)
    failures = row["failures"] + 1 if polled.outcome.kind is OutcomeKind.FAILED else 0
    settled = work.Settled(
        polled.outcome,
        schedule.next_poll(due.source, polled.outcome, failures, run.now),
        len(polled.items),
        run.changes.count(Change.NEW),
        run.now,
    )
    accepted = work.settle_poll(run.tx, due, settled)
    if accepted:
        _tell_trouble(run, due.source.id)
    return Ingested(accepted, tuple(run.changes), run.alerts)


def _apply_article(run: _Run, wanted: WantedBody) -> Ingested:
    known = items.known(run.tx, wanted.item_id, wanted.source.id)
    if known is None or known.body_state is not BodyState.WANTED:
        return Ingested(accepted=False)
    if run.polled.outcome.kind is OutcomeKind.FAILED:
        accepted = _note_missing_body(run, wanted)
    else:
        for candidate in run.prepared.candidates:
            _take_in(run, candidate)
        accepted = True
    outbox.send_now(run.tx, items.stories(run.tx, wanted.item_id), run.now)
    return Ingested(accepted, tuple(run.changes), run.alerts)


def _note_missing_body(run: _Run, wanted: WantedBody) -> bool:
    """A page that could not be read is tried again, or the summary is all there will be."""
    outcome = run.polled.outcome
    gone = outcome.status in GONE
    try_at = None if gone else schedule.next_body_try(wanted.tries + 1, run.now)
    if try_at is not None and outcome.retry_after_seconds is not None:
        try_at = max(try_at, run.now + int(outcome.retry_after_seconds * 1000))
    if not work.body_failed(run.tx, wanted, _why(outcome), try_at):
        return False
    if try_at is None:
        sightings.list_by_section(run.tx, wanted.item_id, None)
        _judge(run, wanted.item_id, Change.COMPLETED)
    return True


def _take_in(run: _Run, candidate: Candidate) -> None:
    """Store one item of a document and judge it."""
    polled, tx = run.polled, run.tx
    landed = landing.land(tx, polled, candidate)
    item_id = _store(run, landed)
    run.changes.append(landed.change)
    if polled.wanted is not None:
        work.body_arrived(tx, item_id)
        sightings.list_by_section(tx, item_id, landed.candidate.item.section or "")
        _merge_with_declared(run, item_id, landed)
        first = False
    else:
        first = _see(run, landed, item_id)
    kept = [(key.kind, key.key) for key in candidate.keys if key.kept and not polled.wanted]
    items.add_keys(tx, item_id, kept)
    if landed.change is not Change.UNCHANGED or first or polled.wanted:
        _judge(run, item_id, landed.change)


def _store(run: _Run, landed: Landing) -> int:
    tx, source, known = run.tx, run.polled.source, landed.known
    item, fingerprint = landed.candidate.item, landed.candidate.fingerprint
    if known is None:
        return _insert(run, landed.candidate)
    if landed.change is Change.COMPLETED:
        items.replace_text(tx, known.item_id, item, fingerprint, run.now)
    elif landed.change is Change.MODIFIED:
        items.add_version(tx, known.item_id, item, fingerprint, run.now)
    if source.article and not run.polled.wanted and landed.shows_something_else:
        items.reopen(tx, known.item_id, run.now)
        if landed.change is Change.MODIFIED:
            items.open_version(tx, known.item_id)
    return known.item_id


def _insert(run: _Run, candidate: Candidate) -> int:
    source = run.polled.source
    state = _first_body_state(run.polled, candidate.item)
    # What is over the limit of one poll is read with the next ones.
    rounds = run.wanted_so_far // run.plan.config.settings.articles_per_poll
    run.wanted_so_far += state is BodyState.WANTED
    address = next(key for key in candidate.keys)
    arrival = items.Arrival(
        candidate.item, source.id, site(candidate.item.url), candidate.fingerprint, str(address),
        run.now, state, run.now + rounds * source.every_seconds * 1000,
    )  # fmt: skip
    return items.insert(run.tx, arrival)


def _see(run: _Run, landed: Landing, item_id: int) -> bool:
    candidate = landed.candidate
    sighting = sightings.Sighting(
        item_id, run.polled.source.id, run.now, run.baseline, candidate.listed,
        candidate.shown, candidate.item.guid,
    )  # fmt: skip
    return sightings.see(run.tx, sighting)


def _judge(run: _Run, item_id: int, change: Change) -> None:
    run.alerts += judge.judge(
        run.tx, run.plan, run.prepared, judge.Arrived(item_id, change, run.now)
    )


def _merge_with_declared(run: _Run, item_id: int, landed: Landing) -> None:
    """The page names another address as its own: where that is another item, the two are one."""
    declared = [k for k in landed.candidate.keys if k.kind is dedupe.KeyKind.DECLARED]
    for key in declared:
        other = landing.find(run.tx, key, run.polled.source.id)
        if other is None:
            items.add_keys(run.tx, item_id, [(key.kind, key.key)])
        elif other.item_id != item_id and landed.known and dedupe.same_title(landed.known, other):
            late, early = max(item_id, other.item_id), min(item_id, other.item_id)
            items.merge(run.tx, late, early)


def _tell_trouble(run: _Run, source_id: str) -> None:
    """Tell ops when a source's trouble begins or ends."""
    row = sources.row(run.tx, source_id)
    assert row is not None
    notice = health.news_of_source(row, run.plan.config.settings, run.now)
    if notice is not None:
        judge.tell_ops(run.tx, run.plan.config, notice, run.now)
        sources.trouble_told(run.tx, source_id, run.now if notice.begins else None)


def _first_body_state(polled: Polled, item: Item) -> BodyState:
    wanted = polled.source.article and feeds.has_page(item)
    return BodyState.WANTED if wanted else BodyState.NONE


def _why(outcome: Outcome) -> str:
    """The reason a page could not be read, for `status` and `why`: a word, then the sentence."""
    return f"{outcome.reason}: {outcome.detail}" if outcome.detail else str(outcome.reason)
