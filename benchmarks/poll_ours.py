"""Wirewatch as `poll` and `idle` run it: the daemon, from files, in a directory of its own.

Every feed is a host of its own, mapped to the server with `resolve:`, as Wirewatch leaves 2 s
between two requests to a host.  Makes sources due by a statement in the database; all else is seen
from outside.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import poll_feeds
from poll_server import Asked, Newsstand
from poll_watch import Memory, Watch, tree

LOOK_SECONDS = 0.01
START_SECONDS = 120.0
STALL_SECONDS = 60.0  # nothing was polled for so long
SEND_SECONDS = 600.0
SETTLE_SECONDS = 180.0
TREE = Path(__file__).resolve().parent.parent
DELAY_SECONDS = 2.0  # `delay` of monitor.yaml as shipped: no host is asked again before

_MONITOR = """\
database: bench.db
allow: [127.0.0.0/8]
resolve:
{resolve}
"""
_SOURCES = """\
defaults:
  every: {every}
  article: false
sources:
{sources}
"""
_ROUTES = """\
channels:
  console: {console: {}}
route:
  to: [console]
"""


class Broken(Exception):
    """The program under test did not do what is measured."""


@dataclass(frozen=True)
class Poll:
    """One round over all feeds.  `index_seconds`: where making the index is a step of its own."""

    seconds: float
    cpu_seconds: float
    memory: Memory
    asked: Asked
    index_seconds: float = 0.0


def write_files(directory: Path, feeds: int, port: int, every: str = "1d") -> None:
    numbers = range(feeds)
    resolve = (f'  {poll_feeds.host(n)}: "127.0.0.1:{port}"' for n in numbers)
    sources = (f"  - id: f{n:05}\n    url: http://{poll_feeds.host(n)}/feed.xml" for n in numbers)
    for name, text in {
        "monitor.yaml": _MONITOR.format(resolve="\n".join(resolve)),
        "sources.yaml": _SOURCES.format(every=every, sources="\n".join(sources)),
        "rules.yaml": poll_feeds.rules(),
        "routes.yaml": _ROUTES,
    }.items():
        (directory / name).write_text(text, "utf-8")


class Daemon:
    """`wirewatch watch` on one core; its log in `daemon.log`."""

    def __init__(self, directory: Path, core: int, checkout: Path = TREE) -> None:
        self.database = directory / "bench.db"
        self.log = directory / "daemon.log"
        with self.log.open("w") as log, (directory / "console.out").open("w") as console:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "monitor.cli", "watch", "--config", str(directory)],
                cwd=checkout,
                stdin=subprocess.DEVNULL, stdout=console, stderr=log,
                preexec_fn=lambda: os.sched_setaffinity(0, {core}),
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self.process.pid

    def open(self) -> sqlite3.Connection:
        """The daemon's database, once it has its tables.  Raises Broken."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            self.check()
            if self.database.exists():
                db = sqlite3.connect(self.database, timeout=30, isolation_level=None)
                if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'polls'").fetchone():
                    return db
                db.close()
            time.sleep(LOOK_SECONDS)
        raise Broken(f"no database within {START_SECONDS:g} s")

    def check(self) -> None:
        """Raises Broken when it has ended."""
        if self.process.poll() is not None:
            raise Broken(f"wirewatch ended {self.process.returncode}: {self.tail()}")

    def tail(self) -> str:
        return self.log.read_text()[-1500:]

    def polled(self, db: sqlite3.Connection, last: int) -> float:
        """When (epoch seconds) poll number `last` and the index of its items were committed."""
        polled, moved_at = 0, time.monotonic()
        while time.monotonic() < moved_at + STALL_SECONDS:
            now = db.execute("SELECT max(poll_id) FROM polls").fetchone()[0] or 0
            if now >= last and not is_indexing(db):
                return time.time()
            if now > polled:
                polled, moved_at = now, time.monotonic()
            self.check()
            time.sleep(LOOK_SECONDS)
        raise Broken(f"stalled after {polled} of {last} polls: {self.tail()}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def has_index(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchone())


def is_indexing(db: sqlite3.Connection) -> bool:
    left = "SELECT 1 FROM items WHERE texts = 0 LIMIT 1"
    return has_index(db) and db.execute(left).fetchone() is not None


class Wirewatch:
    """The daemon with feeds that are made due, all at once, for each poll."""

    def __init__(self, directory: Path, stand: Newsstand, core: int, checkout: Path) -> None:
        self._stand = stand
        self.version = "as checked out"
        directory.mkdir()
        write_files(directory, stand.feeds, stand.port)
        self._daemon = Daemon(directory, core, checkout)
        self._db: sqlite3.Connection | None = None
        self._last_at = 0.0

    def poll(self, items: int) -> Poll:
        """From the first request to the last COMMIT.  `items`: so many will be stored, all told."""
        first = self._db is None
        db = self._db = self._db or self._daemon.open()
        before = 0 if first else db.execute("SELECT max(poll_id) FROM polls").fetchone()[0]
        if not first:
            time.sleep(max(0.0, self._last_at + DELAY_SECONDS - time.time()))
        with Watch(self._daemon.pid) as watch:
            if not first:
                db.execute("UPDATE sources SET next_poll_at = 0")
            ended_at = self._daemon.polled(db, before + self._stand.feeds)
        asked = self._stand.asked()
        self._last_at = asked.last_at
        self._judge(db, before, items)
        self._until_sent(db)
        return Poll(ended_at - asked.first_at, watch.cpu_seconds, watch.most, asked)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It does nothing meanwhile: what it does in the background would take others' core."""
        processes = tree(self._daemon.pid)
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in processes:
                with suppress(ProcessLookupError):  # one may have ended
                    os.kill(pid, signal.SIGCONT)
            self._last_at = time.time()  # what it does by the clock is overdue: that first

    def settle(self) -> None:
        """Wait for what it does in the background after many new items, or not too long."""
        end = time.monotonic() + SETTLE_SECONDS
        left = "SELECT 1 FROM items WHERE grouped_at IS NULL LIMIT 1"
        while self._db and self._db.execute(left).fetchone() and time.monotonic() < end:
            time.sleep(1.0)

    def alerts(self) -> int:
        assert self._db is not None
        count: int = self._db.execute("SELECT count(*) FROM alerts").fetchone()[0]
        return count

    def is_indexed(self) -> bool:
        """Whether a full-text index holds each item of a few words."""
        assert self._db is not None
        if not has_index(self._db):
            return False
        asked = [poll_feeds.phrase(rule).split()[0] for rule in range(10)]
        return all(self._found(self._db, word) for word in asked)

    def _found(self, db: sqlite3.Connection, word: str) -> bool:
        """An index may hold a word of the same letters in another form, too, so: at least."""
        there = "SELECT count(*) FROM items WHERE title LIKE ? OR title LIKE ?"
        found = "SELECT count(*) FROM words WHERE words MATCH ?"
        count = db.execute(there, [f"{word} %", f"% {word} %"]).fetchone()[0]
        return bool(db.execute(found, [f'"{word}"']).fetchone()[0] >= count)

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
        self._daemon.stop()

    def _judge(self, db: sqlite3.Connection, before: int, items: int) -> None:
        """Raises Broken unless every feed was polled well and `items` are there."""
        bad = "SELECT count(*), min(detail) FROM polls WHERE poll_id > ? AND outcome = 'failed'"
        failed, detail = db.execute(bad, [before]).fetchone()
        stored = db.execute("SELECT count(*) FROM items").fetchone()[0]
        if failed or stored != items:
            raise Broken(f"{failed} polls failed ({detail}); {stored} items instead of {items}")

    def _until_sent(self, db: sqlite3.Connection) -> None:
        """What is owed is sent before the next round begins."""
        end = time.monotonic() + SEND_SECONDS
        while db.execute("SELECT 1 FROM deliveries WHERE state = 'waiting' LIMIT 1").fetchone():
            if time.monotonic() > end:
                raise Broken("alerts are still waiting to be sent")
            time.sleep(LOOK_SECONDS * 10)
