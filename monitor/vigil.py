"""Watch the daemon from within: what it looks at itself, and that its ticks still run.

What the scheduler runs is noted here; `look` is called from beside it, as a scheduler that is stuck
says nothing.  Sends nothing: it owes.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from monitor import assurance, troubles, watchdog
from monitor.assurance import Look
from monitor.canary import Canary
from monitor.engine import Engine
from monitor.health import Notice, lasting
from monitor.model import Flight
from monitor.owing import tell_ops
from monitor.store import assurance as kept
from monitor.store import daemon as row
from monitor.store.db import Tx
from monitor.watchdog import Clocks, Pulse

log = logging.getLogger("wirewatch.vigil")

Tick = Callable[[], Awaitable[None]]


class Vigil:
    """Of one daemon.  `steady` gives seconds that never go back."""

    def __init__(
        self, engine: Engine, canary: Canary, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._canary = canary
        self._steady = steady
        self._pulse = Pulse(steady())
        self._began_at = engine.clock()
        self._clocks = Clocks(self._began_at, steady())
        self._set_back_by = 0
        self._was_stuck = True  # for all we know of the last daemon
        self.flying: asyncio.Task[Flight] | None = None  # the canary on its way

    def watched(self, name: str, tick: Tick) -> Callable[[], Coroutine[Any, Any, None]]:
        """`tick`, noted whenever it is done."""
        self._pulse.expect(name)

        async def noted() -> None:
            await tick()
            self._pulse.beat(name, self._steady())

        return noted

    async def tick(self) -> None:
        """Tell what began or ended, and send a canary when one is due."""
        look = self._begin_look()
        await assurance.tell(self._engine.store, look)
        if self.flying is None and await self._canary_is_due(look):
            self.flying = asyncio.create_task(self._canary.fly())
            self.flying.add_done_callback(self._landed)

    async def look(self) -> bool:
        """Whether the scheduler is to be started anew: it is stuck, or the clock was set back."""
        engine, look = self._engine, self._begin_look()
        back, self._set_back_by = self._set_back_by, 0
        if back:
            log.error("clock.set_back ms=%s", back)
            await engine.store.write(lambda tx: _set_back(tx, look, back))
        stopped = self._pulse.stopped(self._steady())
        trouble = watchdog.scheduler_trouble(stopped, look.now)
        if trouble is not None or self._was_stuck:
            self._was_stuck = trouble is not None
            await engine.store.write(
                lambda tx: troubles.settle(tx, look.config, watchdog.SCHEDULER, trouble, look.now)
            )
        return bool(back or stopped)

    def stop(self) -> None:
        """A canary on its way is not waited for; it would fall because we stop."""
        if self.flying is not None:
            self.flying.cancel()

    async def why_silent(self) -> str | None:
        """Why a heartbeat would not be honest now; None: it would."""
        look = self._begin_look()
        not_done = {*self._pulse.pending(), *self._pulse.stopped(self._steady())}
        cycle = await self._engine.store.read(lambda tx: assurance.cycle(tx, look, not_done))
        return watchdog.why_no_heartbeat(cycle)

    def _begin_look(self) -> Look:
        """After a sleep of the machine everything is late, and nothing is wrong."""
        now = self._engine.clock()
        moved = self._clocks.moved(now, self._steady())
        if moved > 0:
            self._began_at = now
        elif moved < 0:
            self._began_at += moved
            self._set_back_by -= moved
        return Look(self._engine.config, now, self._began_at)

    async def _canary_is_due(self, look: Look) -> bool:
        every = look.config.settings.canary_seconds
        if every is None:
            return False
        flights = await self._engine.store.read(lambda tx: kept.flights(tx, 2))
        return look.now >= watchdog.canary_due_at(flights, look.began_at, every)

    def _landed(self, flight: asyncio.Task[Flight]) -> None:
        self.flying = None
        if not flight.cancelled() and (error := flight.exception()) is not None:
            log.error("canary.lost", exc_info=error)


def _set_back(tx: Tx, look: Look, back: int) -> None:
    row.clock_was_set_back(tx, back, look.now)
    notice = Notice(
        watchdog.CLOCK, f"the clock of this machine was set back by {lasting(back)}",
        "What was planned has been moved along; times that were noted before may lie ahead.",
    )  # fmt: skip
    tell_ops(tx, look.config, notice, look.now)
