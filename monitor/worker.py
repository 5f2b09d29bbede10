"""One process of `workers`, seen from its parent: `confined` is its other end."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import Self

from monitor.confined import LENGTH, load

_START_SECONDS = 30.0  # to import all that a call needs
_STARVED = 5  # times its limit, a call may wait where others have the processor
_CPU_CLOCK = 2  # what clock_getcpuclockid(3) makes of a process's id
# Not multiprocessing's: that has one more process watch over what we do not use, and loads the
# parent's commands into each.
_PROGRAM = """
import json, sys
sys.path = json.loads(sys.argv.pop())
from monitor.confined import main
main()
"""


class Worker:
    """The process, and the line that leads to it."""

    def __init__(
        self, process: subprocess.Popen[bytes], transport: asyncio.Transport, ear: _Ear
    ) -> None:
        self.calls = 0
        self.homes: set[str] = set()  # modules that it has loaded
        self._process = process
        self._transport = transport
        self._ear = ear

    @classmethod
    async def start(cls, memory_bytes: int) -> Self:
        here, there = socket.socketpair()
        with there:
            # In the loop's own thread: the kernel ends it with the thread that started it.
            process = _started(there, memory_bytes)
        loop = asyncio.get_running_loop()
        return cls(process, *await loop.create_connection(_Ear, sock=here))

    async def load(self, home: str) -> None:
        """Ahead of the first call that needs it, whose time it would take: what a module imports
        can take seconds.  What is wrong with it the call says.  Raises as `ask`."""
        if home not in self.homes:
            await self.ask(pickle.dumps((_START_SECONDS, load, (home,))), _START_SECONDS)
            self.homes.add(home)

    async def ask(self, request: bytes, wall_seconds: float) -> memoryview:
        """Raises EOFError where the process ends meanwhile, TimeoutError."""
        self.calls += 1
        answer = self._ear.listen()
        self._transport.writelines((LENGTH.pack(len(request)), request))
        try:
            return await self._heard_within(wall_seconds, answer)
        finally:
            answer.cancel()

    async def _heard_within(self, seconds: float, answer: asyncio.Future[memoryview]) -> memoryview:
        """Of what it computes: one that others keep from computing is no document that hangs, and
        to begin anew would take still more of a machine that has too much to do."""
        began = _computed_seconds(self._process.pid)
        for _ in range(_STARVED):
            await asyncio.wait((answer,), timeout=seconds)
            if answer.done():
                return answer.result()
            if _computed_seconds(self._process.pid) - began > seconds / 2:
                break
        raise TimeoutError

    def is_gone(self) -> bool:
        return self._ear.has_ended

    async def end(self) -> int:
        """Kill it; returns how it ended."""
        self._process.kill()
        self._transport.close()
        return await asyncio.to_thread(self._process.wait)


class _Ear(asyncio.Protocol):
    """Hears a worker's answers, one at a time."""

    def __init__(self) -> None:
        self.has_ended = False
        self._heard = bytearray()
        self._answer: asyncio.Future[memoryview] | None = None

    def listen(self) -> asyncio.Future[memoryview]:
        """The next answer; EOFError where the process ends before."""
        self._answer = answer = asyncio.get_running_loop().create_future()
        if self.has_ended:
            answer.set_exception(EOFError())
        return answer

    def data_received(self, piece: bytes) -> None:
        self._heard += piece
        size, heard = LENGTH.size, self._heard
        if len(heard) < size or len(heard) - size < LENGTH.unpack_from(heard)[0]:
            return
        self._heard = bytearray()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(memoryview(heard)[size:])
        self._answer = None

    def connection_lost(self, _: Exception | None) -> None:
        self.has_ended = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(EOFError())


def _started(there: socket.socket, memory_bytes: int) -> subprocess.Popen[bytes]:
    given = (there.fileno(), os.getpid(), memory_bytes, json.dumps(sys.path))
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *map(str, given)],
        stdin=subprocess.DEVNULL, pass_fds=(there.fileno(),),
    )  # fmt: skip


def _computed_seconds(pid: int | None) -> float:
    """Of a process; where the system does not say so, as if it had the processor to itself."""
    if sys.platform == "linux" and pid is not None:
        with suppress(OSError):
            return time.clock_gettime(~pid << 3 | _CPU_CLOCK)
    return time.monotonic()
