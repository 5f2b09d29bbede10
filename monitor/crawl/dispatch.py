"""Lease what is due and crawl it, as much at once as there is room for; the rest stays due.

Called by the clock, and again whenever enough of what runs has ended: so a wave of due sources is
polled as fast as it can be, and a slow site keeps no other from its turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple

from scrapy.crawler import AsyncCrawlerProcess, Crawler

from monitor.byhand import Work
from monitor.engine import Engine
from monitor.model import DueSource, Polled
from monitor.store.work import host_of

log = logging.getLogger("wirewatch.dispatch")

BATCH = 25  # sources leased at once, or articles
# Crawls at once, 0.1 MB each.  Each slow source or site keeps one from ending, and holds up no
# other as long as there is a free one.
CRAWLS = 256
OPEN = 50  # sources being polled, half a megabyte each, without those that wait for their host or
LINGER_MS = 3000  # take longer than this
# So long a crawl is given more sources, as to make one costs as much as several polls.  It reads
# pages of their articles when all of them have ended.
TAKES_ON_MS = 10_000
_BATCHES_OF_BODIES = 4  # a tick


class _Open(NamedTuple):
    since: int  # epoch milliseconds
    host: str


class _Crawl(NamedTuple):
    crawler: Crawler
    since: int
    sources: dict[str, _Open]


class Dispatch:
    """Of one daemon.  `stopping` set: nothing more is leased."""

    def __init__(self, process: AsyncCrawlerProcess, engine: Engine) -> None:
        self.stopping = False
        self.crawls: set[asyncio.Future[None]] = set()
        self._process = process
        self._engine = engine
        self._newest: dict[str, _Crawl] = {}  # by kind
        self._open: dict[str, _Open] = {}  # sources that are being polled
        self._lingering: set[str] = set()  # those of them that leave room for others
        self._more_is_due = False
        self._claiming = asyncio.Lock()
        self._claims: set[asyncio.Future[None]] = set()
        engine.ingest.on_settled = self._settled

    async def tick(self) -> None:
        """Start what is due."""
        slow, waited_for = self._engine.clock() - LINGER_MS, self._engine.client.waited_for
        self._lingering = {
            name for name, one in self._open.items() if one.since < slow or one.host in waited_for
        }
        await self._start_sources()
        for _ in range(_BATCHES_OF_BODIES):
            if not self._has_room():
                return
            bodies = await self._engine.claim_bodies(None, BATCH)
            if bodies:
                self._crawl("feed", Work((), tuple(bodies)))
            if len(bodies) < BATCH:
                return

    async def _start_sources(self) -> None:
        async with self._claiming:
            while self._has_room() and self._room() >= BATCH:
                dues = await self._engine.claim_due(BATCH, self._open)
                now = self._engine.clock()
                by_kind: dict[str, list[DueSource]] = {}
                for due in dues:
                    self._open[due.source.id] = _Open(now, host_of(due.source.url))
                    by_kind.setdefault(due.source.kind, []).append(due)
                for kind, of_kind in by_kind.items():
                    if not self._take_on(kind, of_kind, now):
                        self._crawl(kind, Work(tuple(of_kind)))
                self._more_is_due = len(dues) == BATCH
                if not self._more_is_due:
                    return

    def _has_room(self) -> bool:
        return not self.stopping and len(self.crawls) < CRAWLS

    def _room(self) -> int:
        """For how many more sources."""
        return OPEN - (len(self._open) - len(self._lingering))

    def _settled(self, polled: Polled) -> None:
        if polled.due is None or not self._close(polled.due.source.id):
            return
        if self._more_is_due and self._room() >= BATCH and not self._claiming.locked():
            self._spawn(self._start_sources())

    def _close(self, name: str) -> bool:
        self._lingering.discard(name)
        return self._open.pop(name, None) is not None

    def _take_on(self, kind: str, dues: Sequence[DueSource], now: int) -> bool:
        """Give sources to the crawl that began last, if it can take more."""
        crawl = self._newest.get(kind)
        if crawl is None or now - crawl.since > TAKES_ON_MS:
            return False
        spider: Any = crawl.crawler.spider
        if spider is None or not spider.take_on(dues):
            return False
        crawl.sources.update(self._opened(dues))
        return True

    def _crawl(self, kind: str, leased: Work) -> None:
        crawler = self._process.create_crawler(kind)
        sources = self._opened(leased.sources)
        if sources:
            self._newest[kind] = _Crawl(crawler, self._engine.clock(), sources)
        task = asyncio.ensure_future(self._process.crawl(crawler, work=leased, engine=self._engine))
        self.crawls.add(task)

        def ended(_: asyncio.Future[None]) -> None:
            self.crawls.discard(task)
            for name, one in sources.items():  # of which some may have broken without a word
                if self._open.get(name) is one:
                    self._close(name)

        task.add_done_callback(ended)

    def _opened(self, dues: Sequence[DueSource]) -> dict[str, _Open]:
        names = [due.source.id for due in dues]
        return {name: self._open[name] for name in names if name in self._open}

    def _spawn(self, claim: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(claim)
        self._claims.add(task)
        task.add_done_callback(self._claim_ended)

    def _claim_ended(self, task: asyncio.Future[None]) -> None:
        self._claims.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("dispatch.broke", exc_info=error)
