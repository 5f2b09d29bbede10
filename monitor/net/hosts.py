"""What all processes must agree on about a host.  Names only: the store keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RobotsCopy:
    """The last robots.txt that counts: `status` 200 with its `body`, or a 4xx with none."""

    fetched_at: int
    status: int
    body: bytes


class Hosts(Protocol):
    """`host` is a bare lower-case host name or address, `origin` is scheme://host[:port]."""

    async def next_slot(self, host: str, delay_ms: int, now: int) -> int:
        """The epoch millisecond at which this request may start; no other gets the same slot."""
        ...

    async def defer(self, host: str, until: int) -> None:
        """Nobody is handed a slot of this host before `until`."""
        ...

    async def robots(self, origin: str) -> RobotsCopy | None: ...

    async def keep_robots(self, origin: str, copy: RobotsCopy) -> None: ...
