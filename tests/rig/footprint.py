"""What a family of processes costs while it runs, read from /proc (Linux only)."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from pathlib import Path
from typing import Self

from tests.rig.processes import family

LOOK_SECONDS = 0.2
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.M)
_TICKS = os.sysconf("SC_CLK_TCK")


class Footprint:
    """Looks at `leader` and all its descendants every 0.2 s until it is left.

    `peak_mib`: the largest sum of their memory, pages that they share counted once (PSS).
    `processor_seconds`: the leader's, and those of children that have ended and been waited for.
    """

    def __init__(self, leader: int) -> None:
        self._leader = leader
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peak_mib = 0.0
        self.leader_peak_mib = 0.0
        self.most_processes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def processor_seconds(self) -> float:
        return sum(processor_seconds(process.pid) for process in family(self._leader))

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            members = [process.pid for process in family(self._leader)]
            sizes = {pid: _pss_mib(pid) for pid in members}
            self.peak_mib = max(self.peak_mib, sum(sizes.values()))
            self.leader_peak_mib = max(self.leader_peak_mib, sizes.get(self._leader, 0.0))
            self.most_processes = max(self.most_processes, len(sizes))


def processor_seconds(pid: int) -> float:
    """User and system time so far; 0 for one that has gone."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def _pss_mib(pid: int) -> float:
    with contextlib.suppress(OSError):
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
        return int(found[1]) / 1024 if found else 0.0
    return 0.0
