"""Processes in which hostile bytes are read, so that what hangs, swells or crashes is only killed.

A pool of spawned processes with limits: wall time and processor time for each call, address space
for each process.  None outlives its parent.  Knows nothing of what it runs.

Started as a script, the parent's `__main__` is imported once more in each worker, under another
name: it must keep its work behind `if __name__ == "__main__"`, as console scripts do.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from monitor import garbage
from monitor.errors import ReadError, ReadReason, WirewatchError

T = TypeVar("T")

# Measured as address space: 60 MiB with all our parsers loaded, 80 MiB where `__main__` is the
# scrapy command, 180 MiB at the peak of a feed of 10 MiB and 20,000 entries.
MEMORY_BYTES = 512 * 1024 * 1024
# Libraries leak, and the heap of a long-lived process frays.
_CALLS_OF_A_WORKER = 1000
# Twice what the slowest real page took.  What a document may still take then is seldom real.
QUICK_SECONDS = 2.0
# So that all lanes and the process that reads with them stay under 512 MiB together.  What needs
# more than the slow lane has takes longer than its ten seconds, too.
QUICK_MEMORY_BYTES = 128 * 1024 * 1024
SLOW_MEMORY_BYTES = 200 * 1024 * 1024
# Six calls that hang before it; who waits longer would outlive the lease on its work.
SLOW_PATIENCE_SECONDS = 60.0
# feedparser leaves a document's elements in cycles, some 200 MB after a call of seconds.
_UNTIDY_SECONDS = 0.2
_UNPACKED_AT_ONCE = 1 << 20  # bytes: a hundredth of a second
_OUT_OF_MEMORY = 77  # exit code
# For starting a process on a busy machine; a call that has no answer by then was lost in the pool.
_START_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Workers:
    """Runs functions in other processes, at most `count` at a time; others wait their turn.

    The processes start with the first call.  Belongs to one event loop.
    """

    def __init__(self, count: int = 2, memory_bytes: int = MEMORY_BYTES) -> None:
        self._count = count
        self._memory_bytes = memory_bytes
        self._turns = asyncio.Semaphore(count)
        self._pool: ProcessPool | None = None

    async def run(self, fn: Callable[..., T], *args: object, wall_seconds: float) -> T:
        """`fn(*args)` as computed by a worker; function, arguments and result must pickle.

        Errors of ours come through as they were raised.  Raises ReadError: PARSE_TIMEOUT when it
        ran longer than `wall_seconds`, PARSE_MEMORY, or PARSE_CRASH for everything else.
        """
        async with self._turns:
            pool = await self._running_pool()
            answer = asyncio.wrap_future(
                pool.schedule(_call, args=(wall_seconds, fn, *args), timeout=wall_seconds)
            )
            try:
                await asyncio.wait((answer,), timeout=wall_seconds + _START_SECONDS)
                if not answer.done():
                    await self._discard(pool)
                    raise _too_long(wall_seconds)
            finally:
                answer.cancel()  # of a call that nobody waits for any more: its worker is killed
            error = answer.exception()
            if isinstance(error, WirewatchError):
                raise error
            if error is not None:
                raise _read_error(error, wall_seconds) from error
            result: T = await _unpacked(answer.result())
            return result

    async def close(self) -> None:
        """End all workers at once, and what still runs in them: no answer of theirs comes."""
        if self._pool is not None:
            await self._discard(self._pool)

    async def _running_pool(self) -> ProcessPool:
        # A pool breaks for good when an idle worker is killed from outside.
        if self._pool is not None and not self._pool.active:
            await self._discard(self._pool)
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._count,
                max_tasks=_CALLS_OF_A_WORKER,
                initializer=_confine,
                initargs=(os.getpid(), self._memory_bytes),
                context=multiprocessing.get_context("spawn"),
            )
        return self._pool

    async def _discard(self, pool: ProcessPool) -> None:
        if self._pool is pool:
            self._pool = None
        await asyncio.to_thread(_stop, pool)


class Lanes:
    """Workers whom a few documents that hang do not keep from all others.

    A call that takes longer than `quick_seconds` or much memory is stopped, and begun again where
    only such calls wait for each other.
    """

    def __init__(self, quick_seconds: float = QUICK_SECONDS) -> None:
        self._quick_seconds = quick_seconds
        self._quick = Workers(2, QUICK_MEMORY_BYTES)
        self._slow = Workers(1, SLOW_MEMORY_BYTES)
        self._slow_turn = asyncio.Semaphore(1)

    async def run(self, fn: Callable[..., T], *args: object, wall_seconds: float) -> T:
        """As `Workers.run`; `fn` may run twice.  PARSE_TIMEOUT as well when the slow lane is full
        for SLOW_PATIENCE_SECONDS."""
        quick_seconds = min(self._quick_seconds, wall_seconds)
        try:
            return await self._quick.run(fn, *args, wall_seconds=quick_seconds)
        except ReadError as error:
            if error.reason not in (ReadReason.PARSE_TIMEOUT, ReadReason.PARSE_MEMORY):
                raise
        try:
            await asyncio.wait_for(self._slow_turn.acquire(), SLOW_PATIENCE_SECONDS)
        except TimeoutError:
            raise _too_long(quick_seconds) from None
        try:
            return await self._slow.run(fn, *args, wall_seconds=wall_seconds)
        finally:
            self._slow_turn.release()

    async def close(self) -> None:
        """As `Workers.close`."""
        await asyncio.gather(self._quick.close(), self._slow.close())


async def _unpacked(packed: bytes) -> Any:  # noqa: ANN401 - whatever the function returned
    if len(packed) <= _UNPACKED_AT_ONCE:
        return pickle.loads(packed)
    return await asyncio.to_thread(pickle.loads, packed)


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _read_error(error: BaseException, wall_seconds: float) -> ReadError:
    if isinstance(error, TimeoutError):
        return _too_long(wall_seconds)
    if isinstance(error, ProcessExpired) and error.exitcode == _OUT_OF_MEMORY:
        detail = "Reading took more memory than a worker may have."
        return ReadError(ReadReason.PARSE_MEMORY, detail)
    if isinstance(error, ProcessExpired):
        return _crash(f"ended its process ({_end(error.exitcode)})")
    return _crash(f"failed: {type(error).__name__}: {error}")


def _too_long(wall_seconds: float) -> ReadError:
    detail = f"Reading took longer than {wall_seconds:g} s and was stopped."
    return ReadError(ReadReason.PARSE_TIMEOUT, detail)


def _crash(what: str) -> ReadError:
    return ReadError(ReadReason.PARSE_CRASH, f"Reading {what[:500]}.")


def _end(exitcode: int) -> str:
    try:
        return signal.Signals(-exitcode).name
    except ValueError:
        return f"exit code {exitcode}"


# --- in the worker --------------------------------------------------------------------------------


def _confine(parent: int, memory_bytes: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it could be watched
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is the parent's
    # pebble's Python handler would wait for the end of whatever C code hangs.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    garbage.look_less_often()  # a document's elements are let go of without it


def _call(wall_seconds: float, fn: Callable[..., object], *args: object) -> bytes:
    # The limit counts from the start of the process and is the kernel's: it holds even when the
    # parent is stopped and kills nobody.
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime + 2 * wall_seconds + 5
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), most))
    began = time.monotonic()
    try:
        with _Edge():  # packing takes memory, too
            return pickle.dumps(fn(*args), pickle.HIGHEST_PROTOCOL)
    finally:
        if time.monotonic() - began > _UNTIDY_SECONDS:
            gc.collect()


class _Edge(AbstractContextManager["_Edge"]):
    """Lets out only errors that survive the way to the parent: any other breaks the whole pool."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            return
        if isinstance(error, MemoryError):
            os._exit(_OUT_OF_MEMORY)  # there may be none left even to say so
        _let_go(error)
        if isinstance(error, WirewatchError) and _survives(error):
            return
        raise _crash(f"failed: {type(error).__name__}: {error}") from None


def _let_go(error: BaseException | None) -> None:
    """Forget the document: the pool keeps an error until the next call has ended, and the error
    all that was at hand where it was raised."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _survives(error: WirewatchError) -> bool:
    try:
        return type(pickle.loads(pickle.dumps(error))) is type(error)
    except (pickle.PickleError, TypeError, AttributeError, ValueError):
        return False
