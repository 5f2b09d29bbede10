"""When things are due next."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import schedule
from monitor.model import Outcome, OutcomeKind
from monitor.settings import Source

NOW = 1_700_000_000_000
HOUR = 3_600_000
OK = Outcome(OutcomeKind.OK)
FAILED = Outcome(OutcomeKind.FAILED)


def retry(tries: int, **changed) -> int | None:
    words = {"give_up_at": NOW + schedule.GIVE_UP_MS, "retry_after_seconds": None, "key": "k"}
    return schedule.next_try(tries, NOW, **(words | changed))


def test_first_retry_comes_after_about_thirty_seconds() -> None:
    """30 s, and a fifth more at most."""
    assert NOW + 30_000 <= retry(1) <= NOW + 36_000


def test_retries_grow_to_six_hours_and_stay_there() -> None:
    """Each wait is longer than the last one, until none is longer than 6 h."""
    waits = [retry(tries) - NOW for tries in range(1, 40)]
    assert waits[:9] == sorted(waits[:9])
    assert all(5 * HOUR <= wait <= 6 * HOUR for wait in waits[12:])


def test_retries_of_two_messages_are_spread() -> None:
    """What failed together is not tried together again, yet at the same time on each run."""
    times = {retry(5, key=str(n)) for n in range(20)}
    assert len(times) > 15
    assert retry(5, key="7") == retry(5, key="7")


def test_retry_after_is_obeyed() -> None:
    """Not sooner than asked; who always asks for a second is asked ever more seldom."""
    assert retry(1, retry_after_seconds=600.0) == NOW + 600_000
    assert NOW + 1000 <= retry(1, retry_after_seconds=1.0) <= NOW + 1200
    assert NOW + 64_000 <= retry(7, retry_after_seconds=1.0) <= NOW + 76_800


def test_retry_after_beyond_the_end_gives_up() -> None:
    """A wait that the message does not live to see is no wait."""
    assert retry(1, retry_after_seconds=73 * 3600.0) is None


def test_the_last_try_comes_at_the_end() -> None:
    """The end cuts the last wait short, and after it there is none."""
    assert retry(20, give_up_at=NOW + HOUR) == NOW + HOUR
    assert retry(20, give_up_at=NOW) is None


@given(
    st.integers(-5, 10**9),
    st.none() | st.floats(),
    st.text(max_size=5),
    st.integers(-HOUR, schedule.GIVE_UP_MS),
)
def test_retry_lies_between_now_and_the_end(
    tries: int, wait: float | None, key: str, left: int
) -> None:
    """Whatever a server asks for."""
    at = retry(tries, retry_after_seconds=wait, key=key, give_up_at=NOW + left)
    assert at is None or NOW < at <= NOW + left
    assert at is not None or left <= 0 or (wait is not None and math.isfinite(wait))


@pytest.mark.parametrize(
    ("failures", "intervals"), [(1, 1), (2, 2), (3, 4), (4, 6), (5, 6), (10**6, 6)]
)
def test_failures_back_off_to_six_intervals(failures: int, intervals: int) -> None:
    """Twice as long each time, then no longer."""
    every = 600_000
    wait = schedule.next_poll(Source("a", "feed", "http://a.test/"), FAILED, failures, NOW) - NOW
    assert every * intervals <= wait <= 1.1 * every * intervals + 1


def test_backoff_ends_at_six_hours() -> None:
    """A source polled every two hours is not left alone for twelve."""
    source = Source("a", "feed", "http://a.test/", every_seconds=7200)
    assert schedule.next_poll(source, FAILED, 9, NOW) == NOW + 6 * HOUR


def test_a_daily_source_is_not_polled_sooner_because_it_fails() -> None:
    """The interval is the floor, also above 6 h."""
    source = Source("a", "feed", "http://a.test/", every_seconds=86_400)
    assert schedule.next_poll(source, FAILED, 9, NOW) >= NOW + 24 * HOUR


def test_sources_are_spread() -> None:
    """Sources of one interval that began together drift apart."""
    waits = {schedule.next_poll(Source(f"s{n}", "feed", "u"), OK, 0, NOW) for n in range(20)}
    assert len(waits) > 15


@pytest.mark.parametrize("outcome", [OK, FAILED])
def test_a_poll_obeys_retry_after(outcome: Outcome) -> None:
    """With any outcome, up to a day."""
    kind = outcome.kind
    source = Source("a", "feed", "http://a.test/")
    hour, years = (Outcome(kind, retry_after_seconds=s) for s in (3600.0, 1e12))
    assert schedule.next_poll(source, hour, 1, NOW) == NOW + HOUR
    assert schedule.next_poll(source, years, 1, NOW) == NOW + 24 * HOUR


@given(
    st.integers(1, 10**7),
    st.integers(-1, 10**9),
    st.sampled_from(OutcomeKind),
    st.floats() | st.none(),
)
def test_a_poll_is_never_sooner_than_the_interval(
    every: int, failures: int, kind: OutcomeKind, wait: float | None
) -> None:
    """Whatever happened and whatever was asked for."""
    source = Source("a", "feed", "u", every_seconds=every)
    outcome = Outcome(kind, retry_after_seconds=wait)
    at = schedule.next_poll(source, outcome, failures, NOW)
    assert at >= NOW + every * 1000
    assert at <= NOW + max(1100 * every + 1, 24 * HOUR)


def test_a_page_is_tried_three_times_in_half_an_hour() -> None:
    """At once, after 5 minutes, after 25 more; then what is known is all there will be."""
    assert schedule.next_body_try(1, NOW) == NOW + 5 * 60_000
    assert schedule.next_body_try(2, NOW) == NOW + 25 * 60_000
    assert schedule.next_body_try(3, NOW) is None
