"""Python's search for garbage, for a process that keeps much and makes more."""

from __future__ import annotations

import gc

_THRESHOLDS = (10_000, 10, 20)  # Python's own, 700, look a dozen times an article


def look_less_often() -> None:
    """What is here now stays: garbage is looked for among what comes later, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
