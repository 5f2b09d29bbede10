"""Python's search for garbage, for a process that keeps much and makes more; and where it goes."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

_THRESHOLDS = (10_000, 10, 20)  # Python's own, 700, look a dozen times an article


def look_less_often() -> None:
    """Where what is made is mostly let go of without it."""
    gc.set_threshold(*_THRESHOLDS)


def keep_what_is_here() -> None:
    """What is here now stays: garbage is looked for among what comes later, and less often."""
    gc.collect()
    gc.freeze()
    look_less_often()


def give_back() -> None:
    """To the system what lies free between what is kept, where the C library is GNU's: it does so
    by itself only at the end of the heap.  After a wave of polls that is 7 MB."""
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
