"""Which local day's digest is due, and when quiet hours end, in any zone and any night.

A day's time is the moment that Python's `fold=0` names (PEP 495): of a time that comes twice, when
clocks go back, the first; one that the clocks jump over comes as long after midnight as it says.
A day that a zone never had (Apia, 30 December 2011) has no moment of its own and no digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.settings import Quiet

_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def due(at_minute: int, zone: ZoneInfo, last: date | None, now: int) -> date | None:
    """The day whose digest is due, None when the one of `last` is the newest that can be.

    However many days lie between, one digest makes up for all of them.
    """
    day = day_of(at_minute, zone, now)
    return day if last is None or day > last else None


def day_of(at_minute: int, zone: ZoneInfo, now: int) -> date:
    """The newest day whose time has come."""
    day = today(zone, now) + _DAY
    while instant(at_minute, zone, day) > now:
        day -= _DAY
    return day


def today(zone: ZoneInfo, now: int) -> date:
    """What the calendar there says."""
    return _local(zone, now).date()


def next_at(at_minute: int, zone: ZoneInfo, now: int) -> int:
    """When the next digest is due."""
    day = day_of(at_minute, zone, now) + _DAY
    while (at := instant(at_minute, zone, day)) <= now:
        day += _DAY
    return at


def missed(at_minute: int, zone: ZoneInfo, last: date, day: date) -> int:
    """How many days between the two, neither counted, had a digest due."""
    return sum(_exists(at_minute, zone, each) for each in _between(last, day))


def instant(at_minute: int, zone: ZoneInfo, day: date) -> int:
    """The moment of a day's digest, UTC epoch milliseconds."""
    moment = datetime.combine(day, time(*divmod(at_minute, 60)), tzinfo=zone)
    return (moment.astimezone(UTC) - _EPOCH) // _MILLISECOND


def quiet_until(quiet: Quiet, zone: ZoneInfo, now: int) -> int | None:
    """When the quiet hours that hold at `now` end, None when none do."""
    local_day = today(zone, now)
    overnight = _DAY if quiet.end_minute < quiet.start_minute else timedelta()
    for day in (local_day - _DAY, local_day):
        end = instant(quiet.end_minute, zone, day + overnight)
        if instant(quiet.start_minute, zone, day) <= now < end:
            return end
    return None


def quiet_ended_at(quiet: Quiet, zone: ZoneInfo, now: int) -> int:
    """When the last quiet hours ended that are over at `now`."""
    if quiet.start_minute == quiet.end_minute:
        return now
    return instant(quiet.end_minute, zone, day_of(quiet.end_minute, zone, now))


def _exists(at_minute: int, zone: ZoneInfo, day: date) -> bool:
    return instant(at_minute, zone, day) < instant(at_minute, zone, day + _DAY)


def _between(first: date, last: date) -> Iterator[date]:
    day = first + _DAY
    while day < last:
        yield day
        day += _DAY


def _local(zone: ZoneInfo, at: int) -> datetime:
    return (_EPOCH + timedelta(milliseconds=at)).astimezone(zone)
