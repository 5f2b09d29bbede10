"""`doctor`: everything Wirewatch needs, checked one by one, each with what to do."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from tzlocal import get_localzone_name

from monitor import channels
from monitor.cli import out, place, status, summary
from monitor.cli.base import Call, Exit
from monitor.cli.status import Status
from monitor.clock import wall_clock
from monitor.config import may_be
from monitor.engine import Engine
from monitor.errors import ConfigError, SendError, StoreError
from monitor.health import lasting
from monitor.settings import Config, Settings
from monitor.store import checks
from monitor.store.db import Row

CHECK_SECONDS = 30.0
# https://sqlite.org/wal.html#walreset: two connections that checkpoint at once may lose a commit.
WAL_RESET_MENDED = (3, 51, 3)
_MIB = 1024 * 1024
_LEAST_FREE = 500 * _MIB
_LARGE = 5 * 1024 * _MIB
_IN_C = ("monitor.text._passes", "monitor.rules._runs")


class Verdict(StrEnum):
    OK = "ok"
    NOTE = "note"  # worth knowing, nothing to do
    MEND = "MEND"


@dataclass(frozen=True, slots=True)
class Finding:
    about: str
    verdict: Verdict
    words: str


def run(call: Call) -> Exit:
    """Ends 1 when something needs doing."""
    mended = True
    for finding in _examine(call):
        mended &= finding.verdict is not Verdict.MEND
        if call.as_json:
            out.emit({"check": finding.about, "verdict": finding.verdict.value.lower(),
                      "detail": finding.words})  # fmt: skip
        else:
            out.lines(*out.hanging(f"{finding.verdict:4}  {finding.about:9}  ", finding.words))
    return Exit.OK if mended else Exit.FAILED


def _examine(call: Call) -> Iterator[Finding]:
    """Each finding as soon as it is there: some take a while."""
    yield from machine(sys.version_info[:3], checks.sqlite_version())
    yield compiled(all(map(find_spec, _IN_C)))
    config, found = _configuration(call)
    yield from found
    try:
        settings = config.settings if config else place.settings(call)
    except ConfigError:
        return
    yield from _zone(settings)
    yield from _contact(settings)
    yield from _silence(settings, config)
    yield from _disk(settings.database)
    yield from _database(settings.database)
    if config is not None:
        yield from asyncio.run(_channels(config))


def machine(python: tuple[int, ...], sqlite: tuple[int, ...]) -> Iterator[Finding]:
    ours, theirs = ".".join(map(str, python)), ".".join(map(str, sqlite))
    good = Verdict.OK if python >= (3, 11) else Verdict.MEND
    yield Finding("python", good, f"{ours} on {platform.system()} {platform.release()}")
    if sqlite >= WAL_RESET_MENDED:
        yield Finding("sqlite", Verdict.OK, theirs)
    else:
        mended = ".".join(map(str, WAL_RESET_MENDED))
        yield Finding(
            "sqlite", Verdict.NOTE,
            f"{theirs}: before {mended} a rare fault (WAL reset) can lose a commit when two "
            "processes write; back up, and take a newer SQLite when your system has one",
        )  # fmt: skip


def compiled(is_built: bool) -> Finding:
    if is_built:
        return Finding("in C", Verdict.OK, "the loops over every text")
    return Finding(
        "in C", Verdict.NOTE,
        "nothing: matching takes two to six times as long. With a C compiler and Python's "
        "headers (apt-get install gcc python3-dev, or the like), install Wirewatch again",
    )  # fmt: skip


def _configuration(call: Call) -> tuple[Config | None, list[Finding]]:
    where = place.directory(call)
    try:
        config = place.load(call)
    except ConfigError as error:
        wrong = [Finding("config", Verdict.MEND, str(m)) for m in error.mistakes]
        try:
            place.look(call)
        except ConfigError:
            return None, wrong
        hint = "Only this shell lacks them? Then look at a channel with: wirewatch channels test"
        return None, [*wrong, Finding("config", Verdict.NOTE, hint)]
    words = (
        f"{where}: {out.of(len(config.sources), 'source')}, {out.of(len(config.rules), 'rule')}, "
        f"{out.of(len(config.channels), 'channel')}"
    )
    return config, [Finding("config", Verdict.OK, words)]


def _zone(settings: Settings) -> Iterator[Finding]:
    if settings.display_timezone:
        yield Finding("time zone", Verdict.OK, f"{settings.display_timezone} (display_timezone)")
        return
    local = get_localzone_name()
    if local:
        yield Finding("time zone", Verdict.OK, f"{local} (the machine's)")
    else:
        words = "the machine's has no name, times are UTC; write display_timezone in monitor.yaml"
        yield Finding("time zone", Verdict.NOTE, words)


def _contact(settings: Settings) -> Iterator[Finding]:
    if settings.contact:
        yield Finding("contact", Verdict.OK, settings.contact)
    else:
        words = (
            "write contact: in monitor.yaml, an address or page: a publisher whom Wirewatch "
            "troubles then writes to you instead of blocking it"
        )
        yield Finding("contact", Verdict.MEND, words)


def _silence(settings: Settings, config: Config | None) -> Iterator[Finding]:
    """Whether somebody would notice that nothing is noticed any more."""
    every = settings.canary_seconds
    if every is None:
        words = "off: nothing tries the way from fetch to message; canary: {every: 6h} would"
        yield Finding("canary", Verdict.NOTE, words)
    else:
        yield Finding("canary", Verdict.OK, f"every {lasting(every * 1000)}")
    if settings.heartbeat_url is None:
        words = (
            "none: nobody would miss Wirewatch if it stopped; write heartbeat_url in monitor.yaml, "
            "the address of something that complains when it is not called"
        )
        yield Finding("heartbeat", Verdict.NOTE, words)
    else:
        yield Finding("heartbeat", Verdict.OK, "its address is called after each full cycle")
    if config is not None and len(config.channels) == 1:
        words = f"{config.ops} is the only channel: if it fails, nobody can be told of that"
        yield Finding("ops", Verdict.NOTE, words)


def _disk(database: Path) -> Iterator[Finding]:
    there, free = next(filter(None, map(_room, database.parents)), (Path("/"), 0))
    enough = free >= _LEAST_FREE
    words = f"{free // _MIB:,} MB free at {there}"
    yield Finding("disk", Verdict.OK if enough else Verdict.MEND,
                  words if enough else f"{words}: make room")  # fmt: skip


def _room(directory: Path) -> tuple[Path, int] | None:
    """Bytes free there; None where it is not there yet, or not for us to look at."""
    with suppress(OSError):
        return directory, shutil.disk_usage(directory).free
    return None


def _database(database: Path) -> Iterator[Finding]:
    if not may_be(database.exists):
        yield Finding("database", Verdict.NOTE, f"{database} is not there yet: wirewatch watch")
        return
    now = wall_clock()
    try:
        with place.Archive(database) as archive:
            wrong = archive.read(checks.quick_check)
            state = archive.read(lambda tx: status.gather(tx, now))
            holders = archive.read(lambda tx: list(checks.lease_holders(tx, now)))
    except StoreError as error:
        # What has no cause of SQLite's says itself what to do.
        mend = "; restore it from a backup" if error.__cause__ else ""
        yield Finding("database", Verdict.MEND, f"{error}{mend}")
        return
    size = database.stat().st_size
    words = f"{database}: {size / _MIB:,.1f} MB, {out.of(state.totals['items'], 'item')}"
    if wrong:
        yield Finding("database", Verdict.MEND, f"{database} is damaged: {'; '.join(wrong)}; "
                      "restore it from a backup")  # fmt: skip
    elif size > _LARGE:
        yield Finding("database", Verdict.NOTE, f"{words}: more than 5 GB")
    else:
        yield Finding("database", Verdict.OK, f"{words}, sound")
    yield from _running(state, holders)
    yield from _sources(state)


def _running(state: Status, holders: list[Row]) -> Iterator[Finding]:
    if state.running and state.daemon is not None:
        yield Finding("daemon", Verdict.OK, f"runs, pid {state.daemon['pid']}")
    else:
        yield Finding("daemon", Verdict.MEND, "does not run: wirewatch watch")
    if state.daemon is not None and state.daemon["reload_error"]:
        words = "works by an older configuration, the last reload was refused: wirewatch status"
        yield Finding("daemon", Verdict.MEND, words)
    for row in holders:
        words = (
            f"{row['holder']} works on {out.of(row['sources'], 'source')}, "
            f"{out.of(row['items'], 'article')}, {out.of(row['deliveries'], 'message')}"
        )
        yield Finding("leases", Verdict.NOTE, words)


def _sources(state: Status) -> Iterator[Finding]:
    for one in state.assurance.blind:
        yield Finding("source", Verdict.MEND, f"{one.source_id}: {one.what}")
    if state.watched.sources and not state.assurance.blind:
        yield Finding("sources", Verdict.OK, f"{out.of(len(state.watched.sources), 'source')}")
    for row in state.watched.unread:
        words = f"{row['source_id']}: {summary.unread_words(row)}"
        if row["reason"] == "robots":
            words += "; only the teasers are searched (article: false stops the asking)"
        yield Finding("pages", Verdict.NOTE, words)
    canary = state.assurance.canary
    if canary is not None and canary.stage is not None:
        words = f"the last one fell at {canary.stage}: {canary.detail}"
        yield Finding("canary", Verdict.MEND, words)
    for row in state.paused:
        words = f"{row['channel']} is paused: {row['detail']}; mend it, then: wirewatch reload"
        yield Finding("channel", Verdict.MEND, words)


async def _channels(config: Config) -> list[Finding]:
    """Sign in everywhere at once, sending nothing."""
    engine = Engine(config, f"wirewatch doctor, pid {os.getpid()}")
    try:
        found = await asyncio.gather(*(_channel(engine, name) for name in config.channels))
    finally:
        await engine.close()
    if all(channel.kind == "console" for channel in config.channels.values()):
        words = f"nothing but the console is told: see {config.directory / 'routes.yaml'}"
        found.append(Finding("channels", Verdict.NOTE, words))
    return found


async def _channel(engine: Engine, name: str) -> Finding:
    config = engine.config
    way_out = channels.build(config.channels[name], config.settings, engine.client)
    about = f"{name} ({config.channels[name].kind})"
    try:
        words = await asyncio.wait_for(way_out.check(), CHECK_SECONDS)
    except SendError as error:
        return Finding("channel", Verdict.MEND, f"{about}: {error.detail}")
    except TimeoutError:
        return Finding("channel", Verdict.MEND, f"{about}: no answer in {CHECK_SECONDS:.0f} s")
    return Finding("channel", Verdict.OK, f"{about}: {words}")
