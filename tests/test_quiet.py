"""What people said of messages is kept once, and ends when it should."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.model import Ack, Mark, Silence
from monitor.settings import LabelMatcher
from monitor.store import acks, silences
from monitor.store.db import Store
from world import BRIEF, HOUR, NOON, World, config, item

STORY = LabelMatcher("story", "=", "url:wire.example/gate")
MUTE = Silence((STORY,), "ana", "enough for today", NOON, NOON + 24 * HOUR)


@pytest.fixture
async def store(tmp_path: Path):
    opened = Store(tmp_path / "wirewatch.db")
    yield opened
    await opened.close()


async def test_a_silence_reads_back_as_it_was_said(store: Store) -> None:
    """Matchers, query, author, reason and end."""
    asked = replace(MUTE, matchers=(STORY, LabelMatcher("site", "!~", "a|b")), query='"car bomb*"')
    assert await store.write(lambda tx: silences.add(tx, asked))
    assert await store.read(lambda tx: silences.active(tx, NOON)) == [asked]


async def test_the_same_silence_said_twice_is_one(store: Store) -> None:
    """A button pressed twice in one moment, an answer that was lost."""
    said = [await store.write(lambda tx: silences.add(tx, MUTE)) for _ in range(2)]
    assert said == [True, False]
    later = replace(MUTE, created_at=NOON + 1)
    assert await store.write(lambda tx: silences.add(tx, later))
    assert len(await store.read(lambda tx: silences.active(tx, NOON + 1))) == 2


async def test_a_silence_holds_until_its_end(store: Store) -> None:
    """Not before it was said, and not at its last moment."""
    await store.write(lambda tx: silences.add(tx, MUTE))
    moments = (NOON - 1, NOON, MUTE.ends_at - 1, MUTE.ends_at)
    held = [len(await store.read(lambda tx, at=at: silences.active(tx, at))) for at in moments]
    assert held == [0, 1, 1, 0]


async def test_a_silence_can_be_ended(store: Store) -> None:
    """Once; afterwards it is one of those that have ended."""
    await store.write(lambda tx: silences.add(tx, MUTE))
    at = NOON + HOUR
    ended = [await store.write(lambda tx: silences.expire(tx, MUTE.id, at)) for _ in range(2)]
    assert ended == [True, False]
    assert not await store.write(lambda tx: silences.expire(tx, "0" * 16, at))
    assert await store.read(lambda tx: silences.active(tx, at)) == []
    (past,) = await store.read(lambda tx: silences.ending_after(tx, NOON))
    assert past == replace(MUTE, ends_at=at)
    assert await store.read(lambda tx: silences.ending_after(tx, at)) == []


async def test_the_newest_ack_counts(store: Store) -> None:
    """Of all the stories that became one."""
    assert await store.read(lambda tx: acks.newest(tx, ["a", "b"])) is None
    said = [
        Ack("a", "ana", NOON),
        Ack("b", "ben", NOON + 1, NOON + HOUR),
        Ack("c", "ana", NOON + 2),
    ]
    for ack in said:
        assert await store.write(lambda tx, ack=ack: acks.add(tx, ack))
        assert not await store.write(lambda tx, ack=ack: acks.add(tx, ack))
    assert await store.read(lambda tx: acks.newest(tx, ["a", "b"])) == said[1]


async def test_an_alert_is_marked_once_by_each(tmp_path: Path) -> None:
    """Two people may say the same; one who says it again says nothing new."""
    world = await World(config(tmp_path)).open()
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("a", "Town liberated"))
    (alert,) = [row["alert_id"] for row in await world.rows("alerts")]
    said = [Mark(alert, "ana", NOON), Mark(alert, "ben", NOON + 1)]
    for mark in (*said, replace(said[0], marked_at=NOON + 2)):
        new = await world.store.write(lambda tx, m=mark: acks.mark_not_relevant(tx, m))
        assert new is (mark in said)
    assert await world.store.read(lambda tx: acks.marks_of(tx, alert)) == said
    await world.close()
