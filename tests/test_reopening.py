"""What an article says anew after its story closed is told in a conversation that takes it up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor import briefings, grouping, hushing, proof
from monitor.model import Ack, Silence, short_id
from monitor.settings import EmailChannel, LabelMatcher, Pace, Settings
from monitor.store import outbox, stories
from monitor.store.stories import Story
from test_replay import again, lived, replayed
from world import BOMBING, BRIEF, DAY, HOUR, LIBERATED, MINUTE, NOON, WIRE, World, config, item

ANA = "ana@desk.example"
EIGHT = "A car bombing in Arkona killed 8."
TWELVE = "A car bombing in Arkona killed 12."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A car bombing was told, and its story is closed since; with a cooldown of a week."""
    pace = Pace(cooldown_seconds=7 * 86_400)
    settings = Settings(tmp_path / "wirewatch.db", pace=pace)
    room = EmailChannel("me", (ANA,), "wirewatch@desk.example", "localhost")
    known = config(tmp_path, rules=(BOMBING, LIBERATED), channels=(room,), settings=settings)
    opened = await World(known).open()
    await opened.poll(BRIEF)
    await opened.poll(WIRE)
    await opened.poll(BRIEF, item("old", "Old", EIGHT))
    opened.now += HOUR
    assert await opened.told() == [("car-bombing",)]
    opened.now = NOON + 4 * DAY
    yield opened
    await opened.close()


async def conversations(world: World) -> list[str]:
    """What each is about, the oldest first."""
    return [row["subject"] for row in await world.rows("conversations ORDER BY opened_at")]


async def about(world: World) -> list[str]:
    """Of each message what its conversation is about, the oldest first."""
    rows = await world.rows(
        "deliveries JOIN conversations USING (conversation_id) ORDER BY delivery_id"
    )
    return [row["subject"] for row in rows]


async def alerts(world: World) -> list[tuple[str, str]]:
    rows = await world.rows("alerts ORDER BY raised_at, alert_id")
    return [(row["rule_id"], row["reason"]) for row in rows]


async def test_what_is_new_opens_a_conversation_that_names_the_old(world: World) -> None:
    """As an article of its own would; and it does not wait for the cooldown."""
    (first,) = await world.rows("alerts")
    await world.poll(BRIEF, item("old", "Old", TWELVE))
    old, new = await conversations(world)
    assert await about(world) == [old, new]
    assert await alerts(world) == [("car-bombing", "first"), ("car-bombing", "number")]
    world.now += 2 * MINUTE
    (delivery,) = await world.store.write(
        lambda tx: outbox.claim(tx, "me", outbox.Claim("test", world.now, 9))
    )
    said = await world.store.read(
        lambda tx: briefings.message(tx, world.config, delivery, world.now)
    )
    assert f"Takes up {short_id(first['alert_id'])} of 22 Nov again." in said.text


async def test_what_says_nothing_new_opens_nothing(world: World) -> None:
    """And does not keep the closed story open: what is new a day later opens a conversation."""
    (key,) = await conversations(world)
    await world.poll(BRIEF, item("old", "Old", f"{EIGHT} It rained."))
    assert len(await alerts(world)) == 1
    assert [row["story_key"] for row in await world.rows("items")] == [key]
    world.now += DAY
    await world.poll(BRIEF, item("old", "Old", f"{TWELVE} It rained."))
    assert len(await conversations(world)) == 2


async def test_what_it_says_no_more_is_told_where_it_was_told(world: World) -> None:
    """A loss is no match."""
    (key,) = await conversations(world)
    await world.poll(BRIEF, item("old", "Old", "Nothing happened in Arkona."))
    assert await alerts(world) == [("car-bombing", "first"), ("car-bombing", "lost")]
    assert await about(world) == [key, key]


async def test_a_loss_beside_a_match_that_stood_is_told_there_too(world: World) -> None:
    both = "They liberated the town of Belvar. A flood."
    await world.poll(BRIEF, item("two", "Two", f"A car bombing in Belvar. {both}"))
    world.now += 4 * DAY
    before = await about(world)
    await world.poll(BRIEF, item("two", "Two", both))
    assert (await alerts(world))[-1] == ("car-bombing", "lost")
    assert (await about(world))[-1] == before[-1]


async def test_what_it_goes_on_to_say_comes_in_the_new_conversation(world: World) -> None:
    await world.poll(BRIEF, item("old", "Old", TWELVE))
    world.now += HOUR
    assert await world.told()
    await world.poll(BRIEF, item("old", "Old", "A car bombing in Arkona killed 20."))
    old, new = await conversations(world)
    assert await about(world) == [old, new, new]
    world.now += 4 * DAY
    assert await world.told()
    await world.poll(BRIEF, item("old", "Old", "A car bombing in Arkona killed 30."))
    assert len(await conversations(world)) == 3


async def test_a_match_that_is_new_in_it_is_a_first_one(world: World) -> None:
    """Of a rule that told the story by another article: as an article of its own would."""
    await world.poll(BRIEF, item("more", "More", "Calm."))
    keys = [row["story_key"] for row in await world.rows("items ORDER BY item_id")]
    await world.store.write(lambda tx: grouping.merge(tx, world.config, *keys, world.now))
    await world.poll(BRIEF, item("more", "More", EIGHT))
    assert await alerts(world) == [("car-bombing", "first")] * 2
    assert len(await conversations(world)) == 2


async def test_where_another_took_the_story_up_it_goes_on_there(world: World) -> None:
    """What was told of the closed one is not told again in it."""
    (old,) = await conversations(world)
    await world.poll(BRIEF, item("more", "More", "Calm."))
    new = (await world.rows("items ORDER BY item_id"))[-1]["story_key"]
    taken_up = Story(new, world.now, world.now, follows=old)
    await world.store.write(lambda tx: stories.put(tx, taken_up))
    await world.poll(BRIEF, item("more", "More", "Calm. A car bombing."))
    world.now += HOUR
    await world.poll(BRIEF, item("old", "Old", f"{TWELVE} They liberated it."))
    assert await conversations(world) == [old, new]
    told = (await world.rows("alerts ORDER BY raised_at"))[2:]
    assert {(row["rule_id"], row["reason"], row["story_key"]) for row in told} == {
        ("car-bombing", "number", new),
        ("liberated", "first", new),
    }


@pytest.mark.parametrize("how", ["ack", "silence"])
async def test_what_people_said_of_the_closed_story_holds(world: World, how: str) -> None:
    """Until the time that they said."""
    (key,) = await conversations(world)
    until = world.now + DAY
    if how == "ack":
        ack = Ack(key, "ana", world.now, until)
        await world.store.write(lambda tx: hushing.acknowledge(tx, world.config, ack))
    else:
        story = LabelMatcher("story", "=", key)
        wish = Silence((story,), "ana", "a drill", world.now, until)
        await world.store.write(lambda tx: hushing.silence(tx, world.config, wish, world.now))
    world.now += HOUR
    await world.poll(BRIEF, item("old", "Old", TWELVE))
    assert [row["why"] for row in await world.rows("holds")] == [
        {"ack": "acked", "silence": "silenced"}[how]
    ]
    assert await conversations(world) == [key]


async def test_a_silence_that_comes_later_holds_what_waits(world: World) -> None:
    (key,) = await conversations(world)
    await world.poll(BRIEF, item("old", "Old", TWELVE))
    wish = Silence((LabelMatcher("story", "=", key),), "ana", "a drill", world.now, world.now + DAY)
    await world.store.write(lambda tx: hushing.silence(tx, world.config, wish, world.now))
    assert [row["why"] for row in await world.rows("holds")] == ["silenced"]


async def test_the_closed_story_is_still_told_by_it(world: World) -> None:
    """It counts in both, and each says how it came in."""
    await world.poll(BRIEF, item("old", "Old", TWELVE))
    old, new = await conversations(world)
    for key in (old, new):
        tally = await world.store.read(lambda tx, key=key: stories.tally(tx, key, world.now))
        assert tally.articles == 1
    (row,) = await world.store.read(lambda tx: stories.members(tx, old))
    assert row["how"] is None
    (row,) = await world.store.read(lambda tx: stories.members(tx, new))
    assert row["how"] == "again"
    before = await world.store.read(lambda tx: stories.tally(tx, new, world.now - 1))
    assert before.articles == 0


async def test_an_edit_joins_no_closed_story(world: World) -> None:
    """Two that told the same were apart; the one is edited when both are closed."""
    body = "Ships from Umm Qasr and Fao came into Basra on Monday. " * 2
    await world.poll(BRIEF, item("port", "Port of Basra opens", f"{body} It was liberated."))
    await world.poll(WIRE, item("told", "Two", "Ice on the river. It was liberated."))
    world.now += 4 * DAY
    await world.told()
    before = await conversations(world)
    await world.poll(WIRE, item("told", "Port of Basra opens", f"{body} A car bombing there."))
    after = await conversations(world)
    assert len(after) == len(before) + 1
    assert (await about(world))[-1] == after[-1] == (await world.rows("stories"))[0]["story_key"]


async def test_an_edit_that_tells_an_open_story_leaves_its_own_closed(world: World) -> None:
    """It is told in the conversation of the open one, and what it told is not told again."""
    (old,) = await conversations(world)
    body = " ".join(
        f"The {n}th ship from Umm Qasr to Basra had {n} tons of dates." for n in range(9)
    )
    await world.poll(BRIEF, item("port", "Port of Basra opens", f"{body} It was liberated."))
    world.now += HOUR
    await world.told()
    _, port = await conversations(world)
    await world.poll(BRIEF, item("old", "Port of Basra opens", f"{body} {TWELVE}"))
    assert (await alerts(world))[2:] == [("car-bombing", "number")]
    assert await about(world) == [old, port, port]
    assert await world.rows("merges") == []


async def test_a_past_window_is_lived_again(world: World) -> None:
    """And every alert holds; wherever the window begins."""
    began = world.now
    for toll in (12, 12, 20, 21):
        await world.poll(BRIEF, item("old", "Old", f"A car bombing killed {toll}. {world.now}"))
        world.now += HOUR
        await world.told()
        world.now += 2 * DAY
    world.now += 2 * DAY
    await world.poll(BRIEF, item("old", "Old", "They liberated it."))
    world.now += HOUR
    await world.told()
    assert len(await conversations(world)) == 3
    for since in (0, NOON + 1, began - 1, began + DAY, began + 5 * DAY):
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since))
    for row in await world.rows("alerts"):
        verdict = await world.store.read(lambda tx, row=row: proof.verify(tx, row))
        assert verdict.holds, verdict.faults
