"""A journal that outlives whoever is watched: one JSON object a line, written before the answer.

Each line is one write to a file opened for appending, so a reader sees whole lines only.
Does not sync to disk: it is the watched process that gets killed, never this one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

Clock = Callable[[], int]


def wall_clock() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


class Journal:
    """Appends lines to `path`; without a path it writes nothing."""

    def __init__(self, path: Path | None = None, clock: Clock = wall_clock) -> None:
        self._clock = clock
        self._file: int | None = None
        if path is not None:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, event: str, **fields: str | int | None) -> None:
        """One line: `event`, `at` (epoch ms), and the fields given."""
        if self._file is not None:
            line = json.dumps({"event": event, "at": self._clock(), **fields}, ensure_ascii=False)
            os.write(self._file, line.encode() + b"\n")

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
