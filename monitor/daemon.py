"""The daemon: one asyncio loop with Scrapy, the clock and the deliveries.

APScheduler is the clock, the database is the schedule.  A tick claims no more than the free slots,
starts tasks and returns.  Everything else happens in spiders, ingest and deliver.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from scrapy.crawler import AsyncCrawlerProcess

from monitor import garbage, gathering, search
from monitor.buttons import Buttons
from monitor.canary import Canary
from monitor.channels import Channel
from monitor.crawl import reactor, slim
from monitor.crawl.dispatch import Dispatch
from monitor.deliver import Deliverer
from monitor.engine import Engine
from monitor.errors import ConfigError, FetchError, Mistake
from monitor.health import Notice
from monitor.lock import Lock
from monitor.net.client import Ask
from monitor.owing import tell_ops
from monitor.plan import Plan
from monitor.settings import Config
from monitor.store import daemon as row
from monitor.store import prune, work
from monitor.store.db import Tx
from monitor.vigil import Vigil

log = logging.getLogger("wirewatch.daemon")

HOLDER = "daemon"
TICK_SECONDS = 1.0
BEAT_SECONDS = 30
LOOK_SECONDS = 15  # at the scheduler, from beside it
VIGIL_SECONDS = 60
DIGEST_SECONDS = 15
PRUNE_SECONDS = 3600
ITEMS_INDEXED_AT_ONCE = 200
GROUP_SECONDS = 5
COUNT_SECONDS = 60  # a tenth of a second each, while much comes in
FORSAKEN_SECONDS = 60
ROUNDS_BESIDE_POLLS = 1  # 1 item a second: more than the news of 10,000 sources
_M_ARENA_MAX = -8  # glibc, malloc.h
DRAIN_SECONDS = 8.0  # of the ten that a stop may take

Ready = Callable[[Engine], Coroutine[Any, Any, None]]


class Daemon:
    """Runs until SIGTERM or SIGINT.  `load` reads the configuration anew for a reload; `build`
    makes a way out of a channel's settings."""

    def __init__(
        self,
        config: Config,
        load: Callable[[], Config],
        ready: Ready,
        build: Callable[..., Channel],
    ) -> None:
        self._lock = Lock(config.settings.database)
        self._load = load
        self._ready = ready
        _share_one_heap()
        _wake_up_patiently()
        self._process = _crawler_process()
        self._engine = Engine(config, HOLDER)
        self._deliverer = Deliverer(self._engine, build)
        self._buttons = Buttons(self._engine)
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._dispatch = Dispatch(self._process, self._engine)
        self._vigil = Vigil(self._engine, Canary(self._engine))
        self._sending: dict[str, asyncio.Future[None]] = {}
        self._others: set[asyncio.Future[Any]] = set()
        self._stopping = False

    def run(self) -> None:
        """Blocks; returns when everything is drained and closed."""
        loop = asyncio.get_event_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_stop)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._spawn(self._reload()))
        self._spawn(self._start())
        self._process.start(stop_after_crawl=False, install_signal_handlers=False)
        self._lock.release()

    async def _start(self) -> None:
        engine, now = self._engine, self._engine.clock()
        # The lock is ours, so whoever held these leases as the daemon is dead.
        await engine.store.write(lambda tx: work.release(tx, HOLDER))
        await engine.adopt(engine.ingest.plan)
        version = engine.config.version
        await engine.store.write(lambda tx: row.started(tx, os.getpid(), version, now))
        self._schedule()
        garbage.keep_what_is_here()
        self._scheduler.start()
        self._buttons.renew()
        self._spawn(self._ready(engine))
        self._spawn(self._index_missing())
        self._spawn(self._look())

    def _schedule(self) -> None:
        """All ticks, from now on."""
        for name, tick, seconds in (
            ("polls", self._dispatch.tick, TICK_SECONDS),
            ("deliveries", self._deliver_tick, TICK_SECONDS),
            ("digests", self._digest_tick, DIGEST_SECONDS),
            ("beat", self._beat, BEAT_SECONDS),
            ("vigil", self._vigil.tick, VIGIL_SECONDS),
            ("", self._prune, PRUNE_SECONDS),
            ("", self._engine.count_words, COUNT_SECONDS),
            ("", self._group, GROUP_SECONDS),
            ("", self._close_forsaken, FORSAKEN_SECONDS),
        ):
            # Work of years may wait for those without a name: they may take their time.
            watched = self._vigil.watched(name, tick) if name else tick
            self._scheduler.add_job(
                watched, "interval", seconds=seconds, next_run_time=datetime.now(UTC),
                misfire_grace_time=None, coalesce=True, max_instances=1,
            )  # fmt: skip

    async def _look(self) -> None:
        """Start the scheduler anew where it is stuck, and deliver what it would have."""
        while not self._stopping:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await self._vigil.look() and not self._stopping:
                    # A tick that hangs keeps its job from running: the new one is another job.
                    self._scheduler.remove_all_jobs()
                    self._schedule()
                    await self._deliver_tick()
            # Whoever watches must not be the first to fall.
            except Exception:
                log.exception("look.broke")

    async def _index_missing(self) -> None:
        """What an earlier version stored, a little at a time: polls come first."""
        most = ITEMS_INDEXED_AT_ONCE
        await self._engine.store.write_bit_by_bit(
            lambda tx: search.index_missing(tx, most) == most, lambda _: not self._stopping
        )

    async def _group(self) -> None:
        """Polls come first: as long as there are some, it takes a small share of the time."""
        await self._engine.group_missing(
            lambda rounds: (
                not self._stopping and (rounds < ROUNDS_BESIDE_POLLS or not self._dispatch.crawls)
            )
        )

    async def _close_forsaken(self) -> None:
        await self._engine.close_forsaken(lambda _: not self._stopping)

    async def _deliver_tick(self) -> None:
        if self._stopping:
            return
        for name in await self._deliverer.due():
            if name not in self._sending:
                self._sending[name] = asyncio.ensure_future(self._send(name))

    async def _send(self, name: str) -> None:
        try:
            await self._deliverer.send_due(name)
        finally:
            del self._sending[name]

    async def _digest_tick(self) -> None:
        """The calendar's hour is kept by the database, so that no late or lost tick skips a day."""
        if not self._stopping:
            await gathering.owe_due(self._engine)
            await gathering.tell_held_back(self._engine)

    async def _beat(self) -> None:
        """Say that we live: in the database, and at the heartbeat address where all went round."""
        engine, now = self._engine, self._engine.clock()
        await engine.store.write(lambda tx: row.beat(tx, now))
        garbage.give_back()
        heartbeat = engine.config.settings.heartbeat_url
        if heartbeat is None:
            return
        if (why := await self._vigil.why_silent()) is not None:
            log.warning("heartbeat.withheld %s", why)
            return
        try:
            await engine.client.fetch(Ask(url=heartbeat.reveal(), robots=False, gate=False))
        except FetchError as error:
            log.warning("heartbeat.failed reason=%s", error.reason)

    async def _prune(self) -> None:
        now = self._engine.clock()
        await self._engine.store.write(lambda tx: prune.polls(tx, now))

    async def _reload(self) -> None:
        """Take a good configuration whole; keep the old one on a bad one, and say so."""
        engine, now = self._engine, self._engine.clock()
        try:
            config = await asyncio.to_thread(self._load)
            if config.settings.database != engine.config.settings.database:
                moved = Mistake("monitor.yaml", 1, 1, "`database` cannot change while running")
                raise ConfigError((moved,))
            plan = await asyncio.to_thread(Plan.of, config, engine.ingest.plan)
        except ConfigError as error:
            log.error("reload.refused %s", error)
            refused = Notice(
                "reload", "a reload was refused, the old configuration goes on", str(error)
            )
            await engine.store.write(lambda tx: _refuse(tx, engine.config, refused, now))
            return
        await engine.adopt(plan)
        self._buttons.renew()
        await engine.store.write(lambda tx: row.reloaded(tx, config.version, now))
        log.info("reload.taken version=%s", config.version[:12])

    def _on_stop(self) -> None:
        if not self._stopping:
            self._stopping = self._dispatch.stopping = True
            self._spawn(self._stop())

    async def _stop(self) -> None:
        """Stop intake, let what runs end within ten seconds; the rest is leased anew later."""
        log.info("daemon.stopping")
        self._vigil.stop()
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._drain()
        except TimeoutError:
            log.warning("daemon.drain_cut crawls=%s", len(self._dispatch.crawls))
        self._scheduler.shutdown(wait=False)
        await self._buttons.close()
        await self._engine.store.write(row.stopped)
        await self._engine.close()
        reactor.stop()

    async def _drain(self) -> None:
        # Scrapy hangs for ever when it is stopped before its engine runs.
        for crawler in list(self._process.crawlers):
            if crawler.engine is not None and crawler.engine.running:
                self._spawn(crawler.stop_async())
        waiting = [*self._dispatch.crawls, *self._sending.values()]
        if waiting:
            await asyncio.wait(waiting)

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._others.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._others.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("daemon.task_broke", exc_info=error)


def _refuse(tx: Tx, config: Config, notice: Notice, now: int) -> None:
    row.reload_refused(tx, notice.text, now)
    tell_ops(tx, config, notice, now)


def _share_one_heap() -> None:
    """For all threads that are yet to start, where the C library is GNU's: only one of them runs
    Python at a time, and a heap for each keeps some 8 MB that no other may use."""
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _wake_up_patiently() -> None:
    """For all threads and processes that are yet to start: whoever has something to do waits until
    another has had its time (SCHED_BATCH, `sched(7)`), as what is in the processor's caches is of
    no use to the next one.  A third fewer changes."""
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _crawler_process() -> AsyncCrawlerProcess:
    # It introduces itself, and sets its loggers to tell every step of every crawl.
    logging.disable(logging.INFO)
    process = AsyncCrawlerProcess(slim.settings())
    logging.disable(logging.NOTSET)
    logging.getLogger("scrapy").setLevel(logging.WARNING)
    return process
