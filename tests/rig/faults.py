"""How the rig's site misbehaves: which request, which way, how often.

Choosing only; `site` carries it out.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

_MIB = b"\0" * (1 << 20)


class What(StrEnum):
    HOLD = "hold"  # journal `held`, answer only when released
    STALL = "stall"  # journal `mid_body` after half the body, break off when released
    BREAK = "break"  # half the body, then the connection closes
    SLOW = "slow"  # 32 pieces, `seconds` apart
    ENDLESS = "endless"  # a body that never ends
    BOMB = "bomb"  # 128 MiB in 128 KB
    HTML = "html"  # a page where a feed or an article should be
    STATUS = "status"  # `status`, with Retry-After when `seconds` is set


@dataclass(slots=True)
class Fault:
    """For requests of `kind` (listing, feed, article, robots, any) under `path`, `times` times.

    `times` 0 is for ever.
    """

    what: What
    kind: str = "any"
    path: str = "/"
    times: int = 1
    status: int = 500
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.what = What(self.what)

    def fits(self, kind: str, path: str) -> bool:
        return self.kind in ("any", kind) and path.startswith(self.path)


class Faults:
    """Those that are armed, first armed first used."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        self._armed.append(fault)

    def clear(self) -> None:
        self._armed.clear()

    def take(self, kind: str, path: str) -> Fault | None:
        """The fault for this request, one use of it spent."""
        for fault in self._armed:
            if fault.fits(kind, path):
                if fault.times == 1:
                    self._armed.remove(fault)
                elif fault.times > 1:
                    fault.times -= 1
                return fault
        return None


@cache
def bomb() -> bytes:
    """A gzip stream of about 128 KB that unpacks to 128 MiB of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(_MIB) for _ in range(128)), packer.flush()])
