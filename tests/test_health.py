"""How a source is, and what of the whole is trouble: decisions over rows and times."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from monitor import health, watchdog
from monitor.health import Health
from monitor.model import Flight
from monitor.settings import Settings
from monitor.watchdog import Clocks, Cycle, Pulse
from world import DAY, HOUR, MINUTE, NOON

PERIOD = 6 * 3600
WELL: dict[str, Any] = {
    "source_id": "bbc", "url": "https://bbc.example/feed", "retired_at": None, "paused_at": None,
    "paused_in_file": 0, "last_poll_at": NOON, "last_success_at": NOON, "last_new_item_at": NOON,
    "failures": 0, "failing_since_at": None, "reason": None, "detail": None, "told_state": None,
    "told_at": None, "last_status": 200, "last_items": 30, "empty_since_at": None,
    "arrivals": None, "pages_read": 40, "pages_unread": 0, "page_reason": None,
}  # fmt: skip
DOWN = {"failures": 3, "failing_since_at": NOON - HOUR}


def source(**changed: Any) -> dict[str, Any]:
    return WELL | changed


def quiet_for(milliseconds: int, gaps: Sequence[int]) -> dict[str, Any]:
    """Quiet since an arrival before which there were these gaps, the last one first."""
    at, arrivals = NOON - milliseconds, [NOON - milliseconds]
    for gap in gaps:
        at -= gap
        arrivals.append(at)
    return source(last_new_item_at=NOON - milliseconds, arrivals=json.dumps(arrivals))


HOURLY = [HOUR] * 24 * 8
WORKDAYS = [HOUR] * 10 + [62 * HOUR] + ([HOUR] * 10 + [14 * HOUR]) * 4 + [HOUR] * 30


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (source(), Health.OK),
        (source(last_poll_at=None), Health.NEW),
        (source(paused_at=NOON), Health.PAUSED),
        (source(retired_at=NOON), Health.RETIRED),
        (source(**DOWN, reason="timeout", last_status=None), Health.FAILING),
        (source(**DOWN, reason="http", last_status=503), Health.FAILING),
        (source(**DOWN, reason="http", last_status=403), Health.BLOCKED),
        (source(**DOWN, reason="robots", last_status=None), Health.BLOCKED),
        (source(last_items=0, empty_since_at=NOON - HOUR), Health.DEGRADED),
        (source(last_items=0), Health.OK),
        (source(pages_read=0, pages_unread=5), Health.DEGRADED),
        (source(pages_read=0, pages_unread=4), Health.OK),
        (source(pages_read=1, pages_unread=90), Health.OK),
        (quiet_for(25 * HOUR, HOURLY), Health.STALE),
        (source(pages_read=None, pages_unread=None), Health.OK),
    ],
)
def test_health_is_derived(state: dict[str, Any], expected: Health) -> None:
    assert health.health_of(state) is expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(quiet_for(24 * HOUR, HOURLY), False, id="a day, not more"),
        pytest.param(quiet_for(24 * HOUR + 1, HOURLY), True, id="more than a day"),
        pytest.param(quiet_for(59 * HOUR, [20 * HOUR] * 30), False, id="below three gaps"),
        pytest.param(quiet_for(61 * HOUR, [20 * HOUR] * 30), True, id="above three gaps"),
        pytest.param(quiet_for(62 * HOUR, WORKDAYS), False, id="a weekend as the last one"),
        pytest.param(quiet_for(63 * HOUR, WORKDAYS), True, id="longer than a weekend"),
        pytest.param(quiet_for(71 * HOUR, [HOUR] * 72), False, id="no week known: a weekend"),
        pytest.param(quiet_for(73 * HOUR, [HOUR] * 72), True, id="no week known: longer"),
        pytest.param(quiet_for(90 * DAY, [HOUR] * 4), False, id="nothing is usual yet"),
        pytest.param(source(last_new_item_at=NOON - 90 * DAY), False, id="nothing came ever"),
        pytest.param(
            quiet_for(9 * DAY, HOURLY) | {"last_success_at": NOON - 9 * DAY}, False,
            id="nobody asked meanwhile",
        ),
        pytest.param(
            source(last_new_item_at=NOON - 40 * DAY, told_state="stale", told_at=NOON - 38 * DAY),
            True, id="told, and its arrivals forgotten",
        ),
        pytest.param(
            source(last_new_item_at=NOON, told_state="stale", told_at=NOON - DAY), False,
            id="told, and over",
        ),
    ],
)  # fmt: skip
def test_a_source_is_stale_when_it_is_quiet_for_unusually_long(
    state: dict[str, Any], expected: bool
) -> None:
    assert health.is_stale(state) is expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (source(), None),
        (source(failures=5, failing_since_at=NOON - 9 * HOUR), None),
        (source(failures=6, failing_since_at=NOON - HOUR), None),
        (source(failures=6, failing_since_at=NOON - 2 * HOUR), "failing"),
        (source(failures=1, failing_since_at=NOON, told_state="failing"), "failing"),
        (source(last_items=0, empty_since_at=NOON - HOUR), None),
        (source(last_items=0, empty_since_at=NOON - 2 * HOUR), "empty"),
        (source(last_items=0, told_state="empty", told_at=NOON - 40 * DAY), "empty"),
        (source(pages_read=0, pages_unread=5), "pages"),
        (source(pages_read=None, pages_unread=None, told_state="pages", told_at=NOON), "pages"),
        (quiet_for(25 * HOUR, HOURLY), "stale"),
        (quiet_for(25 * HOUR, HOURLY) | DOWN, "stale"),
    ],
)
def test_trouble_is_told_once_it_lasts(state: dict[str, Any], expected: str | None) -> None:
    found = health.trouble_of(state, Settings(), NOON)
    assert (found.state if found else None) == expected
    if found is not None:
        assert found.headline.startswith("bbc")
        assert "silence about https://bbc.example/feed means nothing" in found.text


def test_blindness_says_why_in_few_words() -> None:
    assert health.blindness(source()) is None
    assert health.blindness(quiet_for(4 * DAY, HOURLY)) == (
        "no new item for 4 days (usual gap 60 min)", NOON - 4 * DAY,
    )  # fmt: skip
    empty = source(last_items=0, empty_since_at=NOON - DAY)
    assert health.blindness(empty) == ("list empty", NOON - DAY)
    unread = source(pages_read=0, pages_unread=9, page_reason="http: the server answered 500")
    said = "its articles' pages cannot be read: the server answered 500"
    assert health.blindness(unread) == (said, None)


# --- the whole -------------------------------------------------------------------------------


def fallen(minutes_ago: int, stage: str | None = "parse", **refused: str) -> Flight:
    return Flight(NOON - minutes_ago * MINUTE, stage, "it broke" if stage else None, refused)


def fine(minutes_ago: int) -> Flight:
    return Flight(NOON - minutes_ago * MINUTE)


@pytest.mark.parametrize(
    ("flights", "minutes"),
    [
        ((), 5),
        ((fine(60), fine(420)), 300),
        ((fallen(1), fine(300)), 9),
        ((fallen(1), fallen(11)), 59),
        ((fallen(1),), 9),
        ((fine(9999),), 5),
    ],
)
def test_the_next_canary_comes_sooner_after_one_that_fell(
    flights: Sequence[Flight], minutes: int
) -> None:
    """As seen from a daemon that started just now; a first one waits for the first polls."""
    assert watchdog.canary_due_at(flights, NOON, PERIOD) == NOON + minutes * MINUTE


def test_a_canary_is_overdue_half_a_period_late() -> None:
    """So that it is told before two periods have passed."""
    flights, began = (fine(0),), NOON - DAY
    assert not watchdog.canary_is_overdue(flights, began, PERIOD, NOON + 9 * HOUR)
    assert watchdog.canary_is_overdue(flights, began, PERIOD, NOON + 9 * HOUR + 1)
    late_start = NOON + 2 * DAY
    assert not watchdog.canary_is_overdue(flights, late_start, PERIOD, late_start + HOUR)


def test_one_failure_is_no_trouble_and_two_are() -> None:
    assert watchdog.canary_trouble((fallen(1), fine(10))) is None
    found = watchdog.canary_trouble((fallen(1), fallen(11)))
    assert found is not None
    assert found.headline == "the canary falls at parse: it broke"
    assert watchdog.canary_trouble((fine(1), fallen(11))) is None


def test_a_channel_that_refused_twice_is_down() -> None:
    twice = fallen(1, None, desk="535 wrong", slack="503")
    assert watchdog.refusals((twice, fine(11))) == {}
    down = watchdog.refusals((twice, fallen(11, None, desk="535 wrong")))
    assert list(down) == ["desk"]
    assert down["desk"].headline == "channel desk takes nothing: 535 wrong"


def test_a_pulse_tells_what_stopped() -> None:
    pulse = Pulse(0.0)
    pulse.expect("polls")
    pulse.expect("beat")
    assert pulse.pending() == ("polls", "beat")
    pulse.beat("beat", 100.0)
    assert pulse.pending() == ("polls",)
    assert pulse.stopped(120.0) == {}
    assert pulse.stopped(121.0) == {"polls": 121.0}


def test_a_wall_clock_that_goes_its_own_way_is_seen_once() -> None:
    """Back, or ahead after a sleep; a correction of seconds is none."""
    clocks = Clocks(NOON, 0.0)
    assert clocks.moved(NOON + 60_000, 60.0) == 0
    assert clocks.moved(NOON + 119_000, 120.0) == 0
    assert clocks.moved(NOON + DAY, 120.0) == DAY - 119_000
    assert clocks.moved(NOON + 60_000, 180.0) == -DAY
    assert clocks.moved(NOON + 120_000, 240.0) == 0


GOOD = Cycle((), 0, canary_is_overdue=False, canary_fell=False, channels=2, channels_down=1)


def test_a_heartbeat_says_why_it_is_withheld() -> None:
    assert watchdog.why_no_heartbeat(GOOD) is None
    overdue = Cycle((), 0, canary_is_overdue=True, canary_fell=False, channels=2, channels_down=0)
    assert watchdog.why_no_heartbeat(overdue) == "the canary is overdue"
    mute = Cycle((), 0, canary_is_overdue=False, canary_fell=False, channels=1, channels_down=1)
    assert watchdog.why_no_heartbeat(mute) == "no channel works"
