"""The daemon under test as a process: started, killed, stopped, and counted afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.demo.journal import wall_clock
from tests.rig.children import ROOT
from tests.rig.processes import Process, family, remaining


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What became of a dead daemon's family: gone after `seconds`, or `left` at the end."""

    left: frozenset[Process]
    seconds: float


class Daemon:
    """One life of it.  What it prints goes to the end of `log`.

    `grace_seconds`: so long its family may take to follow it.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str],
        *,
        grace_seconds: float = 10.0,
    ) -> None:
        self._grace_seconds = grace_seconds
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def kill(self) -> tuple[int, Aftermath]:
        """SIGKILL to it alone: when (epoch ms), and what became of its family."""
        before = family(self._process.pid)
        at = wall_clock()
        self._process.kill()
        self._process.wait()
        return at, self._follow(before)

    def stop(self, seconds: float) -> tuple[int | None, Aftermath]:
        """SIGTERM: its exit code, None when it had to be killed, and what became of its family."""
        before = family(self._process.pid)
        self._process.terminate()
        try:
            code: int | None = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
            self._process.kill()
            self._process.wait()
        return code, self._follow(before)

    def _follow(self, before: frozenset[Process]) -> Aftermath:
        began = time.monotonic()
        left = remaining(before, self._process.pid, self._grace_seconds)
        seconds = round(time.monotonic() - began, 2)
        for process in left:  # so that one failure does not spoil the next round
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        remaining(left, self._process.pid, self._grace_seconds)
        return Aftermath(left, seconds)
