"""What a program and all its children take: memory (PSS, so that shared pages count once), CPU.

Reads /proc, so Linux only.  Looks from outside; a process that lives for less than a look is not
seen in memory, but its CPU is, once its parent has waited for it.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.2
_TICKS = os.sysconf("SC_CLK_TCK")
MB = 1_000_000


@dataclass(frozen=True)
class Memory:
    """Bytes: `tree` the PSS of all processes, `main` the RSS of the first one."""

    tree: int = 0
    main: int = 0

    def most(self, other: Memory) -> Memory:
        return Memory(max(self.tree, other.tree), max(self.main, other.main))


def tree(pid: int) -> list[int]:
    """A process and all that come from it."""
    found, left = [], [pid]
    while left:
        one = left.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                left += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def memory(pid: int) -> Memory:
    return Memory(sum(map(_pss, tree(pid))), _status(pid, "VmRSS:"))


def cpu_seconds(pid: int) -> float:
    """Used by the processes that are there and by those that they waited for."""
    return sum(map(_cpu, tree(pid)))


def _pss(pid: int) -> int:
    return _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def _status(pid: int, name: str) -> int:
    return _kilobytes(Path(f"/proc/{pid}/status"), name)


def _kilobytes(file: Path, name: str) -> int:
    try:
        for line in file.read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # it has ended
    return 0


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


class Watch:
    """Looks at a tree every 0.2 s from a thread, from `with` to its end; `most` is the peak."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.most = Memory()
        self.cpu_seconds = 0.0

    def __enter__(self) -> Watch:
        self.cpu_seconds = -cpu_seconds(self._pid)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.cpu_seconds += cpu_seconds(self._pid)

    def _look(self) -> None:
        while True:
            self.most = self.most.most(memory(self._pid))
            if self._over.wait(LOOK_SECONDS):
                return
