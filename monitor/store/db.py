"""Transactions and threads: one writer, a few readers, never the event loop.

Everything that writes is a function of a `Tx`.  The writer thread takes what waits, at most
`BATCH` functions, into one BEGIN IMMEDIATE transaction with a savepoint each, and answers only
after COMMIT.  Knows no table.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NoReturn, Protocol, TypeVar, cast

from monitor.errors import StoreError
from monitor.store import migrations
from monitor.store.connection import connect

T = TypeVar("T")

BATCH = 50
PREPARE_SECONDS = 0.15  # of a batch: those who have prepared nothing wait no longer
# Who waits for the lock looks again after so long (SQLite's busy handler), and gets it only then.
BREATH_SECONDS = 0.1
# Pages in memory, three times SQLite's own: every batch reads and writes the ends of all indexes.
WRITER_CACHE_KB = 6000
READERS = 2  # what they run is Python more than waiting; each has caches of its own


class Row(Protocol):
    """One row, by column name."""

    def __getitem__(self, column: str, /) -> Any: ...  # noqa: ANN401 - SQLite decides the type
    def keys(self) -> list[str]: ...


Params = Mapping[str, object]


class Tx:
    """Statements of one transaction.  Cursors are read to their end: an open one blocks COMMIT."""

    def __init__(self, connection: sqlite3.Connection, batch: Tx | None = None) -> None:
        self._connection = connection
        self._batch = batch
        self.put_off: dict[str, list[tuple[int, str]]] = {}

    def all(self, sql: str, **params: object) -> Sequence[Row]:
        return cast("list[Row]", self._connection.execute(sql, params).fetchall())

    def one(self, sql: str, **params: object) -> Row | None:
        rows = self.all(sql, **params)
        return rows[0] if rows else None

    def value(self, sql: str, **params: object) -> Any:  # noqa: ANN401
        """The first column of the first row, None where there is none."""
        rows = self._connection.execute(sql, params).fetchall()
        return rows[0][0] if rows else None

    def run(self, sql: str, **params: object) -> int:
        """Returns how many rows were written."""
        return self._connection.execute(sql, params).rowcount

    def many(self, sql: str, rows: Iterable[Params | Sequence[object]]) -> None:
        self._connection.executemany(sql, rows)

    def at_end(self, sql: str, rows: Iterable[tuple[int, str]]) -> None:
        """Run as `many` before COMMIT, with what other changes put off, in the order of the
        numbers: full-text search writes what it has gathered at every savepoint."""
        self.put_off.setdefault(sql, []).extend(rows)

    def waiting(self, sql: str) -> list[tuple[int, str]]:
        """What was put off of this statement, by this change and by those before it in its
        transaction."""
        before = self._batch.put_off.get(sql, []) if self._batch is not None else []
        return [*before, *self.put_off.get(sql, [])]


@dataclass(slots=True)
class _Job(Generic[T]):
    change: Callable[[Tx], T]
    done: asyncio.Future[T]
    prepare: Callable[[Tx], object] | None = None
    result: T | None = None
    error: BaseException | None = None


class _Undone(Exception):
    """Takes a rehearsal's result past the rollback."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result


class Store:
    """The open database.  `read` and `write` are awaited from any event loop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(connect(path)) as db:
                migrations.apply(db)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot open the database {path}: {error}") from error
        self._writer = threading.Thread(target=self._write_loop, name="store-write", daemon=True)
        self._writer.start()

    async def write(
        self, change: Callable[[Tx], T], prepare: Callable[[Tx], object] | None = None
    ) -> T:
        """Run `change` in a transaction; returns after COMMIT.

        What `change` raises undoes its own work alone and is raised here.  `prepare` runs before,
        in the same thread but outside the transaction, which others wait for: it may read.
        """
        job: _Job[T] = _Job(change, asyncio.get_running_loop().create_future(), prepare)
        self._jobs.put(job)
        return await job.done

    async def rehearse(self, change: Callable[[Tx], T]) -> T:
        """As `write`, but undone before anybody can see it."""

        def undone(tx: Tx) -> NoReturn:
            raise _Undone(change(tx))

        try:
            await self.write(undone)
        except _Undone as done:
            return cast("T", done.result)

    async def write_bit_by_bit(
        self, change: Callable[[Tx], bool], go_on: Callable[[int], bool]
    ) -> None:
        """Run `change` until it says that nothing is left, or `go_on` stops it after so many
        transactions; in between another process may write."""
        rounds = 0
        while go_on(rounds) and await self.write(change):
            rounds += 1
            await asyncio.sleep(BREATH_SECONDS)

    async def read(self, query: Callable[[Tx], T]) -> T:
        """Run `query` in a reader thread, in one snapshot of the database."""
        return await asyncio.wrap_future(self._readers.submit(self._read, query))

    def _read(self, query: Callable[[Tx], T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        try:
            if connection is None:
                connection = self._local.connection = connect(self.path)
                self._open.append(connection)
                connection.execute("PRAGMA query_only = 1")
            connection.execute("BEGIN")
            try:
                return query(Tx(connection))
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise StoreError(f"the database could not be read: {error}") from error

    async def close(self) -> None:
        """Finish what was handed in, then close."""
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._open:
            connection.close()

    def _write_loop(self) -> None:
        with closing(connect(self.path)) as db:
            # Every page as it was before a savepoint goes to a file else.
            db.execute("PRAGMA temp_store = MEMORY")
            db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KB}")
            while jobs := self._take():
                try:
                    self._run_batch(db, jobs)
                except sqlite3.Error as error:
                    with suppress(sqlite3.Error):
                        db.execute("ROLLBACK")
                    refused = StoreError(f"the database could not be written: {error}")
                    refused.__cause__ = error
                    for job in jobs:
                        job.error = refused
                _answer(jobs)

    def _take(self) -> list[_Job[Any]]:
        """Wait for one job, then take along what else waits, ready to be run.  Empty: closing."""
        job = self._jobs.get()
        if job is None:
            return []
        jobs = [job]
        enough_at = time.monotonic() + PREPARE_SECONDS
        self._prepare(job)
        while len(jobs) < BATCH and time.monotonic() < enough_at:
            try:
                more = self._jobs.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self._jobs.put(None)
                break
            self._prepare(more)
            jobs.append(more)
        return jobs

    def _prepare(self, job: _Job[Any]) -> None:
        if job.prepare is None:
            return
        try:
            self._read(job.prepare)
        # As in the transaction: it belongs to the caller.
        except Exception as error:  # noqa: BLE001
            job.error = error

    def _run_batch(self, db: sqlite3.Connection, jobs: list[_Job[Any]]) -> None:
        db.execute("BEGIN IMMEDIATE")
        whole = Tx(db)
        for job in jobs:
            if job.error is not None:
                continue
            tx = Tx(db, whole)
            db.execute("SAVEPOINT job")
            try:
                job.result = job.change(tx)
                for sql, rows in tx.put_off.items():
                    whole.at_end(sql, rows)
            except sqlite3.Error as error:
                db.execute("ROLLBACK TO job")
                job.error = StoreError(f"the database refused a change: {error}")
                job.error.__cause__ = error
            # Whatever a caller's function raises belongs to that caller, not to this thread.
            except Exception as error:  # noqa: BLE001
                db.execute("ROLLBACK TO job")
                job.error = error
            db.execute("RELEASE job")
        for sql, rows in whole.put_off.items():
            whole.many(sql, sorted(rows))
        db.execute("COMMIT")


def _answer(jobs: Sequence[_Job[Any]]) -> None:
    """Wake each event loop once, however many wait in it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job[Any]]] = {}
    for job in jobs:
        by_loop.setdefault(job.done.get_loop(), []).append(job)
    for loop, of_loop in by_loop.items():
        with suppress(RuntimeError):  # it was closed, and nobody waits any more
            loop.call_soon_threadsafe(_settle, of_loop)


def _settle(jobs: Sequence[_Job[Any]]) -> None:
    for job in jobs:
        if job.done.cancelled():
            continue
        if job.error is not None:
            job.done.set_exception(job.error)
        else:
            job.done.set_result(job.result)
