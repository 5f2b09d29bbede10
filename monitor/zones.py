"""Time zones by name, and this machine's own."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal import get_localzone_name


def first(*names: str | None) -> ZoneInfo:
    """The first zone that is named, else the machine's; UTC where tzdata does not know it."""
    named = next((name for name in names if name), None)
    try:
        return ZoneInfo(named or get_localzone_name() or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
