"""Python's search for garbage, for a process that keeps much and makes more."""

from __future__ import annotations

import gc

_THRESHOLDS = (10_000, 10, 20)  # Python's own, 700, look a dozen times an article


def look_less_often() -> None:
    """Where what is made is mostly let go of without it."""
    gc.set_threshold(*_THRESHOLDS)


def keep_what_is_here() -> None:
    """What is here now stays: garbage is looked for among what comes later, and less often."""
    gc.collect()
    gc.freeze()
    look_less_often()
