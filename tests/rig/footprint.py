"""What a family of processes costs while it runs, read from /proc (Linux only)."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.rig.processes import family

LOOK_SECONDS = 0.2
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.M)


class Footprint:
    """Looks at `leader` and all its descendants every 0.2 s until it is left.

    `peak_mib`: the largest sum of their memory, pages that they share counted once (PSS).
    """

    def __init__(self, leader: int) -> None:
        self._leader = leader
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peak_mib = 0.0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def seconds(self) -> float:
        """Since it began to look."""
        return time.monotonic() - self._began

    def until(self, enough: Callable[[], bool], seconds: float) -> None:
        """Go on looking until there is enough, at most so long."""
        deadline = self.seconds + seconds
        while not enough() and self.seconds < deadline:
            self._over.wait(LOOK_SECONDS)

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            members = [process.pid for process in family(self._leader)]
            self.peak_mib = max(self.peak_mib, sum(map(_pss_mib, members)))


def _pss_mib(pid: int) -> float:
    with contextlib.suppress(OSError):
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
        return int(found[1]) / 1024 if found else 0.0
    return 0.0
