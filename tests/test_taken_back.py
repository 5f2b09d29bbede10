"""A loss that nobody was told yet is taken back once the match is back, and what was gained once it
is lost: no update says nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor import gathering, hushing, proof
from monitor.model import Silence
from monitor.settings import EmailChannel, LabelMatcher, Pace, Settings
from monitor.store import outbox
from monitor.store.outbox import Attempt
from test_owing import ANA, BEN, FLOOD, Office
from test_replay import Stream, again, lived, paced, pass_time, replayed
from world import (
    BOMBING,
    BRIEF,
    DAY,
    HOUR,
    LIBERATED,
    MINUTE,
    NOON,
    SECOND,
    WIRE,
    World,
    config,
    item,
    page,
)

EIGHT = "A car bombing in Arkona killed 8."
TWELVE = "A car bombing in Arkona killed 12."
CALM = "Nothing happened in Arkona."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A car bombing was told to two people, with the pace we ship: an update waits 15 minutes."""
    settings = Settings(tmp_path / "wirewatch.db", pace=Pace())
    room = EmailChannel("me", (ANA, BEN), "wirewatch@desk.example", "localhost")
    rules = (BOMBING, LIBERATED, FLOOD)
    known = config(tmp_path, rules=rules, channels=(room,), settings=settings)
    opened = await World(known).open()
    await opened.poll(BRIEF)
    await opened.poll(WIRE)
    await said(opened, EIGHT)
    opened.now += 2 * MINUTE
    assert await opened.told() == [("car-bombing",)] * 2
    opened.now += SECOND
    yield opened
    await opened.close()


async def said(world: World, body: str) -> None:
    """The article reads so, a minute later."""
    world.now += MINUTE
    await world.poll(BRIEF, item("new", "Arkona", body))


async def occasions(world: World) -> list[str]:
    rows = await world.rows("alerts ORDER BY raised_at, version, alert_id")
    return [row["occasion"].partition(":")[0] for row in rows]


async def lives_again(world: World, *between: int) -> None:
    """The archive and its replay tell the same, also from times on that lie within."""
    for since in (0, *between):
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since)), since


async def verifies(world: World) -> None:
    rows = await world.rows("alerts")
    for row in rows:
        found = await world.store.read(lambda tx, row=row: proof.verify(tx, row))
        assert found.holds, found


async def test_a_loss_that_was_undone_before_its_update_is_none(world: World) -> None:
    await said(world, CALM)
    assert await occasions(world) == ["first", "lost"]
    between = world.now + 1
    await said(world, EIGHT)
    assert await occasions(world) == ["first"]
    assert len(await world.rows("proofs")) == 1
    world.now += DAY
    assert await world.told() == []
    await lives_again(world, between)
    await verifies(world)


async def test_however_the_article_says_it_now(world: World) -> None:
    """Other words of a sentence that matches are no occasion without a loss between either."""
    await said(world, CALM)
    await said(world, f"{CALM} It rained.")
    await said(world, "In Arkona there was a car bombing: 8 were killed.")
    assert await occasions(world) == ["first"]
    world.now += DAY
    assert await world.told() == []


async def test_what_is_new_in_the_match_that_is_back_is_told_alone(world: World) -> None:
    await said(world, CALM)
    between = world.now + 1
    await said(world, TWELVE)
    assert await occasions(world) == ["first", "number"]
    world.now += DAY
    assert await world.told() == [("car-bombing",)] * 2
    await lives_again(world, between)
    await verifies(world)


async def test_what_one_person_was_told_stays_as_it_was(world: World) -> None:
    """Another still waits for it: both are told the same."""
    await said(world, CALM)
    world.now += HOUR
    (one,) = await world.store.write(
        lambda tx: outbox.claim(tx, "me", outbox.Claim("test", world.now, 1))
    )
    await world.store.write(lambda tx: outbox.sent(tx, Attempt(one, "accepted", world.now)))
    await said(world, EIGHT)
    assert await occasions(world) == ["first", "lost", "gained"]


async def test_what_was_tried_may_have_come(world: World) -> None:
    await said(world, CALM)
    world.now += HOUR
    await world.store.write(lambda tx: outbox.claim(tx, "me", outbox.Claim("test", world.now, 1)))
    await said(world, EIGHT)
    assert await occasions(world) == ["first", "lost", "gained"]


async def test_other_rules_of_the_same_message_are_told(world: World) -> None:
    """By their own pace: nothing more urgent is beside them."""
    await said(world, f"{EIGHT} They liberated the town.")
    await said(world, "They liberated the town.")
    assert await occasions(world) == ["first", "first", "lost"]
    await said(world, f"They liberated the town. {EIGHT}")
    assert await occasions(world) == ["first", "first"]
    world.now += DAY
    assert await world.told() == [("liberated",)] * 2
    await lives_again(world)


async def test_an_undone_loss_leaves_the_pace_to_what_is_left(world: World) -> None:
    """A flood that is said no more would be told sooner than the town that was liberated."""
    await said(world, f"{EIGHT} A flood.")
    world.now += HOUR
    assert await world.told() == [("flood",)] * 2
    await said(world, f"{EIGHT} They liberated the town.")
    (alone,) = {row["due_at"] for row in await world.rows("deliveries WHERE state = 'waiting'")}
    await said(world, "They liberated the town.")
    await said(world, f"They liberated the town. {EIGHT} A flood.")
    assert await occasions(world) == ["first", "first", "first"]
    (due_at,) = {row["due_at"] for row in await world.rows("deliveries WHERE state = 'waiting'")}
    assert due_at == alone


async def test_a_loss_that_is_held_back_is_taken_back_too(world: World) -> None:
    conditions = (LabelMatcher("rule", "=", BOMBING.id),)
    wish = Silence(conditions, "ana", "a drill", world.now, world.now + DAY)
    await world.store.write(lambda tx: hushing.silence(tx, world.config, wish, world.now))
    await said(world, CALM)
    assert [row["why"] for row in await world.rows("holds")] == ["silenced"]
    await said(world, EIGHT)
    assert await world.rows("holds") == []
    assert await occasions(world) == ["first"]
    await lives_again(world)


async def test_what_a_digest_has_stays_there(world: World) -> None:
    """It is told: so is that the match is back."""
    office = Office(world)
    await gathering.owe_due(office)
    conditions = (LabelMatcher("rule", "=", BOMBING.id),)
    wish = Silence(conditions, "ana", "a drill", world.now, world.now + HOUR)
    await world.store.write(lambda tx: hushing.silence(tx, world.config, wish, world.now))
    await said(world, CALM)
    world.now += DAY
    await gathering.owe_due(office)
    assert {row["digest_id"] for row in await world.rows("holds")} != {None}
    await said(world, EIGHT)
    assert await occasions(world) == ["first", "lost", "gained"]


async def test_what_was_told_as_lost_is_told_as_gained(world: World) -> None:
    """And once more lost and back before anybody is told of that, it is neither."""
    await said(world, CALM)
    world.now += HOUR
    assert await world.told() == [("car-bombing",)] * 2
    await said(world, EIGHT)
    world.now += HOUR
    assert await world.told() == [("car-bombing",)] * 2
    await said(world, f"{CALM} It rained.")
    await said(world, TWELVE)
    assert await occasions(world) == ["first", "lost", "gained", "number"]
    world.now += DAY
    assert await world.told() == [("car-bombing",)] * 2
    await lives_again(world)
    await verifies(world)


async def test_a_gain_that_was_undone_before_its_update_is_none(world: World) -> None:
    await said(world, CALM)
    world.now += HOUR
    assert await world.told() == [("car-bombing",)] * 2
    await said(world, EIGHT)
    assert await occasions(world) == ["first", "lost", "gained"]
    between = world.now + 1
    await said(world, f"{CALM} It rained.")
    assert await occasions(world) == ["first", "lost"]
    world.now += DAY
    assert await world.told() == []
    await lives_again(world, between)
    await verifies(world)


async def test_a_figure_that_came_with_it_is_told_as_said_no_more(world: World) -> None:
    await said(world, CALM)
    world.now += HOUR
    assert await world.told() == [("car-bombing",)] * 2
    await said(world, TWELVE)
    between = world.now + 1
    await said(world, f"{CALM} It rained.")
    assert await occasions(world) == ["first", "lost", "number", "lost"]
    world.now += DAY
    assert await world.told() == [("car-bombing", "car-bombing")] * 2
    await lives_again(world, between)
    await verifies(world)


async def retitled(world: World, title: str, body: str) -> None:
    """Its list shows another title, and its page comes a second later."""
    await world.poll(WIRE, item("two", title))
    world.now += SECOND
    (wanted,) = await world.bodies()
    await world.article(wanted, page("two", title, body))
    world.now += SECOND


async def test_a_title_that_says_it_again_undoes_a_loss(world: World) -> None:
    """Its page says so too, and nobody was told that it ever did not."""
    await retitled(world, "Car bombing", "It was in Belvar.")
    await retitled(world, "Calm", "It was in Belvar.")
    assert await occasions(world) == ["first", "first", "lost"]
    await world.poll(WIRE, item("two", "A car bombing"))
    assert await occasions(world) == ["first", "first"]
    world.now += SECOND
    (wanted,) = await world.bodies()
    await world.article(wanted, page("two", "A car bombing", "There was a car bombing."))
    assert await occasions(world) == ["first", "first"]
    world.now += SECOND
    assert await world.told() == []
    world.now += DAY
    assert await world.told() == [("car-bombing",)] * 2
    await lives_again(world)
    await verifies(world)


async def test_a_loss_undone_by_the_page_that_joins_a_story_is_owed_nowhere(world: World) -> None:
    """What else waits of the article goes on in the story that it joins."""
    port = (
        "Ships from Port Saren and Belvar came in on Monday, Governor Idris Kamal said. The town "
        "was liberated. Nobody has counted the lorries at the customs gate near the auction hall."
    )
    other = {"url": "https://brief.example/port", "body": port}
    await world.poll(BRIEF, item("port", "Port Saren opens", **other))
    await retitled(world, "Car bombing", "It was in Belvar.")
    await retitled(world, "Calm", "It was in Belvar.")
    assert await occasions(world) == ["first", "first", "first", "lost"]
    await retitled(world, "Port Saren opens", f"{port} A car bombing.")
    assert len(await world.rows("merges")) == 1
    rows = await world.rows("alerts WHERE rule_id = 'car-bombing' AND item_id > 1")
    assert [row["reason"] for row in rows] == ["first"]
    owed = {row["alert_id"] for row in await world.rows("delivery_alerts")}
    assert owed == {row["alert_id"] for row in await world.rows("alerts")}
    world.now += DAY
    assert {rule for told in await world.told() for rule in told} == {"car-bombing", "liberated"}
    await lives_again(world)


class Fickle(Stream):
    """Its articles are edited to and fro."""

    async def edit(self) -> None:
        earlier = dict(self.shown)
        await super().edit()
        changed = [slug for slug in earlier if self.shown[slug] != earlier[slug]]
        for slug in changed if self.rng.random() < 0.8 else ():
            await pass_time(self.world, self.rng.choice((20, 400, 2000)), 20)
            self.world.now += 1
            await self.read()
            self.shown[slug] = earlier[slug]
            await self.world.poll(self.rng.choice((WIRE, BRIEF)), earlier[slug])
            await self.read()


@pytest.mark.parametrize("seed", [1, 4, 12, 104, 121, 122, 226])
async def test_articles_that_change_to_and_fro_are_lived_again(tmp_path: Path, seed: int) -> None:
    world = await World(paced(tmp_path, rule_cap=3, channel_cap=5, updates_a_day=3)).open()
    await Fickle(world, seed, closing=seed % 2 == 0).run(40)
    for part in (0.0, 0.2, 0.35, 0.5, 0.65, 0.8):
        since = NOON + int((world.now - NOON) * part) | 1 if part else 0
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since)), part
    await verifies(world)
    await world.close()
