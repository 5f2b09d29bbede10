"""The time that a command or the daemon goes by; whatever decides is given it."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]


def wall_clock() -> int:
    """UTC epoch milliseconds."""
    return time.time_ns() // 1_000_000
