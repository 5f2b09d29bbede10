"""From what happened in a channel to its digest, owed: one transaction, so that nothing is lost.

What a digest says is kept with it: however often it is tried, it says the same.  When it is due and
in what order it speaks is `digests`'s to decide, how it looks `render`'s.
"""

from monitor.gathering.digest import (
    Due,
    channels,
    due,
    load,
    next_at,
    owe,
    owe_asked,
    owe_due,
    preview,
)
from monitor.gathering.heldback import tell_held_back

__all__ = [
    "Due",
    "channels",
    "due",
    "load",
    "next_at",
    "owe",
    "owe_asked",
    "owe_due",
    "preview",
    "tell_held_back",
]
