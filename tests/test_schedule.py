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


MINUTE, DAY = 60_000, 24 * HOUR
# When something came, minutes ago, and how many; the newest is now.
earlier = st.lists(st.tuples(st.integers(1, 60 * 24 * 60), st.integers(1, 50)), max_size=19)
arrivals = st.builds(
    lambda new, before: [(0, new), *sorted(before)], st.integers(1, 200), earlier
)  # fmt: skip
since = st.integers(1, 3 * 24 * 60)


def learn(came: list[tuple[int, int]], since: int, now: int = NOW) -> int:
    seen = [(now - ago * MINUTE, count) for ago, count in came]
    return schedule.learned_from_news(seen, now - since * MINUTE, now)


@pytest.mark.parametrize(
    ("gap", "interval"), [(1, 300), (10, 300), (40, 600), (60, 900), (240, 3600), (10_000, 3600)]
)
def test_a_source_is_asked_four_times_between_two_of_its_articles(gap: int, interval: int) -> None:
    """One article every so many minutes, for twenty of them."""
    assert learn([(gap * n, 1) for n in range(20)], since=1) == interval


def test_a_burst_shortens_the_interval_at_once() -> None:
    """Also after a week without anything; two that came together may be chance."""
    week = 7 * 24 * 60
    assert learn([(0, 20), (week, 1), (2 * week, 1)], since=60) == 300
    assert learn([(0, 3), (week, 1)], since=60) == 300
    assert learn([(0, 2), (week, 1)], since=60) == 3600


def test_what_is_found_after_an_outage_is_no_burst() -> None:
    """Forty articles in the two days in which nobody asked."""
    assert learn([(0, 40), (2 * 24 * 60 + 5, 1)], since=2 * 24 * 60) == 72 * 60 // 4


def test_the_first_article_ever_is_held_against_all_that_was_watched() -> None:
    """The beginning is the last mark, with no articles of its own."""
    assert learn([(0, 1), (20, 0)], since=5) == 300
    assert learn([(0, 1), (80, 0)], since=10) == 1200
    assert learn([(0, 2), (3 * 24 * 60, 0)], since=60) == 3600


@given(arrivals, since)
def test_what_is_learned_lies_between_five_minutes_and_an_hour(
    came: list[tuple[int, int]], since: int
) -> None:
    """Whatever comes."""
    assert 300 <= learn(came, since) <= 3600


@given(arrivals, since, st.integers(1, 100))
def test_more_articles_never_lengthen_the_interval(
    came: list[tuple[int, int]], since: int, more: int
) -> None:
    """At the same moments."""
    assert learn([(0, came[0][1] + more), *came[1:]], since) <= learn(came, since)


@given(arrivals, since, st.integers(-5 * 365 * 24 * 60, 5 * 365 * 24 * 60))
def test_what_is_learned_depends_on_durations_alone(
    came: list[tuple[int, int]], since: int, moved: int
) -> None:
    """Not on the day, the hour, the season: no clock is put forward or back in it."""
    assert learn(came, since, NOW + moved * MINUTE) == learn(came, since)


@given(st.integers(1, 100_000), st.integers(-HOUR, 400 * DAY), st.integers(0, DAY))
def test_quiet_lengthens_and_never_shortens(every: int, quiet: int, more: int) -> None:
    """Up to an hour, however long it lasts: so late at most is what comes after it."""
    first = schedule.learned_from_quiet(every, NOW - quiet, NOW)
    then = schedule.learned_from_quiet(first, NOW - quiet, NOW + more)
    assert min(max(every, 300), 3600) <= first <= then <= 3600
    # Asked often or seldom meanwhile, it comes to the same.
    assert then == schedule.learned_from_quiet(every, NOW - quiet, NOW + more)


def test_a_night_without_news_is_asked_about_ever_more_seldom() -> None:
    """A source of five minutes: 38 times in eight hours and not 96, in the end every 40 minutes."""
    asked, every, polls = NOW, 300, 0
    while asked < NOW + 8 * HOUR:
        asked += every * 1000
        every = schedule.learned_from_quiet(every, NOW, asked)
        polls += 1
    assert (polls, every // 60) == (38, 40)
