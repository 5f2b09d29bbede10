"""A little world for tests: a configuration, a clock set by hand, polls made of items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitor.ingest import Ingest, Ingested
from monitor.model import DueSource, Item, Outcome, OutcomeKind, Polled, WantedBody
from monitor.plan import Plan
from monitor.settings import (
    Channel,
    Config,
    ConsoleChannel,
    Pace,
    Route,
    Rule,
    Settings,
    Severity,
    Source,
)
from monitor.store import outbox, sources, told, work
from monitor.store.db import Row, Store

NOON = 1_763_812_800_000  # 22 November 2025, 12:00 UTC
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000

WIRE = Source("wire", "feed", "https://wire.example/feed.xml")
BRIEF = Source("brief", "feed", "https://brief.example/feed.xml", article=False)
BOMBING = Rule("car-bombing", '"car bombing"', version="1")
LIBERATED = Rule("liberated", "liberated", version="1")


# Nothing is waited for, nothing is too much.
AT_ONCE = Pace(dict.fromkeys(Severity, 0), rule_cap=10**6, channel_cap=10**6)


def settings_of(directory: Path, late_after_seconds: int | None = 24 * 3600) -> Settings:
    return Settings(directory / "wirewatch.db", late_after_seconds=late_after_seconds, pace=AT_ONCE)


def config(
    directory: Path,
    *,
    watched: Sequence[Source] = (WIRE, BRIEF),
    rules: Sequence[Rule] = (BOMBING, LIBERATED),
    channels: Sequence[Channel] = (ConsoleChannel("me"),),
    settings: Settings | None = None,
) -> Config:
    """A valid configuration whose database lies in `directory`."""
    return Config(
        directory, "test", settings or settings_of(directory),
        tuple(watched), tuple(rules), {channel.name: channel for channel in channels},
        Route(to=(channels[0].name,)), channels[0].name,
    )  # fmt: skip


@dataclass
class World:
    """A store with an ingest over it; `now` moves only when a test moves it."""

    config: Config
    now: int = NOON
    store: Store = field(init=False)
    ingest: Ingest = field(init=False)

    async def open(self) -> World:
        self.store = Store(self.config.settings.database)
        self.ingest = Ingest(self.store, Plan.of(self.config), lambda: self.now)
        await self.store.write(lambda tx: sources.sync(tx, self.config.sources, self.now))
        return self

    async def close(self) -> None:
        await self.store.close()

    async def poll(self, source: Source, *shown: Item, outcome: Outcome | None = None) -> Ingested:
        """One successful poll of `source` that shows these items."""
        due = await self.due(source)
        return await self.ingest(Polled(outcome or Outcome(OutcomeKind.OK), shown, due=due))

    async def due(self, source: Source) -> DueSource:
        return await self.store.write(lambda tx: work.claim_source(tx, source, "test", self.now))

    async def bodies(self) -> list[WantedBody]:
        known = {source.id: source for source in self.config.sources}
        return await self.store.write(lambda tx: work.claim_bodies(tx, known, "t", self.now, 100))

    async def article(self, wanted: WantedBody, page: Item) -> Ingested:
        """The article's page was read."""
        return await self.ingest(Polled(Outcome(OutcomeKind.OK), (page,), wanted=wanted))

    async def no_article(self, wanted: WantedBody, status: int | None = None) -> Ingested:
        """The article's page could not be read."""
        failed = Outcome(OutcomeKind.FAILED, reason="http", detail=f"{status}", status=status)
        return await self.ingest(Polled(failed, wanted=wanted))

    async def rows(self, table: str) -> Sequence[Row]:
        return await self.store.read(lambda tx: tx.all(f"SELECT * FROM {table}"))

    async def told(self) -> list[tuple[str, ...]]:
        """What every due delivery tells: the rules of each message."""
        messages = []
        for channel in self.config.channels:
            leased = await self.store.write(
                lambda tx, name=channel: outbox.claim(tx, name, outbox.Claim("test", self.now, 100))
            )
            for delivery in leased:
                alerts = await self.store.read(lambda tx, d=delivery: told.of_delivery(tx, d))
                messages.append(tuple(each.rule_name for each in alerts))
                sent = outbox.Attempt(delivery, "accepted", self.now)
                await self.store.write(lambda tx, s=sent: outbox.sent(tx, s))
        return messages


def item(slug: str, title: str | None = None, body: str | None = None, **fields: object) -> Item:
    """An entry of `wire.example`."""
    known = {"url": f"https://wire.example/{slug}", "title": title or slug, "body": body}
    return Item(**(known | fields))  # type: ignore[arg-type]


def page(slug: str, title: str | None = None, body: str = "", **fields: object) -> Item:
    """An article page of `wire.example`, whole."""
    return item(slug, title, body, partial=False, **fields)
