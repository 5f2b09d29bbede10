"""When a host may be asked: one request at a time, a pause between two, and Retry-After obeyed.

One process keeps its own order with a lock per host; `Hosts.next_slot` keeps it between processes.
Does not know what is asked, nor robots.txt.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Protocol
from weakref import WeakValueDictionary

from monitor.errors import FetchError, FetchReason
from monitor.net.hosts import Hosts

# A slot further away than this was put off by Retry-After: the caller's own schedule waits better.
PATIENCE_SECONDS = 180
LONGEST_RETRY_AFTER_SECONDS = 24 * 3600.0

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?", re.A)


class Clock(Protocol):
    def now(self) -> int:
        """Epoch milliseconds."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Locks:
    """A lock per name, forgotten when nobody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Lock:
        return self._locks.setdefault(name, asyncio.Lock())


class Gate:
    def __init__(self, hosts: Hosts, clock: Clock) -> None:
        self._hosts = hosts
        self._clock = clock
        self._locks = Locks()
        self.waited_for: set[str] = set()  # hosts of which somebody waits for the time to ask

    @asynccontextmanager
    async def turn(self, host: str, delay_seconds: float) -> AsyncIterator[None]:
        """Wait until `host` may be asked, and hold it while the request runs.

        Raises FetchError(RATE_LIMITED) at once when the host is put off for longer than
        PATIENCE_SECONDS.
        """
        async with self._locks.of(host):
            now = self._clock.now()
            at = await self._hosts.next_slot(host, round(delay_seconds * 1000), now)
            wait_seconds = (at - now) / 1000
            if wait_seconds > PATIENCE_SECONDS:
                raise FetchError(
                    FetchReason.RATE_LIMITED,
                    f"{host} asked to be left alone for another {wait_seconds:.0f} s",
                    retry_after_seconds=wait_seconds,
                )
            if wait_seconds > 0:
                self.waited_for.add(host)
                try:
                    await self._clock.sleep(wait_seconds)
                finally:
                    self.waited_for.discard(host)
            yield

    async def put_off(self, host: str, seconds: float) -> None:
        """Nobody asks `host` for this long."""
        await self._hosts.defer(host, self._clock.now() + round(seconds * 1000))


def retry_after_seconds(headers: Mapping[str, str], now: int) -> float | None:
    """Retry-After (RFC 9110 section 10.2.3) as seconds from `now`, between 0 and 24 hours.

    `headers` has lower-case names.  None when there is none or it says nothing.
    """
    value = headers.get("retry-after", "").strip()[:64]
    if not value:
        return None
    if _SECONDS.fullmatch(value):
        seconds = float(value)
    else:
        try:
            at = parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
        # A date without a zone would be read in ours; HTTP dates are UTC.
        seconds = at.replace(tzinfo=at.tzinfo or UTC).timestamp() - now / 1000
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)
