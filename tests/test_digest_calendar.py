"""Which local day's digest is due, and when quiet hours end: any zone, any night, any downtime."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from messages import millis
from monitor import digests
from monitor.settings import Quiet
from world import DAY, HOUR, MINUTE

CASES = YAML(typ="safe").load(
    (Path(__file__).parent / "data" / "digests" / "calendar.yaml").read_text("utf-8")
)
# A night in each in which the clocks change, by the local day.
NIGHTS = (
    ("Europe/Berlin", date(2025, 3, 30)), ("Europe/Berlin", date(2025, 10, 26)),
    ("America/New_York", date(2025, 3, 9)), ("America/New_York", date(2025, 11, 2)),
    ("Australia/Lord_Howe", date(2025, 4, 6)), ("Australia/Lord_Howe", date(2025, 10, 5)),
    ("America/Sao_Paulo", date(2018, 2, 18)), ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Africa/Casablanca", date(2025, 2, 23)), ("Africa/Casablanca", date(2025, 4, 6)),
    ("Asia/Tehran", date(2022, 3, 22)), ("Asia/Tehran", date(2022, 9, 22)),
    ("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21)),
    ("Asia/Kolkata", date(2025, 3, 30)), ("Atlantic/Azores", date(2025, 3, 30)),
    ("Atlantic/Azores", date(2025, 10, 26)), ("America/Nuuk", date(2024, 3, 31)),
    ("Antarctica/Troll", date(2025, 3, 30)), ("Asia/Pyongyang", date(2018, 5, 5)),
    ("Europe/Lisbon", date(1996, 3, 31)), ("America/Caracas", date(2016, 5, 1)),
)  # fmt: skip


def minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


@pytest.mark.parametrize("case", CASES["due"].values(), ids=CASES["due"])
def test_a_day_is_due_at_its_hour(case: dict[str, Any]) -> None:
    """Not before, and from then on."""
    zone, at = ZoneInfo(case["zone"]), minute(case["at"])
    if case["utc"] is None:
        around = digests.instant(at, zone, case["day"])
        days = {digests.day_of(at, zone, around + tick * HOUR) for tick in range(-48, 48)}
        assert case["day"] not in days
        return
    moment = millis(case["utc"])
    assert digests.day_of(at, zone, moment) == case["day"]
    assert digests.day_of(at, zone, moment - 1) < case["day"]
    assert digests.next_at(at, zone, moment - 1) == moment


@pytest.mark.parametrize("case", CASES["quiet"].values(), ids=CASES["quiet"])
def test_quiet_hours_end(case: dict[str, Any]) -> None:
    quiet = Quiet(minute(case["from"]), minute(case["to"]), case["zone"])
    until = digests.quiet_until(quiet, ZoneInfo(case["zone"]), millis(case["now"]))
    assert until == (None if case["until"] is None else millis(case["until"]))


def local_days(zone: ZoneInfo, begin: int, end: int) -> list[date]:
    """Every date that the calendar there shows, looked at each quarter of an hour."""
    seen = (
        datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()
        for at in range(begin, end, 15 * MINUTE)
    )
    return list(dict.fromkeys(seen))


nights = st.sampled_from(NIGHTS)
hours = st.integers(0, 24 * 60 - 1)
waits = st.lists(st.integers(1, 40 * HOUR), min_size=1, max_size=40)


@settings(max_examples=60)
@given(nights, hours)
def test_every_local_day_has_one_digest(night: tuple[str, date], at: int) -> None:
    """With a clock that ticks, each date that the calendar shows is due once, and no other."""
    zone = ZoneInfo(night[0])
    begin = int(datetime.combine(night[1], datetime.min.time(), UTC).timestamp() * 1000) - 3 * DAY
    last, found = digests.day_of(at, zone, begin), []
    for now in range(begin, begin + 6 * DAY, 13 * MINUTE):
        day = digests.due(at, zone, last, now)
        if day is not None:
            found.append(day)
            last = day
    shown = local_days(zone, begin + 2 * DAY, begin + 5 * DAY)
    assert [day for day in found if shown[0] <= day <= shown[-1]] == shown


@given(nights, hours, waits)
def test_one_digest_makes_up_for_a_downtime(
    night: tuple[str, date], at: int, ticks: list[int]
) -> None:
    """However rarely the clock ticks: no day twice, none out of order, and those that were missed
    and those that were had are all the days there are."""
    zone = ZoneInfo(night[0])
    now = int(datetime.combine(night[1], datetime.min.time(), UTC).timestamp() * 1000) - 3 * DAY
    first = last = digests.day_of(at, zone, now)
    had = missed = 0
    for wait in ticks:
        now += wait
        day = digests.due(at, zone, last, now)
        if day is None:
            assert digests.next_at(at, zone, now) > now
            continue
        assert day > last
        assert digests.instant(at, zone, day) <= now
        missed += digests.missed(at, zone, last, day)
        had, last = had + 1, day
    days = [first + timedelta(days=n + 1) for n in range((last - first).days)]
    never = {date(2011, 12, 30)} if zone.key == "Pacific/Apia" else set()
    never |= {date(1993, 8, 21)} if zone.key == "Pacific/Kwajalein" else set()
    assert had + missed == len([day for day in days if day not in never])


@given(nights, hours, hours, st.integers(-2 * DAY, 2 * DAY))
def test_quiet_hours_always_end(night: tuple[str, date], start: int, end: int, shift: int) -> None:
    """Within a day and a jump of the clocks, and at their end they are over."""
    zone = ZoneInfo(night[0])
    now = int(datetime.combine(night[1], datetime.min.time(), UTC).timestamp() * 1000) + shift
    until = digests.quiet_until(Quiet(start, end, night[0]), zone, now)
    if until is not None:
        assert now < until <= now + 26 * HOUR
        assert digests.quiet_until(Quiet(start, end, night[0]), zone, until) is None
