"""`watch`: the daemon in this terminal, with its log and its start summary."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import suppress

from monitor import log
from monitor.cli import out, place, shapes, summary
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.delivering import way_out
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.daemon import Daemon
from monitor.engine import Engine
from monitor.lock import AlreadyRunning
from monitor.settings import Config
from monitor.store import views

READY_SECONDS = 30.0
_LOOK_SECONDS = 0.5

_log = logging.getLogger("wirewatch.watch")


def run(call: Call) -> None:
    """Blocks until the daemon is told to stop."""
    began = wall_clock()
    lines = log.start(sys.stderr)

    def load() -> Config:
        config = place.load(call)
        lines.hide(config)
        return config

    async def ready(engine: Engine) -> None:
        await _everyone_polled(engine)
        # Whoever looked may have had enough; the console channel finds that out for itself.
        with suppress(BrokenPipeError):
            await _show(engine, began, as_json=call.as_json)

    config = load()
    try:
        daemon = Daemon(config, load, ready, way_out(call))
    except AlreadyRunning as error:
        say(str(error))
        end(Exit.HELD)
    _log.info(
        "watch.started pid=%s config=%s database=%s sources=%s rules=%s", os.getpid(),
        config.directory, config.settings.database, len(config.sources), len(config.rules),
    )  # fmt: skip
    daemon.run()


async def _everyone_polled(engine: Engine) -> None:
    """Until every source that was due has been polled, or 30 s went by."""
    now = engine.clock()
    try:
        async with asyncio.timeout(READY_SECONDS):
            while True:
                waiting = await engine.store.read(lambda tx: views.waiting_for_poll(tx, now))
                if not waiting:
                    return
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        return


async def _show(engine: Engine, began: int, *, as_json: bool) -> None:
    config = engine.config
    when = When.of(config.settings, engine.clock())
    rules = [rule.id for rule in config.rules]
    watched = await engine.store.read(summary.gather)
    if as_json:
        for row in watched.sources:
            out.emit(shapes.source(row))
        return
    sight = await engine.store.read(lambda tx: summary.gather_first_sight(tx, rules, began))
    out.lines(*summary.ready(config, when), *summary.source_table(watched, when))
    out.lines(*summary.troubles(watched, when))
    if sight.items:
        out.lines(*summary.first_sight(sight, rules, when), *summary.hints(sight))
    else:
        totals = await engine.store.read(views.counts)
        out.lines(*summary.again(totals))
