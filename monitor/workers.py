"""Processes in which hostile bytes are read, so that what hangs, swells or crashes is only killed.

A pool of processes with limits: wall time and processor time for each call, address space for each
process.  None outlives its parent.  Knows nothing of what it runs, but that it finds it by the name
of its module: what the parent's `__main__` defines is not there.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import Any, TypeVar, cast

from monitor.confined import OUT_OF_MEMORY, crash
from monitor.errors import ReadError, ReadReason
from monitor.worker import Worker

T = TypeVar("T")

# Measured as address space: 60 MiB with all our parsers loaded, 180 MiB at the peak of a feed of
# 10 MiB and 20,000 entries.
MEMORY_BYTES = 512 * 1024 * 1024
# Libraries leak, and the heap of a long-lived process frays: over hundreds of odd feeds it grows
# from 60 to 100 MB, and no more then; over plain ones, by thousands, it does not.
_CALLS_OF_A_WORKER = 5000
# Then what it has loaded is not worth its memory: 22 MB, 35 once it has read an article.  To begin
# anew takes half a second of computing, as much as to poll thirty feeds.
_REST_SECONDS = 300.0
# Twice what the slowest real page took.  What a document may still take then is seldom real.
QUICK_SECONDS = 2.0
# So that all lanes and the process that reads with them stay under 512 MiB together.  What needs
# more than the slow lane has takes longer than its ten seconds, too.
QUICK_MEMORY_BYTES = 128 * 1024 * 1024
SLOW_MEMORY_BYTES = 200 * 1024 * 1024
# Six calls that hang before it; who waits longer would outlive the lease on its work.
SLOW_PATIENCE_SECONDS = 60.0
_UNPACKED_AT_ONCE = 1 << 20  # bytes: a hundredth of a second


class Workers:
    """Runs functions in other processes, at most `count` at a time; others wait their turn.

    The processes start when they are needed, and one that nobody needs for `rest_seconds` ends.
    Belongs to one event loop.
    """

    def __init__(
        self, count: int = 2, memory_bytes: int = MEMORY_BYTES, rest_seconds: float = _REST_SECONDS
    ) -> None:
        self._memory_bytes = memory_bytes
        self._rest_seconds = rest_seconds
        self._turns = asyncio.Semaphore(count)
        self._running: set[Worker] = set()
        self._idle: dict[Worker, asyncio.TimerHandle] = {}  # with its end, if nobody needs it
        self._ending: set[asyncio.Future[int]] = set()

    async def run(self, fn: Callable[..., T], *args: object, wall_seconds: float) -> T:
        """`fn(*args)` as computed by a worker; function, arguments and result must pickle.

        Errors of ours come through as they were raised.  Raises ReadError: PARSE_TIMEOUT when it
        ran longer than `wall_seconds` (five times that where it had to wait for the processor),
        PARSE_MEMORY, or PARSE_CRASH for everything else.
        """
        request = pickle.dumps((wall_seconds, fn, args), pickle.HIGHEST_PROTOCOL)
        async with self._turns:
            answer = await self._ask(request, wall_seconds, _home(fn))
        result, error = await _unpacked(answer)
        if error is not None:
            raise error
        return cast("T", result)

    async def close(self) -> None:
        """End all workers at once, and what still runs in them: that has crashed."""
        running = (self._end(worker) for worker in tuple(self._running))
        await asyncio.gather(*running, *self._ending)

    async def _ask(self, request: bytes, wall_seconds: float, home: str) -> memoryview:
        answer = None
        worker = await self._free(home)
        try:
            await worker.load(home)
            answer = await worker.ask(request, wall_seconds)
        except TimeoutError:
            raise _too_long(wall_seconds) from None
        except EOFError:
            raise _ended(await self._end(worker)) from None
        finally:
            if answer is None or worker.calls >= _CALLS_OF_A_WORKER:
                await self._end(worker)
            else:
                self._let_rest(worker)
        return answer

    def _let_rest(self, worker: Worker) -> None:
        loop = asyncio.get_running_loop()
        self._idle[worker] = loop.call_later(self._rest_seconds, self._let_go, worker)

    def _let_go(self, worker: Worker) -> None:
        del self._idle[worker]
        ending = asyncio.ensure_future(self._end(worker))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _free(self, home: str) -> Worker:
        while self._idle:
            worker = self._apt(home)
            self._idle.pop(worker).cancel()
            if not worker.is_gone():
                return worker
            await self._end(worker)
        worker = await Worker.start(self._memory_bytes)
        self._running.add(worker)
        return worker

    def _apt(self, home: str) -> Worker:
        """Of the idle ones that have loaded it the one that has loaded least, so that what reads
        articles is let go of where there are none.  Of equal ones the last: the others may end."""
        return min(reversed(self._idle), key=lambda one: (home not in one.homes, len(one.homes)))

    async def _end(self, worker: Worker) -> int:
        self._running.discard(worker)
        if worker in self._idle:
            self._idle.pop(worker).cancel()
        return await worker.end()


class Lanes:
    """Workers whom a few documents that hang do not keep from all others.

    A call that takes longer than `quick_seconds` or much memory is stopped, and begun again where
    only such calls wait for each other.
    """

    def __init__(self, quick_seconds: float = QUICK_SECONDS) -> None:
        self._quick_seconds = quick_seconds
        # A second one on one processor makes nothing faster, and costs what it has loaded.
        self._quick = Workers(min(2, _cores()), QUICK_MEMORY_BYTES)
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


def _cores() -> int:
    """Those that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _home(fn: Callable[..., object]) -> str:
    """The module that a worker loads for it."""
    return str(getattr(getattr(fn, "func", fn), "__module__", ""))


async def _unpacked(packed: memoryview) -> Any:  # noqa: ANN401 - whatever the function returned
    if len(packed) <= _UNPACKED_AT_ONCE:
        return pickle.loads(packed)
    return await asyncio.to_thread(pickle.loads, packed)


def _ended(exitcode: int) -> ReadError:
    if exitcode == OUT_OF_MEMORY:
        detail = "Reading took more memory than a worker may have."
        return ReadError(ReadReason.PARSE_MEMORY, detail)
    return crash(f"ended its process ({_end(exitcode)})")


def _too_long(wall_seconds: float) -> ReadError:
    detail = f"Reading took longer than {wall_seconds:g} s and was stopped."
    return ReadError(ReadReason.PARSE_TIMEOUT, detail)


def _end(exitcode: int) -> str:
    try:
        return signal.Signals(-exitcode).name
    except ValueError:
        return f"exit code {exitcode}"
