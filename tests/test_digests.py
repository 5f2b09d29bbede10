"""Digests on a virtual clock: one a day, nothing lost, nothing twice, and what they say."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest_world import Desk
from monitor import briefings, digests, gathering
from monitor.digests import Gap, Section
from monitor.gathering import footing
from monitor.settings import Config, DigestTime, Quiet, Rule, Settings, Severity, Source
from monitor.store import digest_entries, migrations, outbox, troubles
from monitor.store.connection import connect
from monitor.store.db import Store, Tx
from world import BRIEF, DAY, HOUR, MINUTE, NOON, SECOND, World, config, item

LEARNED = replace(BRIEF, every_is_learned=True)

# NOON is 22 November 2025, a Saturday, 13:00 in Berlin.
MORNING = NOON - 5 * HOUR - 30 * MINUTE  # 07:30


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """It has just had its first day."""
    opened = await Desk(tmp_path).open()
    await opened.tick()
    yield opened
    await opened.close()


async def next_morning(desk: Desk, days: int = 1) -> None:
    """The clock moves to half past seven, and ticks."""
    at = desk.now
    for _ in range(days):
        at = digests.next_at(desk.at, ZoneInfo(desk.zone), at)
    desk.now = at
    await desk.tick()


# --- when ----------------------------------------------------------------------------------------


async def test_the_first_day_only_begins_the_count(desk: Desk) -> None:
    """Started at noon, nobody is told at once of a morning that was before."""
    assert await desk.days() == ["2025-11-22"]
    assert await desk.send() == []


async def test_a_digest_comes_at_its_hour_and_once(desk: Desk) -> None:
    """However often the clock ticks, and across a restart."""
    await desk.alert(0, why="low")
    await next_morning(desk)
    for _ in range(3):
        await desk.tick()
        await desk.restart()
    assert len(await desk.send()) == 2
    assert await desk.days() == ["2025-11-22", "2025-11-23"]
    said = await desk.said("2025-11-23")
    assert said is not None
    assert (said.covers_from, said.covers_to) == (NOON, MORNING + DAY)


async def test_an_empty_one_comes_on_mondays_only(desk: Desk) -> None:
    """23 November is a Sunday."""
    sent = {}
    for _ in range(9):
        await next_morning(desk)
        sent[(await desk.days())[-1]] = len(await desk.send())
    assert [day for day, messages in sent.items() if messages] == ["2025-11-24", "2025-12-01"]


async def test_one_digest_makes_up_for_days_without_a_daemon(desk: Desk) -> None:
    """And says how many, and when nothing was polled."""
    await desk.alert(0, why="low")
    await next_morning(desk, days=4)
    said = await desk.said("2025-11-26")
    assert said is not None
    assert said.missed == 3
    assert said.gaps == (Gap(NOON, MORNING + 4 * DAY),)
    assert await desk.days() == ["2025-11-22", "2025-11-26"]


@pytest.mark.parametrize(
    ("watched", "longest"),
    [
        (LEARNED, 90 * MINUTE),
        (replace(BRIEF, every_seconds=60), HOUR),
        (replace(BRIEF, every_seconds=7200), 6 * HOUR),
    ],
)
async def test_a_pause_between_two_polls_may_be_as_planned(
    tmp_path: Path, watched: Source, longest: int
) -> None:
    """An interval that is learned may be an hour, whatever it is now."""
    world = await World(config(tmp_path, watched=(watched,))).open()
    times = [0, longest, 2 * longest + 1, 3 * longest]
    for at in times:
        world.now = NOON + at
        await world.poll(watched)
    found = await world.store.read(
        lambda tx: footing.gaps(tx, world.config, NOON, NOON + times[-1])
    )
    assert found == (Gap(NOON + times[1], NOON + times[2]),)
    await world.close()


async def test_a_clock_gone_wrong_costs_no_digest(desk: Desk) -> None:
    """One tick in the year 2040 does not silence the days until then."""
    right = desk.now
    desk.now += 5500 * DAY
    await desk.tick()
    desk.now = right
    await desk.alert(0, why="low")
    await next_morning(desk)
    assert "2025-11-23" in await desk.days()
    assert len(await desk.send()) == 2


async def test_a_source_that_is_blind_makes_an_empty_one_worth_sending(desk: Desk) -> None:
    """Once for each change of its state."""
    await next_morning(desk, days=2)
    await desk.send()
    await break_source(desk)
    await next_morning(desk)
    assert len(await desk.send()) == 2
    said = await desk.said("2025-11-25")
    assert said is not None
    assert [(one.source_id, one.why) for one in said.blind] == [
        ("wire", "cannot be read: error answer 503")
    ]
    await next_morning(desk)
    assert await desk.send() == []


async def break_source(desk: Desk) -> None:
    """Its trouble has lasted, and ops knows of it."""

    def change(tx: Tx) -> None:
        tx.run(
            """UPDATE sources SET failures = 9, detail = 'error answer 503', last_poll_at = :now,
                 failing_since_at = :now WHERE source_id = 'wire'""",
            now=desk.now,
        )
        trouble = {"subject": "source:wire", "state": "failing", "over": "works", "channel": "me"}
        troubles.note(tx, trouble, desk.now)

    await desk.store.write(change)


# --- quiet hours ---------------------------------------------------------------------------------


async def test_what_was_held_for_quiet_hours_opens_as_one(tmp_path: Path) -> None:
    """At their end; what else is held waits for its own hour."""
    desk = await Desk(tmp_path, quiet=Quiet(22 * 60, 7 * 60, "Europe/Berlin")).open()
    await desk.tick()
    desk.now = NOON + 11 * HOUR
    for story in range(3):
        await desk.alert(story, why="quiet")
    await desk.alert(3, why="low")
    await desk.tick()
    assert await desk.days("quiet") == []
    desk.now = MORNING + DAY - 30 * MINUTE
    for _ in range(3):
        await desk.tick()
    assert len(await desk.send()) == 2
    said = await desk.said("2025-11-23", "quiet")
    assert said is not None
    assert [(h.section, h.stories) for h in said.headings] == [(Section.NEW, 3)]
    await next_morning(desk)
    said = await desk.said("2025-11-23")
    assert said is not None
    fates = {one.headline: (one.fate, one.told_at is not None) for one in said.stories}
    assert fates.pop("On story-3") == ("low", False)
    assert list(fates.values()) == [("", True)] * 3
    await desk.close()


async def test_a_digest_whose_hour_is_quiet_comes_at_their_end(tmp_path: Path) -> None:
    """With what was held because of them: one message, not two."""
    desk = await Desk(tmp_path, quiet=Quiet(22 * 60, 9 * 60, "Europe/Berlin")).open()
    await desk.tick()
    desk.now = NOON + 11 * HOUR
    await desk.alert(0, why="quiet")
    await desk.alert(1, why="low")
    await next_morning(desk)
    assert await desk.days() == ["2025-11-22"]
    desk.now += 90 * MINUTE
    await desk.tick()
    assert (await desk.days(), await desk.days("quiet")) == (["2025-11-22", "2025-11-23"], [])
    assert {each.kind for each in await desk.send()} == {"digest"}
    await desk.close()


async def test_an_alert_of_the_last_second_is_no_day_late(tmp_path: Path) -> None:
    """Written after the quiet hours' own message: it opens as one more."""
    desk = await Desk(tmp_path, quiet=Quiet(22 * 60, 7 * 60, "Europe/Berlin")).open()
    await desk.tick()
    desk.now = MORNING + DAY - 31 * MINUTE
    await desk.alert(0, why="quiet")
    desk.now += MINUTE
    await desk.tick()
    desk.now -= SECOND
    await desk.alert(1, why="quiet")
    desk.now += 2 * SECOND
    await desk.tick()
    assert await desk.days("quiet") == ["2025-11-23", "2025-11-23.2"]
    await desk.close()


async def test_what_would_come_in_quiet_hours_waits_for_their_end(tmp_path: Path) -> None:
    """Held before they begin; where there are none any more it comes at once."""
    desk = await Desk(tmp_path, quiet=Quiet(22 * 60, 7 * 60, "Europe/Berlin")).open()
    await desk.tick()
    desk.now = NOON + 8 * HOUR
    await desk.alert(0, why="quiet")
    for hours, opened in ((0, 0), (3, 0), (9, 0), (10, 1)):
        desk.now = NOON + (8 + hours) * HOUR
        await desk.tick()
        assert len(await desk.days("quiet")) == opened
    await desk.alert(1, why="quiet")
    desk.quiet = None
    desk.now += MINUTE
    await desk.tick()
    assert len(await desk.days("quiet")) == 2
    await desk.close()


# --- nothing is lost -----------------------------------------------------------------------------


async def test_what_nobody_got_is_taken_over_by_the_next(desk: Desk) -> None:
    """Its holds and its time; the one before is not sent any more."""
    await desk.alert(0, why="low")
    await next_morning(desk)
    await desk.send("later")
    await desk.alert(1, why="low")
    await next_morning(desk)
    leased = await desk.send()
    assert len(leased) == 2
    said = await desk.said("2025-11-24")
    assert said is not None
    assert (said.total, said.refused, said.covers_from) == (2, ("2025-11-23",), NOON)
    states = await desk.rows("SELECT state, count(*) AS n FROM deliveries GROUP BY state")
    assert {row["state"]: row["n"] for row in states} == {"sent": 2, "withdrawn": 2}


async def test_an_alert_that_was_written_down_after_the_digest_is_in_the_next(desk: Desk) -> None:
    """Raised a second before it, behind others in the queue; what it had does not come again."""
    await next_morning(desk)
    desk.now += DAY - 2 * SECOND
    had = await desk.alert(0)
    desk.now += 2 * SECOND
    await desk.tick()
    desk.now -= SECOND
    late = await desk.alert(1)
    desk.now += SECOND
    await desk.send()
    told = {}
    for day in ("2025-11-24", "2025-11-25", "2025-11-26"):
        said = await desk.said(day)
        told[day] = [one.alert_id for one in said.stories] if said is not None else []
        await next_morning(desk)
        await desk.send()
    assert told == {"2025-11-24": [had], "2025-11-25": [late], "2025-11-26": []}


async def test_a_dead_one_comes_again_and_one_that_somebody_got_does_not(desk: Desk) -> None:
    """One accepted message confirms it: what the other recipient lost is told on ops."""
    await desk.alert(0, why="low")
    await next_morning(desk)
    await desk.send("dead")
    await next_morning(desk)
    first, second = await desk.claim()
    await desk.settle(first, "accepted")
    await desk.settle(second, "dead")
    said = await desk.said("2025-11-24")
    assert said is not None
    assert (said.total, said.refused) == (1, ("2025-11-23",))
    await next_morning(desk)
    assert await desk.said("2025-11-25") is None


async def test_one_that_is_on_its_way_is_waited_for(desk: Desk) -> None:
    """It may be accepted at this very moment: nothing would be told twice."""
    await desk.alert(0, why="low")
    await next_morning(desk)
    desk.now += 23 * HOUR + 58 * MINUTE
    first, second = await desk.claim()
    desk.now += 2 * MINUTE
    await desk.alert(1, why="low")
    await desk.tick()
    assert await desk.days() == ["2025-11-22", "2025-11-23"]
    asked = await desk.store.write(lambda tx: gathering.owe_asked(tx, desk.config, "me", desk.now))
    assert asked is None
    await desk.settle(first, "accepted")
    await desk.settle(second, "accepted")
    await desk.tick()
    said = await desk.said("2025-11-24")
    assert said is not None
    assert (said.total, said.refused) == (1, ())


async def test_digest_and_holds_are_one_transaction(desk: Desk) -> None:
    """Broken off at whatever statement, nothing of it is there, and the next tick does it all."""
    await desk.alert(0, why="low")
    await desk.alert(1, why="cap", detail="rule 6 an hour")
    desk.now = MORNING + DAY
    after = 0
    while True:
        after += 1
        if not await broken_off(desk, after):
            break
        assert await desk.rows("SELECT 1 FROM deliveries") == []
        assert await desk.days() == ["2025-11-22"]
        assert len(await desk.rows("SELECT 1 FROM holds WHERE digest_id IS NULL")) == 2
    assert after > 10
    assert await desk.days() == ["2025-11-22", "2025-11-23"]
    assert await desk.rows("SELECT 1 FROM holds WHERE digest_id IS NULL") == []
    assert len(await desk.send()) == 2


class _Killed(Exception):
    """The process is gone."""


async def broken_off(desk: Desk, after: int) -> bool:
    """Whether the digest was broken off at its n-th statement."""
    (wanted,) = await desk.store.read(lambda tx: gathering.due(tx, desk.config, desk.now))
    statements = 0

    def change(tx: object) -> None:
        def count(method: str) -> object:
            run = getattr(tx, method)

            def counted(*args: object, **params: object) -> object:
                nonlocal statements
                statements += 1
                if statements == after:
                    raise _Killed
                return run(*args, **params)

            return counted

        for method in ("all", "run", "value", "many"):
            setattr(tx, method, count(method))
        gathering.owe(tx, desk.config, wanted, desk.now)  # type: ignore[arg-type]

    try:
        await desk.store.write(change)
    except _Killed:
        return True
    return False


@dataclass
class Office:
    """Where digests are written."""

    store: Store
    config: Config
    clock: Callable[[], int]


async def test_from_a_poll_to_the_words_of_a_digest(tmp_path: Path) -> None:
    """What a rule takes for `low` is in no message but this one, in the words of its article."""
    rule = Rule("liberated", "liberated", severity=Severity.LOW, version="1")
    own = Settings(database=tmp_path / "wirewatch.db", digest=DigestTime(timezone="UTC"))
    world = await World(config(tmp_path, rules=[rule], settings=own)).open()
    office = Office(world.store, world.config, lambda: world.now)
    await world.poll(BRIEF)
    await gathering.owe_due(office)
    world.now += HOUR
    await world.poll(BRIEF, item("town", "Town changes hands", "Troops liberated it at dawn."))
    world.now += DAY
    await gathering.owe_due(office)
    leased = await world.store.write(
        lambda tx: outbox.claim(tx, "me", outbox.Claim("test", world.now, 100))
    )
    said = [
        await world.store.read(lambda tx, d=each: briefings.message(tx, world.config, d, world.now))
        for each in leased
    ]
    assert len(said) == 1
    assert "1. Town changes hands\n" in said[0].text
    assert "Troops «liberated» it at dawn." in said[0].text
    await world.close()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 3 * DAY), max_size=60).map(sorted),
    st.integers(0, DAY),
    st.integers(1, 3 * DAY),
)
def test_gaps_are_found_without_reading_every_poll(
    db: sqlite3.Connection, polls: list[int], since: int, lasting: int
) -> None:
    """The same as by looking at each."""
    db.execute("DELETE FROM polls")
    db.executemany(
        """INSERT INTO polls (source_id, polled_at, outcome, items, new_items, skipped, bytes)
           VALUES ('wire', ?, 'ok', 0, 0, 0, 0)""",
        [(at,) for at in polls],
    )
    until = since + lasting
    inside = [since, *(at for at in polls if since < at < until), until]
    gaps = [pair for pair in pairwise(inside) if pair[1] - pair[0] > HOUR]
    assert sorted(digest_entries.polling_gaps(Tx(db), since, until, HOUR)) == gaps


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(connect(Path(":memory:"))) as opened:
        migrations.apply(opened)
        opened.execute("PRAGMA foreign_keys = 0")
        yield opened
