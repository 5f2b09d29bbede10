"""The real daemon as a process of its own, and other commands beside it, on one configuration.

Every process leads a group of its own, so that nothing of it is left when it is swept.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import monitor
from monitor.demo.journal import wall_clock

_ROOT = Path(monitor.__file__).resolve().parent.parent
_STOP_SECONDS = 15.0  # of which the daemon takes ten at most
_COMMAND_SECONDS = 30.0
_COLUMNS = 78  # of what is printed, so that it can be shown with a margin


class Watcher:
    """Starts, kills and stops `wirewatch watch`; what it prints goes to the end of `log`."""

    def __init__(self, config: Path, log: Path, secrets: dict[str, str]) -> None:
        ours = {k: v for k, v in os.environ.items() if not k.startswith("WIREWATCH_")}
        path = os.pathsep.join(filter(None, [str(_ROOT), ours.get("PYTHONPATH")]))
        plain = {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "COLUMNS": str(_COLUMNS)}
        self._env = {**ours, **secrets, **plain}
        self._config = config
        self._log = log
        self._lives: list[subprocess.Popen[bytes]] = []
        self.kills: list[int] = []

    @property
    def alive(self) -> bool:
        return bool(self._lives) and self._lives[-1].poll() is None

    def start(self) -> None:
        with self._log.open("ab") as out:
            self._lives.append(self._open(["watch"], out.fileno()))

    def reload(self) -> None:
        """What `wirewatch reload` sends."""
        self._lives[-1].send_signal(signal.SIGHUP)

    async def kill(self) -> None:
        """SIGKILL, which leaves no time to tidy up; the time is noted in `kills`."""
        self.kills.append(wall_clock())
        _kill_group(self._lives[-1])
        await asyncio.to_thread(self._lives[-1].wait)

    async def stop(self) -> int | None:
        """SIGTERM: its exit code, None when it did not end in time."""
        self._lives[-1].terminate()
        try:
            return await asyncio.to_thread(self._lives[-1].wait, _STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    async def command(self, *words: str) -> tuple[int | None, str]:
        """Another command: its exit code, None when it took too long, and what it printed."""
        process = self._open([*words], subprocess.PIPE)
        self._lives.insert(0, process)
        try:
            printed, _ = await asyncio.to_thread(process.communicate, None, _COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            return None, ""
        return process.returncode, printed.decode("utf-8", "replace")

    def last_words(self, lines: int) -> list[str]:
        """The end of the log."""
        with suppress(OSError):
            return self._log.read_text("utf-8", "replace").splitlines()[-lines:]
        return []

    def sweep(self) -> None:
        """End whatever is left of all that was started here, at once."""
        for process in self._lives:
            _kill_group(process)
            process.wait()

    def _open(self, words: list[str], out: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "monitor.cli", "--config", str(self._config), *words],
            cwd=self._config,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
