"""`poll`: one round over sources, in this process, as the daemon would."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from monitor import byhand, log
from monitor.byhand import Work
from monitor.cli import out, place
from monitor.cli.base import Call, Exit, print_no_more, say
from monitor.cli.when import When
from monitor.clock import Clock, wall_clock
from monitor.crawl.once import Round
from monitor.engine import Engine
from monitor.errors import LeaseHeld
from monitor.ingest import Ingest, Ingested
from monitor.model import Change, DueSource, OutcomeKind, Polled
from monitor.plan import Plan
from monitor.settings import Config, Source
from monitor.store import holds, outbox
from monitor.store import sources as source_rows
from monitor.store import work as work_rows
from monitor.store.db import Store, Tx

Note = Callable[[Polled, Ingested], None]

BATCH = 25  # sources a crawl
AT_ONCE = 200  # sources, half a megabyte each: slow ones hold up no others but in their crawl


class _NotedIngest(Ingest):
    """Says what became of each poll."""

    def __init__(self, store: Store, plan: Plan, clock: Clock, note: Note) -> None:
        super().__init__(store, plan, clock)
        self._note = note

    async def __call__(self, polled: Polled) -> Ingested:
        ingested = await super().__call__(polled)
        self._note(polled, ingested)
        return ingested


@dataclass(slots=True)
class _Report:
    """Prints a line a poll, and keeps what the whole came to."""

    call: Call
    dry_run: bool
    when: When
    named: bool  # by name even what is paused is polled
    failed: bool = False
    held: set[str] = field(default_factory=set)  # by other processes
    pages: int = 0
    raised: list[str] = field(default_factory=list)
    waiting: int = 0  # alerts that a message is owed for
    kept: int = 0  # alerts that only a digest will have
    polled: set[str] = field(default_factory=set)

    def note(self, polled: Polled, ingested: Ingested) -> None:
        self.raised += ingested.raised
        if polled.due is None:
            self.pages += 1
            self._progress()
            return
        self.polled.add(polled.source.id)
        self._clear()
        self.failed |= polled.outcome.kind is OutcomeKind.FAILED
        try:
            self._print(polled, ingested)
        except BrokenPipeError:
            print_no_more()  # whoever looked has had enough; the other polls go on

    def _print(self, polled: Polled, ingested: Ingested) -> None:
        if self.call.as_json:
            out.emit(_shape(polled, ingested))
            return
        out.lines(*out.wrapped(byhand.describe(polled, ingested), ""))
        for item in polled.items if self.dry_run else ():
            date = self.when.published(item.published)
            out.lines(*out.hanging(f"  {date:13}  ", item.title or item.url))

    def note_ended(self, source_ids: Iterable[str]) -> None:
        """What was to be polled and has not been was broken off."""
        for source_id in source_ids:
            if source_id not in self.polled and source_id not in self.held:
                self.failed = True
                say(f"{source_id}: broken off")

    def count(self, tx: Tx) -> None:
        """Tell the alerts that are sent from those that are kept, as they stand at the end."""
        for alert_id in self.raised:
            if outbox.channels_of(tx, alert_id):
                self.waiting += 1
            elif holds.of_alert(tx, alert_id):
                self.kept += 1

    def _progress(self) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{out.of(self.pages, 'article page')} read ", err=True, nl=False)

    def _clear(self) -> None:
        if self.pages and sys.stderr.isatty():
            click.echo(f"\r{'':30}\r", err=True, nl=False)

    def finish(self) -> Exit:
        self._clear()
        quiet = self.call.as_json or self.dry_run
        if self.waiting and not quiet:
            alerts = out.of(self.waiting, "alert")
            say(f"{alerts} to be sent by the running daemon, or now: wirewatch deliver --once")
        if self.kept and not quiet:
            say(f"{out.of(self.kept, 'alert')} kept for the digest; see: wirewatch digest")
        if self.failed:
            return Exit.FAILED
        return Exit.HELD if self.held else Exit.OK


def run(call: Call, names: Sequence[str], *, dry_run: bool) -> Exit:
    """Poll `names`, or all that are not paused."""
    config = place.load(call)
    log.start(sys.stderr, logging.ERROR).hide(config)
    sources = _chosen(config, names)
    report = _Report(call, dry_run, When.of(config.settings, wall_clock()), named=bool(names))
    with ExitStack() as stack:
        if dry_run:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "dry-run.db"
            config = replace(config, settings=replace(config.settings, database=scratch))
        crawls = Round()
        crawls.run(lambda: _poll(crawls, config, sources, report))
    return report.finish()


async def _poll(crawls: Round, config: Config, sources: Sequence[Source], report: _Report) -> None:
    engine = Engine(config, f"wirewatch poll, pid {os.getpid()}")
    engine.ingest = _NotedIngest(engine.store, engine.ingest.plan, engine.clock, report.note)
    try:
        await engine.adopt(engine.ingest.plan)
        if not report.named:
            sources = await _unpaused(engine, sources)
        await _crawl_all(engine, crawls, sources, report)
        report.note_ended(source.id for source in sources)
        await engine.store.read(report.count)
    finally:
        await engine.finish()


async def _crawl_all(
    engine: Engine, crawls: Round, sources: Sequence[Source], report: _Report
) -> None:
    left = {source.id: source for source in sources}
    room = asyncio.Semaphore(AT_ONCE // BATCH)

    async def crawl(some: Sequence[Source]) -> None:
        async with room:
            leased = await _lease(engine, () if crawls.stopped else some, report)
            await crawls.crawl(engine, leased)

    while left and not crawls.stopped:
        turn = [left.pop(name) for name in await engine.within_a_lease(left)]
        parts = [turn[at : at + BATCH] for at in range(0, len(turn), BATCH)]
        await asyncio.gather(*map(crawl, parts))
        # Of what was broken off, nothing stays leased.
        await engine.store.write(lambda tx: work_rows.release(tx, engine.holder))


async def _unpaused(engine: Engine, sources: Sequence[Source]) -> list[Source]:
    rows = await engine.store.read(source_rows.rows)
    paused = {row["source_id"] for row in rows if row["paused_at"] is not None}
    return [source for source in sources if source.id not in paused and not source.paused]


async def _lease(engine: Engine, sources: Sequence[Source], report: _Report) -> dict[str, Work]:
    """The sources that are free, by the spider they are for."""
    leased: dict[str, list[DueSource]] = {}
    for source in sources:
        try:
            leased.setdefault(source.kind, []).append(await engine.claim_source(source))
        except LeaseHeld as error:
            report.held.add(source.id)
            say(str(error))
    return {kind: Work(tuple(dues)) for kind, dues in leased.items() if dues}


def _chosen(config: Config, names: Sequence[str]) -> list[Source]:
    known = {source.id: source for source in config.sources}
    unknown = [name for name in names if name not in known]
    if unknown:
        there = ", ".join(known) or "none"
        raise click.UsageError(f"no source {unknown[0]!r}; there are: {there}")
    return [known[name] for name in dict.fromkeys(names)] if names else list(known.values())


def _shape(polled: Polled, ingested: Ingested) -> dict[str, object]:
    return {
        "source": polled.source.id,
        "outcome": polled.outcome.kind.value,
        "reason": polled.outcome.reason,
        "detail": polled.outcome.detail,
        "items": len(polled.items),
        "new": ingested.count(Change.NEW),
        "alerts": ingested.alerts,
    }
