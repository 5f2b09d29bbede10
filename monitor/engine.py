"""What every way of running shares: database, network, workers and ingest over one configuration.

The daemon keeps one for its life; `scrapy crawl` and the commands make their own and close it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from monitor import closing, grouping, schedule, troubles, wordcounts
from monitor.clock import Clock, wall_clock
from monitor.ingest import Ingest
from monitor.model import DueSource, WantedBody
from monitor.net.client import Client
from monitor.net.hosts import RobotsCopy
from monitor.plan import Plan
from monitor.settings import Config, Source
from monitor.store import hosts, outbox, pages, sources, work
from monitor.store import settings as config_store
from monitor.store.db import Store, Tx
from monitor.workers import Lanes

T = TypeVar("T")

ITEMS_GROUPED_AT_ONCE = 5  # what comes in meanwhile waits for them
ITEMS_CLOSED_AT_ONCE = 10
FINISH_SECONDS = 1.0  # somebody waits for the command to end
ITEMS_GROUPED_TO_FINISH = 50  # and nothing comes in meanwhile: most of that second is used
# Nearly all are shorter; together they take 16 MB at the most.
ROBOTS_REMEMBERED, ROBOTS_BYTES = 4000, 4096


class SharedHosts:
    """The politeness that `net` asks for, kept in the database so that all processes share it.

    Short robots.txt are remembered: they count for a day, whoever fetched a newer one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._robots: dict[str, RobotsCopy] = {}

    async def next_slot(self, host: str, delay_ms: int, now: int) -> int:
        return await self._store.write(lambda tx: hosts.next_slot(tx, host, delay_ms, now))

    async def defer(self, host: str, until: int) -> None:
        await self._store.write(lambda tx: hosts.defer(tx, host, until))

    async def robots(self, origin: str) -> RobotsCopy | None:
        if origin in self._robots:
            return self._robots[origin]
        row = await self._store.read(lambda tx: hosts.robots(tx, origin))
        if row is None:
            return None
        return self._remember(origin, RobotsCopy(row["fetched_at"], row["status"], row["body"]))

    async def keep_robots(self, origin: str, copy: RobotsCopy) -> None:
        self._remember(origin, copy)
        await self._store.write(
            lambda tx: hosts.keep_robots(
                tx, origin, fetched_at=copy.fetched_at, status=copy.status, body=copy.body
            )
        )

    def _remember(self, origin: str, copy: RobotsCopy) -> RobotsCopy:
        if len(self._robots) >= ROBOTS_REMEMBERED:
            self._robots.clear()
        self._robots.pop(origin, None)
        if len(copy.body) <= ROBOTS_BYTES:
            self._robots[origin] = copy
        return copy


class Engine:
    """Open until `close`.  `holder` names this process in leases."""

    def __init__(self, config: Config, holder: str, clock: Clock = wall_clock) -> None:
        self.holder = holder
        self.clock = clock
        self.store = Store(config.settings.database)
        self.workers = Lanes()
        self.ingest = Ingest(self.store, Plan.of(config), clock)
        self.client = Client(config.settings, SharedHosts(self.store))
        self._old_clients: list[Client] = []

    @property
    def config(self) -> Config:
        return self.ingest.plan.config

    async def adopt(self, plan: Plan) -> None:
        """Work by this configuration from now on; the database learns of it in one transaction."""
        now = self.clock()

        def change(tx: Tx) -> None:
            sources.sync(tx, plan.config.sources, now)
            pages.keep_only(tx, list(_reread(plan.sources)))
            config_store.remember(tx, plan.config, now)
            outbox.try_paused(tx, now)
            troubles.forget_unconfigured(tx, plan.config)

        await self.store.write(change)
        if plan.config.settings != self.config.settings:
            # Requests on their way keep the client they began with.
            self._old_clients.append(self.client)
            self.client = Client(plan.config.settings, SharedHosts(self.store))
        self.ingest.plan = plan

    async def claim_due(self, limit: int, busy: Collection[str] = ()) -> list[DueSource]:
        """Lease sources that are due, while these `busy` ones are being polled."""
        asked = work.Claim(self.holder, self.clock(), limit, tuple(busy))
        known = self.ingest.plan.sources
        return await self.store.write(lambda tx: work.claim_due(tx, known, asked))

    async def within_a_lease(self, known: Mapping[str, Source]) -> list[str]:
        """The first of these, by name, that can be polled before a lease of now runs out."""
        return await self.store.read(lambda tx: list(work.within_a_lease(tx, known, known)))

    async def claim_source(self, source: Source) -> DueSource:
        """Lease one source, due or not.  Raises `LeaseHeld`."""
        now = self.clock()

        def claim(tx: Tx) -> DueSource:
            if source.adhoc or sources.row(tx, source.id) is None:
                sources.put(tx, source, now)
            return work.claim_source(tx, source, self.holder, now)

        return await self.store.write(claim)

    async def claim_bodies(
        self, known: Mapping[str, Source] | None, limit: int
    ) -> list[WantedBody]:
        """Lease articles of `known` sources, None: of all that there are: the pages that are
        wanted, then those that are to be read again."""
        now = self.clock()
        of_files = self.ingest.plan.sources
        pause_ms = schedule.reread_pause(self.config.settings.delay_seconds)

        def look(tx: Tx) -> tuple[bool, bool]:
            return work.bodies_are_due(tx, now), pages.are_due(tx, now, pause_ms)

        def claim(tx: Tx) -> list[WantedBody]:
            bodies: list[WantedBody] = []
            if wanted:
                # What a crawl by hand left, too.
                every = {**sources.adhoc(tx), **of_files} if known is None else known
                bodies = work.claim_bodies(tx, every, self.holder, now, limit)
            if again and len(bodies) < limit:
                rest = pages.Claim(self.holder, now, limit - len(bodies), pause_ms)
                bodies += pages.claim(tx, _reread(of_files if known is None else known), rest)
            return bodies

        wanted, again = await self.store.read(look)
        return await self.store.write(claim) if wanted or again else []

    async def group_missing(
        self, go_on: Callable[[int], bool], most: int = ITEMS_GROUPED_AT_ONCE
    ) -> None:
        """Put what no rule asked for into its story, `most` at a time, as long as `go_on` says so
        to the number of rounds."""
        await self.store.write_bit_by_bit(
            lambda tx: grouping.group_missing(tx, self.config, most, self.clock()) == most, go_on
        )

    async def count_words(self) -> None:
        """Keep up with how rare words are, by which stories are told apart."""
        await self.store.write(wordcounts.count)

    async def close_forsaken(self, go_on: Callable[[int], bool]) -> None:
        """Judge what is owed of articles whose source left the files before their page was read, a
        little at a time, as long as `go_on` says so to the number of rounds."""
        most = ITEMS_CLOSED_AT_ONCE
        await self.store.write_bit_by_bit(
            lambda tx: closing.close_forsaken(tx, self.ingest.plan, self.clock(), most) == most,
            go_on,
        )

    async def finish(self) -> None:
        """What the daemon would do in the background, as far as it takes no longer than a moment;
        then close."""
        ends_at = asyncio.get_running_loop().time() + FINISH_SECONDS

        def has_time(_: int) -> bool:
            return asyncio.get_running_loop().time() < ends_at

        await self.close_forsaken(has_time)
        await self.count_words()
        await self.group_missing(has_time, ITEMS_GROUPED_TO_FINISH)
        await self.close()

    async def close(self) -> None:
        self.ingest.close()
        for client in (*self._old_clients, self.client):
            await client.close()
        await self.workers.close()
        await self.store.close()


def _reread(known: Mapping[str, Source]) -> dict[str, Source]:
    """Those whose articles are read again."""
    return {name: source for name, source in known.items() if source.reread}
