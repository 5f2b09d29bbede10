"""Times as people at a terminal read them.  Pure: `now` is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor import zones
from monitor.model import Precision, Stamp
from monitor.settings import Settings

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
DAY_MS = 24 * _HOUR_MS
OLD_MS = 30 * DAY_MS
_YEAR_9999 = 253_370_764_800_000


@dataclass(frozen=True, slots=True)
class When:
    """Says times in one zone, as seen from `now` (epoch ms)."""

    zone: ZoneInfo
    now: int

    @classmethod
    def of(cls, settings: Settings, now: int) -> When:
        return cls(zones.first(settings.display_timezone), now)

    def local(self, at: int) -> datetime:
        return datetime.fromtimestamp(min(max(at, 0), _YEAR_9999) / 1000, UTC).astimezone(self.zone)

    def clock(self, at: int) -> str:
        """`09:22`; with the day where it is another one."""
        local = self.local(at)
        if local.date() == self.local(self.now).date():
            return local.strftime("%H:%M")
        return f"{self.day(at)} {local:%H:%M}"

    def second(self, at: int) -> str:
        """`22 Nov 2025 09:22:07 UTC`."""
        local = self.local(at)
        return f"{local.day} {local:%b %Y %H:%M:%S %Z}"

    def day(self, at: int) -> str:
        """`3 Feb`, with the year where it is another one."""
        local = self.local(at)
        year = "" if local.year == self.local(self.now).year else f" {local.year}"
        return f"{local.day} {local:%b}{year}"

    def age(self, at: int) -> str:
        """`11 min ago`, `3 h ago`, `5 days ago`, `3 Feb 2024`."""
        passed = self.now - at
        if passed < 0:
            return "today" if passed > -DAY_MS else "in the future"
        if passed < _MINUTE_MS:
            return "just now"
        if passed < _HOUR_MS:
            return f"{passed // _MINUTE_MS} min ago"
        if passed < 2 * DAY_MS:
            return f"{passed // _HOUR_MS} h ago"
        return f"{passed // DAY_MS} days ago" if passed < OLD_MS else self.day(at)

    def published(self, stamp: Stamp | None, absent: str = "no date") -> str:
        """A publisher's time: `11 min ago`, or the bare day where no more is known."""
        if stamp is None:
            return absent
        if stamp.precision is Precision.DAY:
            return stamp.day or self.day(stamp.at)
        return self.age(stamp.at)
