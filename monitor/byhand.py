"""One crawl by hand: which source, under which lease, and what to say when it is done.

Used by `scrapy crawl` and `wirewatch poll`; the daemon leases its own work and says nothing.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from monitor import config
from monitor.engine import Engine
from monitor.errors import ConfigError, LeaseHeld, WirewatchError
from monitor.ingest import Ingested
from monitor.model import Change, DueSource, OutcomeKind, Polled, WantedBody
from monitor.settings import Config, Source

LEASE_WAIT_SECONDS = 30
FAILED, CALLED_WRONGLY, LEASE_NOT_HAD = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Work:
    """What one crawl is to do, leased already."""

    sources: tuple[DueSource, ...] = ()
    bodies: tuple[WantedBody, ...] = ()


class CalledWrongly(WirewatchError):
    """The arguments of a crawl name no source."""


class Session:
    """Opens the engine of a crawl by hand, leases its source, and reports.

    `dry_run` works on a database that is thrown away, so that everything runs and nothing stays.
    """

    def __init__(self, kind: str, arguments: Mapping[str, str]) -> None:
        self._kind = kind
        self._dry = _is_yes(arguments.get("dry_run"))
        self._scratch = tempfile.TemporaryDirectory() if self._dry else None
        loaded = config.load(config.directory(None, os.environ), os.environ)
        if self._scratch is not None:
            database = Path(self._scratch.name) / "dry-run.db"
            loaded = replace(loaded, settings=replace(loaded.settings, database=database))
        self.source = _source(loaded, kind, arguments)
        self.engine = Engine(loaded, f"scrapy crawl, pid {os.getpid()}")
        self._failed = False

    async def claim(self) -> Work:
        """Raises LeaseHeld when the source is not to be had within 30 s."""
        await self.engine.adopt(self.engine.ingest.plan)
        deadline = asyncio.get_running_loop().time() + LEASE_WAIT_SECONDS
        while True:
            try:
                return Work((await self.engine.claim_source(self.source),))
            except LeaseHeld:
                if asyncio.get_running_loop().time() >= deadline:
                    raise
                await asyncio.sleep(1)

    def note(self, polled: Polled, ingested: Ingested) -> None:
        """Say what one unit of work came to."""
        if polled.due is not None:
            self._failed = polled.outcome.kind is OutcomeKind.FAILED
            say(describe(polled, ingested))
            if self._dry:
                self._list(polled)

    def _list(self, polled: Polled) -> None:
        for item in polled.items:
            say(f"  {item.published.iso() if item.published else '-':20}  {item.title}")
        say("dry run: nothing was kept, nobody is told")

    def report(self) -> int:
        return FAILED if self._failed else 0

    async def close(self) -> None:
        await self.engine.finish()
        if self._scratch is not None:
            self._scratch.cleanup()


def describe(polled: Polled, ingested: Ingested) -> str:
    """One line about a poll."""
    outcome = polled.outcome
    if outcome.kind is OutcomeKind.FAILED:
        return f"{polled.source.id}: failed, {outcome.detail or outcome.reason}"
    if outcome.kind is OutcomeKind.NOT_MODIFIED:
        return f"{polled.source.id}: not modified"
    news = ingested.count(Change.NEW)
    return f"{polled.source.id}: {len(polled.items)} items, {news} new, {ingested.alerts} alerts"


def exit_code(error: WirewatchError) -> int:
    if isinstance(error, LeaseHeld):
        return LEASE_NOT_HAD
    return CALLED_WRONGLY if isinstance(error, CalledWrongly | ConfigError) else FAILED


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _source(loaded: Config, kind: str, arguments: Mapping[str, str]) -> Source:
    """The configured source that the arguments name, or one for this crawl alone."""
    source_id, url = arguments.get("source"), arguments.get("url")
    for source in loaded.sources:
        if source.id == source_id or (source_id is None and source.url == url):
            if source.kind != kind:
                raise CalledWrongly(f"{source.id} is a {source.kind}: scrapy crawl {source.kind}")
            return source
    if source_id is not None:
        names = ", ".join(source.id for source in loaded.sources)
        raise CalledWrongly(f"no source {source_id!r} in {loaded.directory}; there are: {names}")
    if url is None:
        raise CalledWrongly(f"name a source: scrapy crawl {kind} -a source=ID, or -a url=URL")
    host = urlsplit(url).hostname or "address"
    return Source(f"adhoc:{host}", kind, url, adhoc=True, tell_all=_is_yes(arguments.get("alert")))


def _is_yes(value: str | None) -> bool:
    return (value or "").lower() in ("1", "true", "yes", "on")
