"""What each channel is owed, and when: what the pace and the outbox must agree on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import briefings, gathering, grouping, hushing
from monitor.health import Notice
from monitor.ingest import Ingest
from monitor.model import Ack, Message, Silence, Stamp, short_id
from monitor.owing import tell_ops
from monitor.plan import Plan
from monitor.settings import (
    EmailChannel,
    LabelMatcher,
    Pace,
    Quiet,
    Route,
    Rule,
    Settings,
    Severity,
    TextMatcher,
)
from monitor.store import alerts, conversations, outbox, stories
from monitor.store.db import Row, Tx
from monitor.store.outbox import Attempt
from monitor.store.stories import Story
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

ANA, BEN = "ana@desk.example", "ben@desk.example"
FLOOD = Rule("flood", "flood*", Severity.HIGH, version="1")

Open = Callable[..., object]


@asynccontextmanager
async def desk(
    directory: Path,
    to: tuple[str, ...] = (ANA,),
    rules: tuple[Rule, ...] = (BOMBING, LIBERATED, FLOOD),
    pace: Pace | None = None,
    quiet: Quiet | None = None,
) -> AsyncIterator[World]:
    """A world with the pace we ship, and one channel."""
    settings = Settings(directory / "wirewatch.db", pace=pace or Pace())
    channel = EmailChannel("me", to, "wirewatch@desk.example", "localhost", quiet=quiet)
    known = config(directory, rules=rules, channels=(channel,), settings=settings)
    world = await World(known).open()
    await world.poll(BRIEF)
    await world.poll(WIRE)
    yield world
    await world.close()


async def deliveries(world: World, recipient: str = ANA) -> list[Row]:
    rows = await world.rows("deliveries ORDER BY delivery_id")
    return [row for row in rows if row["recipient"] == recipient]


async def claim(world: World, limit: int = 100):
    return await world.store.write(
        lambda tx: outbox.claim(tx, "me", outbox.Claim("test", world.now, limit))
    )


async def later(world: World, at: int) -> None:
    """What is due is tried, and will be tried again."""
    for one in await claim(world):
        attempt = Attempt(one, "later", world.now)
        await world.store.write(lambda tx, a=attempt: outbox.failed(tx, a, at))


async def quieten(world: World, rule: Rule) -> None:
    conditions = (LabelMatcher("rule", "=", rule.id),)
    wish = Silence(conditions, "ana", "a drill", world.now, world.now + DAY)
    await world.store.write(lambda tx: hushing.silence(tx, world.config, wish, world.now))


async def test_what_one_person_may_have_got_is_not_hidden_from_another(tmp_path: Path) -> None:
    async with desk(tmp_path, (ANA, BEN)) as world:
        await world.poll(BRIEF, item("new", body="A car bombing."))
        world.now += 2 * MINUTE
        assert len(await claim(world, limit=1)) == 1
        await quieten(world, BOMBING)
        assert await world.rows("holds") == []
        assert len(await world.rows("delivery_alerts")) == 2


async def test_what_a_silence_leaves_of_a_message_goes_by_its_own_pace(tmp_path: Path) -> None:
    """It was to come as early as the critical alert beside it."""
    rules = (BOMBING, replace(LIBERATED, severity=Severity.CRITICAL))
    async with desk(tmp_path, rules=rules) as world:
        for body in ("A car bombing killed 8.", "A car bombing killed 9."):
            await world.poll(BRIEF, item("new", body=body))
            world.now += HOUR
            assert await world.told() == [("car-bombing",)]
        more = "A car bombing killed 10. Troops liberated it."
        await world.poll(BRIEF, item("new", body=more))
        before = (await deliveries(world))[-1]
        told_at = world.now
        assert (before["due_at"], before["spacing_ms"]) == (told_at + 15 * MINUTE, 15 * MINUTE)
        await quieten(world, LIBERATED)
        (left,) = [row for row in await deliveries(world) if row["state"] == "waiting"]
        assert (left["due_at"], left["spacing_ms"]) == (told_at + 30 * MINUTE, 30 * MINUTE)


async def test_a_silence_leaves_alone_what_is_owed_by_a_channel_that_is_gone(
    tmp_path: Path,
) -> None:
    """Nobody can know its quiet hours any more."""
    async with desk(tmp_path) as world:
        await world.poll(BRIEF, item("new", body="A car bombing. Troops liberated it."))
        other = EmailChannel("other", (ANA,), "wirewatch@desk.example", "localhost")
        world.config = replace(world.config, channels={"other": other})
        await quieten(world, LIBERATED)
        assert len(await world.rows("delivery_alerts")) == 1


async def test_a_conversation_that_never_began_is_none(tmp_path: Path) -> None:
    """It opens when it is told of in the end, and counts among those of that hour."""
    async with desk(tmp_path, pace=Pace(rule_cap=1)) as world:
        await world.poll(BRIEF, item("new", body="A car bombing."))
        await quieten(world, BOMBING)
        assert await world.rows("conversations") == []
        world.now += 2 * HOUR
        await world.poll(BRIEF, item("new", body="A car bombing. Troops liberated it."))
        (row,) = await world.rows("conversations")
        assert row["opened_at"] == world.now
        await world.poll(BRIEF, item("else", "Quarry", body="Elsewhere. They liberated a quarry."))
        assert [row["why"] for row in await world.rows("holds ORDER BY held_at")] == [
            "silenced",
            "cap",
        ]


@pytest.mark.parametrize("minutes", [15, 16, None])
async def test_an_ack_holds_what_is_owed_already(tmp_path: Path, minutes: int | None) -> None:
    """The update is due a quarter of an hour after the opening; without a time it is what ends an
    ack."""
    async with desk(tmp_path) as world:
        await world.poll(BRIEF, item("new", body="A car bombing."))
        world.now += 2 * MINUTE
        assert await world.told()
        await world.poll(BRIEF, item("new", body="A car bombing. Troops liberated it."))
        until = None if minutes is None else world.now + minutes * MINUTE
        (row,) = await world.rows("conversations")
        ack = Ack(row["subject"], "ana", world.now, until)
        assert await world.store.write(lambda tx: hushing.acknowledge(tx, world.config, ack))
        world.now += HOUR
        held = minutes == 16
        assert await world.told() == ([] if held else [("liberated",)])
        assert await why_held(world) == ([("me", "acked")] if held else [])


async def test_an_ack_holds_nothing_critical_and_no_other_story(tmp_path: Path) -> None:
    alarm = replace(FLOOD, severity=Severity.CRITICAL)
    async with desk(tmp_path, rules=(BOMBING, LIBERATED, alarm)) as world:
        await world.poll(BRIEF, item("new", "Arkona", body="A flood. Troops liberated it."))
        await world.poll(BRIEF, item("else", "Quarry", body="Elsewhere. A car bombing."))
        (key, _) = [row["story_key"] for row in await world.rows("items ORDER BY item_id")]
        ack = Ack(key, "ana", world.now, world.now + DAY)
        assert await world.store.write(lambda tx: hushing.acknowledge(tx, world.config, ack))
        assert not await world.store.write(lambda tx: hushing.acknowledge(tx, world.config, ack))
        world.now += HOUR
        assert sorted(await world.told()) == [("car-bombing",), ("flood", "liberated")]


async def two_owed(world: World) -> None:
    """The opening was sent, an update was tried and failed, one more waits behind it."""
    await world.poll(BRIEF, item("new", body="A car bombing."))
    world.now += 2 * MINUTE
    assert await world.told()
    await world.poll(BRIEF, item("new", body="A car bombing. Troops liberated it."))
    world.now += HOUR
    await later(world, world.now + 5 * HOUR)
    await world.poll(BRIEF, item("new", body="A car bombing."))
    assert [row["revision"] for row in await deliveries(world)] == [1, 2, 3]


async def test_reading_a_page_does_not_shorten_the_pause_between_messages(tmp_path: Path) -> None:
    async with desk(tmp_path) as world:
        await two_owed(world)
        world.now += 5 * HOUR
        assert await world.told() == [("liberated",)]
        waits_until = world.now + 30 * MINUTE
        assert (await deliveries(world))[-1]["try_at"] == waits_until
        (key,) = {row["subject"] for row in await world.rows("conversations")}
        await world.store.write(lambda tx: conversations.send_now(tx, [key], world.now))
        assert (await deliveries(world))[-1]["try_at"] == waits_until


async def test_what_is_more_severe_shortens_the_pause_of_what_waits(tmp_path: Path) -> None:
    async with desk(tmp_path) as world:
        await two_owed(world)
        assert (await deliveries(world))[-1]["spacing_ms"] == 30 * MINUTE
        await world.poll(BRIEF, item("new", body="A car bombing. A flood."))
        world.now += 5 * HOUR
        assert await world.told() == [("liberated",)]
        assert (await deliveries(world))[-1]["try_at"] == world.now + 15 * MINUTE


@pytest.fixture
async def again(tmp_path: Path) -> AsyncIterator[World]:
    """A story was told, closed, and is taken up again by an article that nobody was told of yet;
    with a cooldown of a week."""
    async with desk(tmp_path, pace=replace(Pace(), cooldown_seconds=7 * 86_400)) as world:
        await world.poll(BRIEF, item("old", "Old", body="A car bombing in Arkona."))
        world.now += 2 * MINUTE
        assert await world.told()
        await four_days_later(world)
        yield world


async def four_days_later(world: World) -> None:
    await world.poll(BRIEF, item("new", "New", body="Calm."))
    old, new = [row["story_key"] for row in await world.rows("items ORDER BY item_id")]
    world.now += 4 * DAY
    await world.store.write(lambda tx: stories.put(tx, Story(new, NOON, NOON, follows=old)))


COOLED = NOON + 2 * MINUTE + 7 * DAY


async def test_a_story_taken_up_again_waits_for_the_cooldown(again: World) -> None:
    await again.poll(BRIEF, item("new", "New", body="Calm. A car bombing."))
    assert (await deliveries(again))[-1]["due_at"] == COOLED


async def test_one_more_rule_does_not_hasten_it(again: World) -> None:
    await again.poll(BRIEF, item("new", "New", body="Calm. A car bombing."))
    again.now += HOUR
    await again.poll(BRIEF, item("new", "New", body="Calm. A car bombing. A flood."))
    assert (await deliveries(again))[-1]["due_at"] == COOLED


async def test_what_is_new_in_it_does(again: World) -> None:
    await again.poll(BRIEF, item("new", "New", body="Calm. A car bombing."))
    again.now += HOUR
    await again.poll(BRIEF, item("new", "New", body="Calm."))  # no longer says so
    assert (await deliveries(again))[-1]["due_at"] == again.now + 2 * MINUTE


async def test_the_old_story_is_known_by_the_key_that_it_was_told_under(again: World) -> None:
    """It was merged into another since, and what takes it up again follows that one."""
    await again.poll(BRIEF, item("third", "Third", body="Rain."), item("new2", "New", body="Calm."))
    old, _, third, new = [row["story_key"] for row in await again.rows("items ORDER BY item_id")]
    await again.store.write(lambda tx: grouping.merge(tx, again.config, third, old, again.now))
    await again.store.write(lambda tx: stories.put(tx, Story(new, NOON, NOON, follows=third)))
    await again.poll(BRIEF, item("new2", "New", body="Calm. A car bombing."))
    assert (await deliveries(again))[-1]["due_at"] == COOLED


async def test_it_says_which_story_it_takes_up_again(again: World) -> None:
    """In its first message alone."""
    (first,) = [row["alert_id"] for row in await again.rows("alerts")]
    await again.poll(BRIEF, item("new", "New", body="Calm. A car bombing."))
    again.now += 2 * DAY  # it stays open
    await again.poll(BRIEF, item("new", "New", body="Calm. Rain. A car bombing."))
    again.now = COOLED
    (text,) = await said(again)
    assert f"Takes up {short_id(first)} of 22 Nov again." in text
    again.now += HOUR
    await again.poll(BRIEF, item("new", "New", body="Calm. A flood. A car bombing."))
    again.now += HOUR
    (text,) = await said(again)
    assert "of 22 Nov again" not in text


async def test_it_takes_up_nothing_that_the_channel_was_not_told(tmp_path: Path) -> None:
    """The message about the closed story was refused."""
    async with desk(tmp_path) as world:
        await world.poll(BRIEF, item("old", "Old", body="A car bombing in Arkona."))
        world.now += 2 * MINUTE
        (refused,) = [Attempt(one, "message_refused", world.now) for one in await claim(world)]
        await world.store.write(lambda tx: outbox.failed(tx, refused, None))
        await four_days_later(world)
        await world.poll(BRIEF, item("new", "New", body="Calm. A car bombing."))
        world.now += HOUR
        (text,) = await said(world)
        assert "Takes up" not in text


BY_PLACE = Rule(
    "bombing", "bombing", version="1",
    severities={"title": Severity.NORMAL, "lead": Severity.HIGH, "body": Severity.LOW},
)  # fmt: skip


async def test_what_a_page_adds_to_what_was_told_is_news(tmp_path: Path) -> None:
    """Told as normal by its title; its page has the word in the lead."""
    async with desk(tmp_path, rules=(BY_PLACE,)) as world:
        await world.poll(WIRE, item("new", "A bombing"))
        world.now += 2 * MINUTE
        assert await world.told() == [("bombing",)]
        (wanted,) = await world.bodies()
        await world.article(wanted, page("new", "A bombing", "A bombing in Arkona."))
        raised = await world.rows("alerts ORDER BY raised_at")
        assert [(row["occasion"], row["severity"]) for row in raised] == [
            ("first", "normal"), ("severity:high", "high"),
        ]  # fmt: skip


async def test_what_a_page_says_before_anybody_is_told_is_told_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path, rules=(BY_PLACE,)) as world:
        await world.poll(WIRE, item("new", "A bombing"))
        (wanted,) = await world.bodies()
        await world.article(wanted, page("new", "A bombing", "A bombing in Arkona."))
        (alert,) = await world.rows("alerts")
        assert (alert["occasion"], alert["severity"]) == ("first", "high")


async def test_a_figure_that_only_a_page_had_was_not_told(tmp_path: Path) -> None:
    """The teaser's 8 was told; two outlets say 13 in the end."""
    async with desk(tmp_path, rules=(replace(BY_PLACE, severities={}),)) as world:
        await world.poll(WIRE, item("new", "A bombing in Arkona kills 8"))
        world.now += 2 * MINUTE
        assert await world.told()
        (wanted,) = await world.bodies()
        text = "A bombing in Arkona, near the old customs gate, killed 13 people on Monday."
        await world.article(wanted, page("new", "A bombing in Arkona kills 8", text))
        other = {"url": "https://brief.example/2", "body": text}
        await world.poll(BRIEF, item("other", "Bombing in Arkona: 13 people dead", **other))
        assert len({row["story_key"] for row in await world.rows("items")}) == 1
        assert "number:killed:13" in [row["occasion"] for row in await world.rows("alerts")]


async def occasions(world: World) -> list[str]:
    rows = await world.rows("alerts ORDER BY raised_at, alert_id")
    return [row["occasion"].partition(":")[0] for row in rows]


async def test_a_teaser_gains_its_match_where_no_page_is_read(tmp_path: Path) -> None:
    async with desk(tmp_path) as world:
        for body in (
            "A car bombing in Arkona.",
            "It was calm in Arkona.",
            "Arkona: a car bombing.",
        ):
            await world.poll(BRIEF, item("new", body=body))
            world.now += HOUR
            assert await world.told() == [("car-bombing",)]
        assert await occasions(world) == ["first", "lost", "gained"]


async def test_what_was_told_of_a_story_counts_as_told_of_what_is_split_off(tmp_path: Path) -> None:
    async with desk(tmp_path) as world:
        same = "A car bombing near the old customs gate of Arkona, said the governor on Monday."
        await world.poll(BRIEF, item("one", "Car bombing at Arkona gate", same))
        other = {"url": "https://brief.example/2", "body": same + " More later."}
        await world.poll(BRIEF, item("two", "Car bombing at Arkona gate", **other))
        ids = [row["item_id"] for row in await world.rows("items ORDER BY item_id")]
        world.now += HOUR
        assert await world.store.write(lambda tx: grouping.split(tx, ids[0], world.now))
        await world.poll(BRIEF, item("one", "Car bombing at Arkona gate", same + " All is well."))
        assert await occasions(world) == ["first"]


async def test_what_was_told_alone_may_join_what_nobody_asked_for(tmp_path: Path) -> None:
    """The other article matched no rule, so that its story has no row of its own yet."""
    async with desk(tmp_path) as world:
        same = (
            "Smoke stood over the old customs gate of Arkona, said Governor Idris Kamal on Monday."
        )
        other = {"url": "https://brief.example/2", "body": same}
        await world.poll(BRIEF, item("two", "Smoke at the customs gate of Arkona", **other))
        await world.poll(BRIEF, item("one", "Car bombing", "Nothing else is known yet."))
        await world.store.write(lambda tx: grouping.group_missing(tx, world.config, 10, world.now))
        world.now += HOUR
        await world.poll(BRIEF, item("one", "Car bombing at Arkona customs gate", same))
        assert len({row["merged_into"] for row in await world.rows("stories")}) == 2


# --- what a page joins to a story that was told ---------------------------------------------------

TEXT = (
    "PORT SAREN (NWA) - A car bombing tore through the fish market in Port Saren on Tuesday "
    "morning, wounding dozens, police said. It went off at 7:40 near the customs gate, where "
    "lorries wait for the first ferry. Governor Idris Kamal closed the port.\n\nNobody has claimed "
    "the attack. Rescuers dug through the collapsed roof of the auction hall until noon, the "
    "harbour police chief Mara Lind told reporters."
)
OWN_TEXT = (
    "Smoke still stood over Port Saren's fish market when our reporter reached the customs gate on "
    "Tuesday. A car bombing had torn through it. Governor Idris Kamal came at noon and said the "
    "port would stay closed.\n\nMara Lind, who leads the harbour police, said the lorry had "
    "arrived with the first ferry."
)
TITLES = ("Traders speak of car bombing", "Liberated traders speak of car bombing")


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[World]:
    """A story was told, and an outlet's feed has its headline in other words, which match too."""
    async with desk(tmp_path) as world:
        fields = {"url": "https://brief.example/port", "body": TEXT, "wire": "NWA"}
        await world.poll(BRIEF, item("port", "Car bombing at Port Saren fish market", **fields))
        world.now += HOUR
        assert await world.told() == [("car-bombing",)]
        await world.poll(WIRE, item("new", TITLES[0]))
        assert len(await world.rows("conversations")) == 2
        world.now += 5 * SECOND
        yield world


async def test_a_teaser_whose_page_is_a_copy_opens_no_conversation(port: World) -> None:
    (wanted,) = await port.bodies()
    await port.article(wanted, page("new", TITLES[0], TEXT, wire="NWA"))
    assert len({row["merged_into"] for row in await port.rows("stories")}) == 2
    port.now += DAY
    assert await port.told() == []
    assert [row["occasion"] for row in await port.rows("alerts")] == ["first"]
    assert len(await port.rows("conversations")) == 1


async def test_a_teaser_whose_page_has_an_origin_of_its_own_is_an_update(port: World) -> None:
    (wanted,) = await port.bodies()
    await port.article(wanted, page("new", TITLES[0], OWN_TEXT, byline="By Ida Reporter"))
    port.now += DAY
    assert await port.told() == [("car-bombing",)]
    assert await occasions(port) == ["first", "origin"]
    assert [row["revision"] for row in await deliveries(port)] == [1, 2]


async def test_what_is_new_in_such_a_teaser_goes_into_the_conversation(port: World) -> None:
    """One more rule matches in it."""
    await port.poll(WIRE, item("more", TITLES[1]))
    port.now += 5 * SECOND
    for wanted, title in zip(await port.bodies(), TITLES, strict=True):
        slug = wanted.url.rpartition("/")[2]
        await port.article(wanted, page(slug, title, TEXT, wire="NWA"))
    port.now += DAY
    assert await port.told() == [("liberated",)]
    assert [row["revision"] for row in await deliveries(port)] == [1, 2]


async def test_so_does_what_only_the_teaser_says(port: World) -> None:
    """The page words it otherwise; it is told all the same, and opens nothing."""
    await port.poll(WIRE, item("more", TITLES[1]))
    port.now += 5 * SECOND
    for wanted in await port.bodies():
        slug = wanted.url.rpartition("/")[2]
        await port.article(wanted, page(slug, "Traders speak", TEXT, wire="NWA"))
    assert len(await port.rows("conversations")) == 1
    port.now += DAY
    assert await port.told() == [("liberated",)]
    assert [row["revision"] for row in await deliveries(port)] == [1, 2]


async def test_what_a_rule_raised_that_is_gone_by_then_stays_where_it_is(port: World) -> None:
    await port.poll(WIRE, item("more", TITLES[1]))
    port.now += 5 * SECOND
    port.config = replace(port.config, rules=(BOMBING, FLOOD))
    port.ingest = Ingest(port.store, Plan.of(port.config), lambda: port.now)
    for wanted in await port.bodies():
        slug = wanted.url.rpartition("/")[2]
        await port.article(wanted, page(slug, "Traders speak", TEXT, wire="NWA"))
    port.now += DAY
    assert await port.told() == [("liberated",)]


# --- stories that become one while both wait to be told -------------------------------------------


@asynccontextmanager
async def two_stories(directory: Path, title: str = TITLES[0]) -> AsyncIterator[World]:
    """Both wait for their group, whose second is told sooner; nobody knows that they are one."""
    async with desk(directory, (ANA, BEN)) as world:
        fields = {"url": "https://brief.example/port", "body": TEXT, "wire": "NWA"}
        await world.poll(BRIEF, item("port", "Car bombing at Port Saren fish market", **fields))
        world.now += SECOND
        await world.poll(BRIEF, item("", title, "A flood.", **SECOND_STORY))
        assert len(await world.rows("conversations")) == 2
        world.now += 5 * SECOND
        yield world


SECOND_STORY = {"url": "https://brief.example/second"}
SOONER = NOON + SECOND + 30 * SECOND


async def merge_all(world: World) -> None:
    one, other = [row["story_key"] for row in await world.rows("items ORDER BY item_id")]
    await world.store.write(lambda tx: grouping.merge(tx, world.config, other, one, world.now))


async def one_message(world: World) -> set[str]:
    """The rules of the one message that each recipient has, at the earlier of the two times."""
    assert len(await world.rows("conversations")) == 1
    rows = await world.rows("deliveries ORDER BY delivery_id")
    assert [row["recipient"] for row in rows] == [ANA, BEN]
    assert {(row["revision"], row["due_at"], row["try_at"]) for row in rows} == {
        (1, SOONER, SOONER)
    }
    told = [row["alert_id"] for row in await world.rows("delivery_alerts")]
    raised = {row["alert_id"] for row in await world.rows("alerts")}
    assert sorted(told) == sorted([*raised, *raised])
    world.now = SOONER
    to_ana, to_ben = await world.told()
    assert to_ana == to_ben
    world.now += DAY
    assert await world.told() == []
    return set(to_ana)


async def test_an_edit_that_joins_two_stories_in_their_wait_opens_one(tmp_path: Path) -> None:
    async with two_stories(tmp_path) as world:
        await world.poll(BRIEF, item("", TITLES[0], f"{TEXT} A flood.", wire="NWA", **SECOND_STORY))
        assert len({row["merged_into"] for row in await world.rows("stories")}) == 2
        assert await one_message(world) == {"car-bombing", "flood"}


async def test_what_only_its_first_text_said_is_told_all_the_same(tmp_path: Path) -> None:
    async with two_stories(tmp_path, TITLES[1]) as world:
        await world.poll(BRIEF, item("", TITLES[0], TEXT, wire="NWA", **SECOND_STORY))
        assert len({row["merged_into"] for row in await world.rows("stories")}) == 2
        assert await one_message(world) == {"car-bombing", "flood", "liberated"}


async def test_so_do_two_that_are_made_one_by_hand(tmp_path: Path) -> None:
    async with two_stories(tmp_path) as world:
        await merge_all(world)
        assert await one_message(world) == {"car-bombing", "flood"}


async def test_what_was_told_by_then_keeps_its_conversation(tmp_path: Path) -> None:
    """What waits beside it is told, too."""
    async with two_stories(tmp_path) as world:
        world.now = SOONER
        assert await world.told() == [("car-bombing", "flood")] * 2
        await merge_all(world)
        world.now += DAY
        assert await world.told() == [("car-bombing",)] * 2
        assert len(await world.rows("conversations")) == 2


def hush_one(world: World, how: str) -> Callable[[Tx], bool]:
    """What somebody says of the story `port`, until tomorrow."""
    story, until = SILENCED_STORY, world.now + DAY
    if how == "ack":
        return lambda tx: hushing.acknowledge(tx, world.config, Ack(story, "ana", world.now, until))
    wish = Silence((LabelMatcher("story", "=", story),), "ana", "seen", world.now, until)
    return lambda tx: hushing.silence(tx, world.config, wish, world.now)


SILENCED_STORY = "url:https://brief.example/port"


@pytest.mark.parametrize("by_hand", [True, False])
@pytest.mark.parametrize(("how", "why"), [("ack", "acked"), ("silence", "silenced")])
async def test_what_joins_a_story_that_is_kept_back_is_kept_back(
    tmp_path: Path, how: str, why: str, by_hand: bool
) -> None:
    async with two_stories(tmp_path) as world:
        await world.store.write(hush_one(world, how))
        if by_hand:
            await merge_all(world)
        else:
            text = f"{TEXT} A flood."
            await world.poll(BRIEF, item("", TITLES[0], text, wire="NWA", **SECOND_STORY))
        assert len({row["merged_into"] for row in await world.rows("stories")}) == 2
        world.now += HOUR
        assert await world.told() == []
        held = {row["alert_id"] for row in await world.rows("holds") if row["why"] == why}
        assert held == {row["alert_id"] for row in await world.rows("alerts")}


async def test_a_page_that_joins_them_hastens_nothing_by_what_it_takes_back(tmp_path: Path) -> None:
    """What was more urgent in the teaser is one more article of the other story now."""
    rules = (
        replace(
            BOMBING,
            severities={"title": Severity.HIGH, "lead": Severity.NORMAL, "body": Severity.NORMAL},
        ),
    )
    async with desk(tmp_path, rules=rules) as world:
        fields = {"url": "https://brief.example/port", "body": TEXT, "wire": "NWA"}
        await world.poll(BRIEF, item("port", "Blast at Port Saren fish market", **fields))
        world.now += SECOND
        await world.poll(WIRE, item("new", TITLES[0]))
        world.now += SECOND
        (wanted,) = await world.bodies()
        await world.article(wanted, page("new", "Traders speak", TEXT, wire="NWA"))
        (row,) = await deliveries(world)
        assert row["due_at"] == row["try_at"] == NOON + 2 * MINUTE


# --- what is edited before it is told -------------------------------------------------------------

CALM = "A gas leak in Arkona killed 8."


@pytest.mark.parametrize("silenced", [False, True])
async def test_an_opening_says_what_its_article_says_no_more(
    tmp_path: Path, silenced: bool
) -> None:
    """It was edited while the opening waited, or when nobody was told of it."""
    async with desk(tmp_path) as world:
        if silenced:
            conditions = (LabelMatcher("rule", "=", BOMBING.id),)
            wish = Silence(conditions, "ana", "a drill", world.now, world.now + MINUTE)
            await world.store.write(lambda tx: hushing.silence(tx, world.config, wish, world.now))
        await world.poll(BRIEF, item("new", "Arkona", "A car bombing in Arkona killed 8."))
        world.now += MINUTE
        await world.poll(BRIEF, item("new", "Arkona", CALM))
        world.now += HOUR
        (text,) = await said(world)
        assert text.startswith('No longer says "car bombing"  wire.example changed the text at')
        assert f"+ {CALM}" in text
        assert ">>car bombing<<" not in text


async def test_an_opening_quotes_the_newest_figure_alone(tmp_path: Path) -> None:
    """A phone shows no more than the first sentence."""
    async with desk(tmp_path) as world:
        for killed in (8, 13):
            await world.poll(BRIEF, item("new", "Arkona", f"A car bombing killed {killed}."))
            world.now += 30 * SECOND
        world.now += HOUR
        (text,) = await said(world)
        assert text.startswith("A >>car bombing<< killed 13.\n")
        assert "killed 8" not in text


async def test_an_opening_quotes_what_its_article_says_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as world:
        bombing = "A car bombing in Arkona killed 8."
        for text in (bombing, CALM, bombing):
            await world.poll(BRIEF, item("new", "Arkona", text))
            world.now += 30 * SECOND
        world.now += HOUR
        (text,) = await said(world)
        assert "longer says" not in text
        assert text.count(">>car bombing<<") == 1


@pytest.mark.parametrize("later", ["A car bombing in Arkona killed 13.", CALM])
@pytest.mark.parametrize("told_before", [True, False])
async def test_a_digest_says_what_is_new_in_a_story_that_somebody_has_seen(
    tmp_path: Path, later: str, told_before: bool
) -> None:
    """Nothing but the digest can say it, whether it has the story itself or an earlier one did."""
    async with desk(tmp_path) as world:
        office = Office(world)
        await gathering.owe_due(office)
        world.now += 0 if told_before else SECOND  # a digest covers what came after the one before
        await world.poll(BRIEF, item("new", "Arkona", "A car bombing in Arkona killed 8."))
        world.now += HOUR
        assert len(await said(world)) == 1
        (row,) = await world.rows("conversations")
        ack = Ack(row["subject"], "ana", world.now, world.now + 8 * HOUR)
        await world.store.write(lambda tx: hushing.acknowledge(tx, world.config, ack))
        await world.poll(BRIEF, item("new", "Arkona", later))
        world.now += DAY
        await gathering.owe_due(office)
        (text,) = await said(world)
        news = 'No longer says "car bombing"' if later is CALM else "8 -> 13 killed"
        assert f"{news}; car-bombing; 1 article; " in text
        assert ("told Sat 13:00" in text) is not told_before


# --- what a page changes of what waits ------------------------------------------------------------

WEEK_AGO = Stamp(NOON - 7 * DAY)


async def why_held(world: World) -> list[tuple[str, str]]:
    return [(row["channel"], row["why"]) for row in await world.rows("holds ORDER BY channel")]


async def test_a_page_that_brings_an_old_date_makes_its_teaser_late(tmp_path: Path) -> None:
    async with desk(tmp_path) as world:
        await world.poll(WIRE, item("new", "A car bombing"))
        (wanted,) = await world.bodies()
        text = "A car bombing in Arkona."
        await world.article(wanted, page("new", "A car bombing", text, published=WEEK_AGO))
        world.now += DAY
        assert await world.told() == []
        assert await why_held(world) == [("me", "late")]


async def test_a_page_that_brings_a_new_date_makes_it_fresh(tmp_path: Path) -> None:
    async with desk(tmp_path) as world:
        await world.poll(WIRE, item("new", "A car bombing", published=WEEK_AGO))
        assert await why_held(world) == [("me", "late")]
        (wanted,) = await world.bodies()
        text = "A car bombing in Arkona."
        await world.article(wanted, page("new", "A car bombing", text, published=Stamp(NOON)))
        world.now += DAY
        assert await world.told() == [("car-bombing",)]
        assert await why_held(world) == []


async def routed(directory: Path, rule: Rule, *routes: Route) -> World:
    """What no route takes goes to `me`."""
    names = ("me", *(name for route in routes for name in route.to))
    channels = [EmailChannel(name, (ANA,), "wirewatch@desk.example", "localhost") for name in names]
    settings = Settings(directory / "wirewatch.db", pace=Pace())
    known = config(directory, rules=(rule,), channels=channels, settings=settings)
    world = await World(replace(known, route=Route(to=("me",), routes=routes))).open()
    await world.poll(WIRE)
    return world


async def owed_to(world: World) -> list[str]:
    rows = await world.rows("deliveries WHERE state = 'waiting' ORDER BY channel")
    return [row["channel"] for row in rows]


async def test_what_a_page_leads_elsewhere_leaves_where_its_teaser_led(tmp_path: Path) -> None:
    world = await routed(tmp_path, BOMBING, Route(("room",), text=TextMatcher("Mosul")))
    await world.poll(WIRE, item("new", "A car bombing"))
    assert await owed_to(world) == ["me"]
    (wanted,) = await world.bodies()
    await world.article(wanted, page("new", "A car bombing", "A car bombing in Mosul."))
    assert await owed_to(world) == ["room"]
    await world.close()


async def unrouted(world: World) -> int:
    return await world.store.read(lambda tx: alerts.count_unrouted(tx, NOON))


async def test_what_matches_no_route_is_counted_once(tmp_path: Path) -> None:
    """And no more where the page leads it somewhere."""
    world = await routed(tmp_path, BOMBING, Route(("room",), text=TextMatcher("Mosul")))
    for slug, text in (("new", "A car bombing in Mosul."), ("old", "A car bombing in Arkona.")):
        await world.poll(WIRE, item(slug, f"A car bombing: {slug}"))
        assert await unrouted(world) == 1
        (wanted,) = await world.bodies()
        await world.article(wanted, page(slug, f"A car bombing: {slug}", text))
        assert await unrouted(world) == (slug == "old")
    await world.close()


async def test_what_a_page_makes_low_is_told_nowhere_at_once(tmp_path: Path) -> None:
    low = Route(("mail",), (LabelMatcher("severity", "=", "low"),))
    world = await routed(tmp_path, BY_PLACE, low)
    await world.poll(WIRE, item("new", "Arkona", "A bombing."))
    assert await owed_to(world) == ["me"]
    (wanted,) = await world.bodies()
    await world.article(wanted, page("new", "Arkona", "It was calm.\n\nThen a bombing."))
    assert await owed_to(world) == []
    assert await why_held(world) == [("mail", "low")]
    await world.close()


async def test_what_a_page_makes_more_severe_waits_no_longer(tmp_path: Path) -> None:
    """It was to come half an hour after the update before it."""
    places = {"title": Severity.NORMAL, "lead": Severity.CRITICAL}
    rules = (replace(BY_PLACE, severities=places), LIBERATED, Rule("fire", "fire", version="1"))
    async with desk(tmp_path, rules=rules) as world:
        titles = ("Arkona liberated", "Arkona liberated, fire", "Arkona liberated, fire, bombing")
        for title, minutes in zip(titles, (2, 15, 0), strict=True):
            await world.poll(WIRE, item("new", title))
            world.now += minutes * MINUTE
            assert len(await world.told()) == (minutes > 0)
        assert (await deliveries(world))[-1]["due_at"] == world.now + 30 * MINUTE
        (wanted,) = await world.bodies()
        await world.article(wanted, page("new", titles[-1], "A bombing. Arkona is liberated."))
        assert (await deliveries(world))[-1]["due_at"] == world.now + 15 * MINUTE
        world.now += 15 * MINUTE
        assert await world.told() == [("bombing",)]


TWICE = (replace(BY_PLACE, severities={"title": Severity.HIGH, "lead": Severity.LOW}), LIBERATED)


async def test_what_a_page_makes_low_hastens_nothing_beside_it(tmp_path: Path) -> None:
    """The message was to come after half a minute, for what is in the digest now."""
    async with desk(tmp_path, rules=TWICE) as world:
        await world.poll(WIRE, item("new", "Arkona liberated: bombing"))
        raised_at = world.now
        world.now += 5 * SECOND
        (wanted,) = await world.bodies()
        await world.article(wanted, page("new", "Arkona liberated", "A bombing. All is calm."))
        (row,) = await deliveries(world)
        assert (row["due_at"], row["try_at"]) == (raised_at + 2 * MINUTE,) * 2
        assert await why_held(world) == [("me", "low")]
        world.now = raised_at + 2 * MINUTE
        assert await world.told() == [("liberated",)]


async def test_what_a_page_makes_less_severe_comes_later(tmp_path: Path) -> None:
    """It is still in the message, and the message goes by what it is worth now."""
    places = {"title": Severity.HIGH, "lead": Severity.NORMAL}
    rules = (replace(BY_PLACE, severities=places), LIBERATED)
    async with desk(tmp_path, rules=rules) as world:
        await world.poll(WIRE, item("new", "Arkona liberated: bombing"))
        raised_at = world.now
        world.now += 5 * SECOND
        (wanted,) = await world.bodies()
        await world.article(wanted, page("new", "Arkona liberated", "A bombing. All is calm."))
        (row,) = await deliveries(world)
        assert row["due_at"] == raised_at + 2 * MINUTE


async def test_a_page_that_changes_no_severity_changes_no_time(tmp_path: Path) -> None:
    """One rule matched a minute after the other, and joined its message."""
    async with desk(tmp_path) as world:
        await world.poll(WIRE, item("new", "Arkona liberated"))
        raised_at = world.now
        world.now += MINUTE
        await world.poll(WIRE, item("new", "Arkona liberated: car bombing"))
        world.now += SECOND
        for wanted in await world.bodies():
            text = "A car bombing in Arkona, which was liberated."
            await world.article(wanted, page("new", "Arkona liberated: car bombing", text))
        (row,) = await deliveries(world)
        assert (row["due_at"], row["try_at"]) == (raised_at + 2 * MINUTE,) * 2


@pytest.mark.parametrize("seconds", [30, 90, 150])
async def test_what_waits_for_a_page_into_quiet_hours_is_held(tmp_path: Path, seconds: int) -> None:
    """Due before they begin, it would be tried two minutes after it came, page or no page."""
    quiet = Quiet(23 * 60, 7 * 60, "UTC")
    async with desk(tmp_path, quiet=quiet) as world:
        world.now += 11 * HOUR - seconds * SECOND
        await world.poll(WIRE, item("new", "A flood"))
        world.now += 2 * MINUTE
        if seconds > 120:
            assert await world.told() == [("flood",)]
        else:
            assert await world.told() == []
            assert await why_held(world) == [("me", "quiet")]


async def test_what_is_due_in_quiet_hours_is_held_though_it_waits_longer(tmp_path: Path) -> None:
    """The page may come at any time, and then it would be sent."""
    quiet = Quiet(23 * 60, 7 * 60, "UTC")
    async with desk(tmp_path, quiet=quiet) as world:
        world.now += 19 * HOUR - 90 * SECOND
        await world.poll(WIRE, item("new", "A flood"))
        assert await why_held(world) == [("me", "quiet")]


async def test_an_update_that_leaves_before_quiet_hours_takes_along_what_is_new(
    tmp_path: Path,
) -> None:
    """By itself it would come two minutes later, in them."""
    night = NOON + 11 * HOUR
    async with desk(tmp_path, quiet=Quiet(23 * 60, 7 * 60, "UTC")) as world:
        for before, killed in ((18 * MINUTE, 8), (10 * MINUTE, 9), (90 * SECOND, 10)):
            world.now = night - before
            await world.poll(BRIEF, item("new", body=f"A car bombing killed {killed}."))
            if killed == 8:
                world.now += 2 * MINUTE
                assert await world.told() == [("car-bombing",)]
        assert await why_held(world) == []
        world.now = night - MINUTE
        assert await world.told() == [("car-bombing",) * 2]


class Office:
    """What the daemon's tick needs of an engine."""

    def __init__(self, world: World) -> None:
        self.store, self.config, self.clock = world.store, world.config, lambda: world.now


async def said(world: World) -> list[str]:
    """What the channel gets now."""
    texts = []
    for one in await claim(world):
        message = await world.store.read(
            lambda tx, d=one: briefings.message(tx, world.config, d, world.now)
        )
        texts.append(message.text)
        attempt = Attempt(one, "accepted", world.now)
        await world.store.write(lambda tx, a=attempt: outbox.sent(tx, a))
    return texts


async def messages(world: World) -> list[Message]:
    """What the channel would get now."""
    return [
        await world.store.read(
            lambda tx, d=one: briefings.message(tx, world.config, d, world.now + DAY)
        )
        for one in await claim(world)
    ]


async def test_two_databases_have_no_message_in_common(tmp_path: Path) -> None:
    """Else a mailbox that knows the one drops the other: the second has another day's story."""
    ids = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        async with desk(tmp_path / name) as world:
            world.now += DAY if name == "two" else 0
            await world.poll(BRIEF, item("new", body="A car bombing."))
            world.now += 2 * MINUTE
            ids.add((await messages(world))[0].message_id)
    assert len(ids) == 2


async def test_a_conversation_from_before_keeps_its_ids(tmp_path: Path) -> None:
    """What was opened by a version whose ids held no time goes on under the ids that were sent."""
    async with desk(tmp_path) as world:
        await world.poll(BRIEF, item("new", body="A car bombing."))
        await world.store.write(lambda tx: tx.run("UPDATE conversations SET stamped_at = NULL"))
        world.now += 2 * MINUTE
        assert await world.told()
        await world.poll(BRIEF, item("new", body="A car bombing. Troops liberated it."))
        (row,) = await world.rows("conversations")
        world.now += HOUR
        (update,) = await messages(world)
        name = row["conversation_id"]
        assert update.in_reply_to == f"<story.{name}.1@desk.example>"
        assert update.message_id == f"<story.{name}.2@desk.example>"


async def test_a_reply_names_the_message_as_it_was_sent(tmp_path: Path) -> None:
    """The channel sends as somebody of another domain since."""
    notice = Notice("x", "blind", "")

    async def owe(world: World, body: str) -> list[Message]:
        await world.poll(BRIEF, item("new", body=body))
        await world.store.write(lambda tx: tell_ops(tx, world.config, notice, world.now))
        world.now += HOUR
        leased = await claim(world)
        load = lambda tx: [briefings.message(tx, world.config, one, world.now) for one in leased]  # noqa: E731
        found = await world.store.read(load)
        for one, message in zip(leased, found, strict=True):
            attempt = Attempt(one, "accepted", world.now, message_id=message.message_id)
            await world.store.write(lambda tx, a=attempt: outbox.sent(tx, a))
        return sorted(found, key=lambda message: message.message_id or "")

    async with desk(tmp_path) as world:
        world.config = replace(world.config, ops="me")
        first = await owe(world, "A car bombing.")
        assert len(first) == 2
        channel = replace(world.config.channels["me"], sender="wirewatch@news.example")
        world.config = replace(world.config, channels={"me": channel})
        for body in ("A car bombing. Troops liberated it.", "A flood."):
            again = await owe(world, body)
            assert [one.in_reply_to for one in again] == [one.message_id for one in first]


async def test_each_rule_is_quoted_from_the_version_that_it_matched(tmp_path: Path) -> None:
    """An edit makes the other rule match before anybody was told."""
    async with desk(tmp_path) as world:
        await world.poll(BRIEF, item("new", body="Smoke rose. A car bombing. Nothing else."))
        world.now += MINUTE
        edited = "Troops liberated it. A car bombing. Nothing else."
        await world.poll(BRIEF, item("new", body=edited))
        world.now += HOUR
        (text,) = await said(world)
        assert "A >>car bombing<<.\n    car-bombing, teaser" in text
        assert "Troops >>liberated<< it.\n    liberated, teaser" in text


async def test_a_teaser_and_its_page_are_quoted_each_by_itself(tmp_path: Path) -> None:
    """What matched in the teaser does not stand in the page, which another rule matches."""
    async with desk(tmp_path) as world:
        await world.poll(WIRE, item("new", "Arkona", "A car bombing shook the town."))
        world.now += MINUTE
        (wanted,) = await world.bodies()
        whole = page("new", "Arkona", "They liberated it, said the governor, and all was well.")
        await world.article(wanted, whole)
        world.now += HOUR
        (text,) = await said(world)
        assert "A >>car bombing<< shook the town.\n    car-bombing, teaser" in text
        assert "They >>liberated<< it, said the governor" in text
        assert "liberated, para 1 of 1" in text


TWO = (item("one", "Arkona", "A car bombing."), item("two", "Belvar ferry", "They liberated it."))


async def test_the_next_message_says_what_a_cap_keeps_back(tmp_path: Path) -> None:
    async with desk(tmp_path, pace=Pace(channel_cap=1)) as world:
        await world.poll(BRIEF, *TWO)
        world.now += 2 * MINUTE
        (text,) = await said(world)
        assert "Besides, 1 story held back for the next digest." in text
        world.now += 2 * HOUR
        await gathering.tell_held_back(Office(world))
        assert await said(world) == []


async def test_a_story_that_is_told_after_all_is_not_held_back_besides(tmp_path: Path) -> None:
    async with desk(tmp_path, pace=Pace(channel_cap=1)) as world:
        await world.poll(BRIEF, *TWO)
        world.now += 2 * HOUR
        assert await said(world)
        held = TWO[1].title
        await world.poll(BRIEF, item("two", held, "They liberated it. A car bombing. A flood."))
        world.now += 2 * MINUTE
        (text,) = await said(world)
        assert "held back" not in text


async def test_without_a_message_a_notice_says_it_once_after_an_hour(tmp_path: Path) -> None:
    async with desk(tmp_path, pace=Pace(channel_cap=1)) as world:
        await world.poll(BRIEF, TWO[0])
        world.now += 2 * MINUTE
        assert await said(world)
        world.now += MINUTE
        await world.poll(BRIEF, TWO[1])
        for late, expected in ((HOUR - 1, 0), (1, 1), (HOUR, 0)):
            world.now += late
            await gathering.tell_held_back(Office(world))
            texts = await said(world)
            assert len(texts) == expected
            assert not texts or "1 story held back: too many within the hour" in texts[0]
