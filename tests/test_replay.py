"""A past window lived again with the same rules gives the same alerts in the same messages."""

from __future__ import annotations

import asyncio
import importlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cli_world import REPOSITORY, Place, fill
from monitor import grouping, hushing
from monitor.model import Ack, Item, Precision, Silence, Stamp
from monitor.plan import Plan
from monitor.replay import Replayed, Window, replay
from monitor.settings import (
    Config,
    ConsoleChannel,
    LabelMatcher,
    Pace,
    Route,
    Rule,
    Secret,
    Settings,
    Severity,
    SlackChannel,
)
from monitor.store.alerts import dump_spans
from monitor.store.db import Tx
from world import BRIEF, DAY, HOUR, MINUTE, NOON, SECOND, WIRE, World, item, page

RULES = (
    Rule("bombing", '"car bomb*"', version="1", severity=Severity.HIGH, demote=("drill",)),
    Rule("killed", "killed", version="1",
         severities={"title": Severity.CRITICAL, "lead": Severity.HIGH, "body": Severity.NORMAL}),
    Rule("freed", "liberated AND NOT sport", version="1"),
    Rule("quiet", "market", version="1", severity=Severity.LOW),
)  # fmt: skip


def paced(directory: Path, rules: Sequence[Rule] = RULES, **pace: object) -> Config:
    """Two channels, one of which is told everything and the other of what is severe."""
    channels = (ConsoleChannel("desk"), ConsoleChannel("pager"))
    severe = Route(("desk", "pager"), (LabelMatcher("severity", "=~", "critical|high"),))
    return Config(
        directory, "test", Settings(directory / "wirewatch.db", pace=Pace(**pace)),  # type: ignore[arg-type]
        (WIRE, BRIEF), tuple(rules), {channel.name: channel for channel in channels},
        Route(("desk",), routes=(severe,)), "desk",
    )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What people were told, in the archive or by a replay."""

    alerts: frozenset[tuple[object, ...]]
    messages: frozenset[tuple[object, ...]]
    held: frozenset[tuple[object, ...]]


def lived(tx: Tx, since: int = 0) -> Told:
    """As the archive has it, from a time on."""
    alerts = tx.all("SELECT * FROM alerts WHERE raised_at >= :at", at=since)
    messages = tx.all(
        """SELECT d.conversation_id, d.revision, min(d.claimed_at) AS at,
             group_concat(DISTINCT da.alert_id) AS alerts
           FROM deliveries d JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
           WHERE d.claimed_at >= :at GROUP BY 1, 2""",
        at=since,
    )
    held = tx.all("SELECT * FROM holds WHERE held_at >= :at", at=since)
    return Told(
        frozenset((r["alert_id"], r["raised_at"], r["severity"], r["spans"]) for r in alerts),
        frozenset((r["conversation_id"], r["revision"], r["at"], frozenset(r["alerts"].split(",")))
                  for r in messages),
        frozenset((r["alert_id"], r["channel"], r["why"], r["detail"]) for r in held),
    )  # fmt: skip


def again(found: Replayed) -> Told:
    raised = [alert for alert in found.alerts.values() if alert.alert_id in found.raised]
    return Told(
        frozenset((a.alert_id, a.raised_at, a.severity.value, dump_spans(a.spans)) for a in raised),
        frozenset((m.conversation_id, m.revision, m.at, frozenset(m.alert_ids))
                  for m in found.messages),
        frozenset((h.alert_id, h.channel, h.why, h.detail) for h in found.held),
    )  # fmt: skip


async def replayed(world: World, since: int = 0, rules: Sequence[Rule] | None = None) -> Replayed:
    wanted = replace(world.config, rules=tuple(rules)) if rules is not None else world.config
    window = Window(since, world.now + DAY)
    return await world.store.read(lambda tx: replay(tx, Plan.of(wanted), window))


async def pass_time(world: World, seconds: int, step: int = 10) -> None:
    """Time goes by, and what becomes due is sent."""
    for _ in range(0, seconds, step):
        world.now += step * SECOND
        await world.told()


async def silence(world: World, rule_id: str, lasts: int = HOUR) -> None:
    """Somebody silences a rule."""
    matcher = LabelMatcher("rule", "=", rule_id)
    wish = Silence((matcher,), "ana", "enough", world.now, world.now + lasts)
    await world.store.write(lambda tx: hushing.silence(tx, world.config, wish, world.now))


@pytest.fixture
async def world(tmp_path: Path):
    opened = await World(paced(tmp_path)).open()
    yield opened
    await opened.close()


async def live(world: World) -> None:
    """Two days: first sights, teasers and pages, copies, edits, a merge, a silence, an ack, late
    and low and demoted ones."""
    old = Stamp(NOON - 9 * DAY, Precision.SECOND)
    await world.poll(WIRE, item("known", "Killed: an old one", "Of before."))
    await world.poll(BRIEF)
    await pass_time(world, 60)
    await world.poll(BRIEF, item("gate", "A car bomb at the gate of Rawa", "Many were killed."))
    await pass_time(world, 20)
    await world.poll(WIRE, item("rawa", "Car bomb rocks gate of Rawa", "A teaser of it."))
    await pass_time(world, 30)
    (wanted, *_) = [one for one in await world.bodies() if one.url.endswith("rawa")]
    body = "The car bomb at the gate of Rawa killed 8.\n\nA market nearby was hit."
    await world.article(wanted, page("rawa", "Car bomb rocks gate of Rawa", body, section="War"))
    await pass_time(world, 300)
    await world.poll(BRIEF, item("port", "Port of Basra liberated", "Soldiers danced.",
                                 published=old))  # fmt: skip
    await world.poll(BRIEF, item("drill", "Car bomb drill in Mosul", "Only that."))
    await world.poll(WIRE, item("lost", "Dam of Hindiya liberated", "Here is what is known."))
    await pass_time(world, 200)
    for wanted in await world.bodies():
        await world.no_article(wanted, 404 if wanted.url.endswith("lost") else 500)
    await pass_time(world, 100)
    await world.poll(BRIEF, item("gate", "Car bomb at the gate of Rawa: 12 killed", "Many were."))
    await pass_time(world, 1200)
    await silence(world, "freed")
    await world.poll(BRIEF, item("bridge", "Bridge of Fallujah liberated", "At last it was."))
    await pass_time(world, 400)
    await world.poll(BRIEF, item("kut", "Car bomb near Kut", "It went off by the river."))
    await pass_time(world, 100)
    key = (await world.rows("alerts"))[-1]["story_key"]
    ack = Ack(key, "ana", world.now, world.now + HOUR)
    await world.store.write(lambda tx: hushing.acknowledge(tx, world.config, ack))
    await world.poll(BRIEF, item("kut", "Car bomb near Kut", "By the river.\n\nFour were killed."))
    await world.poll(BRIEF, item("gate", "Car bomb at the gate of Rawa: 30 killed", "Market hit."))
    await pass_time(world, 4000, 100)
    await world.poll(BRIEF, item("gate", "An explosion at the gate of Rawa", "Nothing is known."))
    await pass_time(world, 8000, 100)


async def test_the_same_rules_tell_the_same(world: World) -> None:
    """Alert for alert, message for message, hold for hold, each at its time."""
    await live(world)
    archived = await world.store.read(lived)
    found = again(await replayed(world))
    assert archived.alerts == found.alerts
    assert archived.held == found.held
    assert archived.messages == found.messages
    assert {why for _, _, why, _ in found.held} >= {"low", "late", "demoted", "silenced", "acked"}
    assert len(found.messages) > 8


async def test_a_window_begins_as_things_stood(world: World) -> None:
    """What was told before is not told again, and what was owed is sent in its time."""
    began = world.now
    await live(world)
    for minutes in (1, 3, 9, 12, 40, 70, 130):
        since = began + minutes * MINUTE + 1
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        found = again(await replayed(world, since))
        assert archived.alerts == found.alerts, minutes
        assert archived.messages == found.messages, minutes
        assert archived.held == found.held, minutes


async def test_a_silence_takes_back_what_is_owed(world: World) -> None:
    """An update that waits for its time is held, another rule's message is sent; also where the
    window begins while both wait."""
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("gate", "Car bomb at the gate: 8 killed", "It was."))
    await pass_time(world, 300)
    await world.poll(BRIEF, item("gate", "Car bomb at the gate: 12 killed", "It was."))
    await world.poll(BRIEF, item("port", "Port of Basra liberated", "Soldiers danced."))
    waiting = world.now + 1
    await pass_time(world, 60)
    for rule_id in ("bombing", "killed"):
        await silence(world, rule_id)
    await pass_time(world, 1200)
    assert "silenced" in {row["why"] for row in await world.rows("holds")}
    for since in (0, waiting):
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since))


async def test_a_told_article_joins_one_that_no_rule_asked_for(world: World) -> None:
    """Its page shows that it is the same event: the other's story has no row of its own yet."""
    body = (
        "Ships from Umm Qasr and Fao came into Basra on Monday. " * 2 + "Many people danced there."
    )
    for source in (WIRE, BRIEF):
        await world.poll(source)
    await world.poll(BRIEF, item("first", "Port of Basra opens", body))
    await world.store.write(lambda tx: grouping.group_missing(tx, world.config, 10, world.now))
    await world.poll(WIRE, item("told", "Two were killed", "More soon."))
    (wanted,) = await world.bodies()
    await pass_time(world, 300)
    await world.article(wanted, page("told", "Port of Basra opens", f"{body} Two were killed."))
    assert len(await world.rows("merges")) == 1
    await pass_time(world, 300)
    assert await world.store.read(lived) == again(await replayed(world))


async def test_a_teaser_that_opened_a_story_in_vain_is_lived_again_too(world: World) -> None:
    """Its page is a copy of what was told; also where the window begins between the two."""
    body = "Ships from Umm Qasr and Fao came into Basra on Monday. " * 2 + "It was liberated."
    for source in (WIRE, BRIEF):
        await world.poll(source)
    await world.poll(BRIEF, item("first", "Port of Basra opens", body))
    await pass_time(world, 300)
    await world.poll(WIRE, item("vain", "Who liberated whom", "More soon."))
    between = world.now + 1
    world.now += 2 * SECOND
    (wanted,) = await world.bodies()
    await world.article(wanted, page("vain", "Port of Basra opens", body))
    assert len(await world.rows("alerts")) == 1
    await pass_time(world, 300)
    for since in (0, between):
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since))


async def test_who_reported_before_the_window_is_no_new_origin_in_it(world: World) -> None:
    """Where the article that told of it is judged once more in the window, but later."""
    body = "Ships from Umm Qasr and Fao came into Basra on Monday. " * 2 + "It was liberated."
    first = item("first", "Port of Basra opens", body, wire="AFP")
    await world.poll(BRIEF)
    await world.poll(BRIEF, first)
    await pass_time(world, 300)
    between = world.now + 1
    for shown in (
        item("second", "Port of Basra opens", f"{body} Many danced.", wire="AFP"),
        replace(first, body=f"{body} Two were killed."),
    ):
        await pass_time(world, 300)
        await world.poll(BRIEF, shown)
    await pass_time(world, 1200)
    assert {row["origin"] for row in await world.rows("items")} == {"AFP"}
    for since in (0, between):
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since))


async def test_stories_that_become_one_in_their_wait_are_lived_again_too(world: World) -> None:
    """By an edit and by hand; also where the window begins between the two."""
    body = "Ships from Umm Qasr and Fao came into Basra on Monday. " * 2 + "It was liberated."
    other = {"url": "https://brief.example/vain"}
    for source in (WIRE, BRIEF):
        await world.poll(source)
    await world.poll(BRIEF, item("first", "Port of Basra opens", body))
    world.now += SECOND
    await world.poll(BRIEF, item("", "Who liberated whom", "More soon.", **other))
    await world.poll(WIRE, item("third", "Car bomb in Kut", "It was."))
    between = world.now + 1
    world.now += 2 * SECOND
    await world.poll(BRIEF, item("", "Port of Basra opens", body, **other))
    keys = [row["story_key"] for row in await world.rows("items ORDER BY item_id")]
    await world.store.write(
        lambda tx: grouping.merge(tx, world.config, keys[0], keys[2], world.now)
    )
    await pass_time(world, 300)
    assert len(await world.rows("alerts")) == 3
    for since in (0, between):
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since))
        assert len(archived.messages) == 2  # one a channel


@pytest.mark.parametrize("how", ["ack", "silence"])
async def test_what_joins_a_story_that_is_kept_back_is_held_again(world: World, how: str) -> None:
    """Also where the window begins between the two."""
    for source in (WIRE, BRIEF):
        await world.poll(source)
    await world.poll(BRIEF, item("first", "Port of Basra liberated", "Soldiers danced."))
    await world.poll(WIRE, item("third", "Car bomb in Kut", "It was."))
    keys = [row["story_key"] for row in await world.rows("items ORDER BY item_id")]
    until = world.now + HOUR
    ack = Ack(keys[0], "ana", world.now, until)
    story = LabelMatcher("story", "=", keys[0])
    wish = Silence((story,), "ana", "a drill", world.now, until)
    if how == "ack":
        await world.store.write(lambda tx: hushing.acknowledge(tx, world.config, ack))
    else:
        await world.store.write(lambda tx: hushing.silence(tx, world.config, wish, world.now))
    between = world.now + 1
    world.now += 2 * SECOND
    await world.store.write(lambda tx: grouping.merge(tx, world.config, *keys, world.now))
    await pass_time(world, 300)
    assert len(await world.rows("alerts")) == 2
    for since in (0, between):
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since))
        assert archived.messages == frozenset()


async def test_a_date_that_only_the_page_had_is_not_known_before(world: World) -> None:
    """A teaser waits for the digest, or for its turn, by the date that it had itself."""
    old, new = Stamp(NOON - 9 * DAY, Precision.SECOND), Stamp(NOON, Precision.SECOND)
    for source in (WIRE, BRIEF):
        await world.poll(source)
    await world.poll(WIRE, item("a", "Kut liberated"), item("b", "Fao liberated", published=old))
    between = world.now + 1
    world.now += 2 * SECOND
    for wanted in await world.bodies():
        slug = wanted.url[-1]
        title, published = ("Kut liberated", old) if slug == "a" else ("Fao liberated", new)
        await world.article(wanted, page(slug, title, "It was.", published=published))
    await pass_time(world, 300)
    for since in (0, between):
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since))
        assert len(archived.messages) == len(archived.held) == 1


async def test_a_head_that_an_ack_edits_is_no_message(tmp_path: Path) -> None:
    room = SlackChannel("desk", token=Secret("xoxb-1"), channel="C0NEWS")
    known = paced(tmp_path)
    world = await World(replace(known, channels={**known.channels, "desk": room})).open()
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("kut", "Kut liberated", "It was."))
    await pass_time(world, 300)
    await world.store.write(lambda tx: tx.run("UPDATE deliveries SET message_id = '1.2'"))
    since = world.now + 1
    world.now += 2 * SECOND
    (alert,) = await world.rows("alerts")
    ack = Ack(alert["story_key"], "ana", world.now)
    await world.store.write(lambda tx: hushing.acknowledge(tx, world.config, ack))
    assert [row["kind"] for row in await world.rows("deliveries")] == ["alert", "edit"]
    await pass_time(world, 300)
    found = await replayed(world, since)
    assert (found.messages, found.owed) == ([], 0)
    await world.close()


async def test_what_an_ack_took_back_is_held_again(world: World) -> None:
    """Also where the window begins between the two."""
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("kut", "Kut liberated", "It was."))
    between = world.now + 1
    world.now += 2 * SECOND
    (alert,) = await world.rows("alerts")
    ack = Ack(alert["story_key"], "ana", world.now, world.now + HOUR)
    await world.store.write(lambda tx: hushing.acknowledge(tx, world.config, ack))
    await pass_time(world, 300)
    for since in (0, between):
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since))
        assert len(archived.held) == 1


# --- random streams ------------------------------------------------------------------------------

EVENTS = (
    "at the gate of Rawa in Anbar", "near the port of Basra", "on the dam of Hindiya",
    "outside a mosque in Kirkuk", "by the bridge of Fallujah",
)  # fmt: skip
WHAT = (
    "Car bomb", "Car bomb drill", "Town liberated", "{n} killed", "Market opens", "Nothing new",
    "Car bomb: {n} killed",
)  # fmt: skip


class Stream:
    """A newsroom gone wild: what comes, when, and what people and pages make of it."""

    def __init__(self, world: World, seed: int, *, closing: bool = False) -> None:
        """`closing`: in some pauses stories close."""
        self.world, self.rng, self.closing = world, random.Random(seed), closing
        self.shown: dict[str, Item] = {}

    def text(self) -> str:
        words = self.rng.choice(WHAT).format(n=self.rng.randint(1, 30))
        return f"{words} {self.rng.choice(EVENTS)}"

    async def arrive(self) -> None:
        source = self.rng.choice((WIRE, BRIEF))
        for _ in range(self.rng.randint(1, 3)):
            slug = f"a{len(self.shown)}"
            late = Stamp(self.world.now - 3 * DAY) if self.rng.random() < 0.1 else None
            self.shown[slug] = item(slug, self.text(), self.text(), published=late)
        await self.world.poll(source, *list(self.shown.values())[-3:])

    async def edit(self) -> None:
        if self.shown:
            slug = self.rng.choice(list(self.shown)[-6:])
            self.shown[slug] = replace(self.shown[slug], title=self.text(), body=self.text())
            await self.world.poll(self.rng.choice((WIRE, BRIEF)), self.shown[slug])

    async def read(self) -> None:
        """Pages come, also of another address, or cannot be read."""
        for wanted in await self.world.bodies():
            slug = wanted.url.rpartition("/")[2]
            if self.rng.random() < 0.3:
                await self.world.no_article(wanted, self.rng.choice((404, 500)))
                continue
            title = self.shown[slug].title if self.rng.random() < 0.8 else self.text()
            other = self.rng.choice([*self.shown, slug])
            declared = f"https://wire.example/{other}" if self.rng.random() < 0.3 else None
            body = "\n\n".join(self.text() for _ in range(self.rng.randint(1, 12)))
            await self.world.article(wanted, page(
                slug, title, body, canonical_url=declared, wire=self.rng.choice((None, "AFP")),
                byline=self.rng.choice((None, "By A. Reporter")),
            ))  # fmt: skip

    async def speak(self) -> None:
        """Somebody silences a rule, or has seen a story."""
        now, alerts = self.world.now, await self.world.rows("alerts")
        known = self.world.config
        if alerts and self.rng.random() < 0.5:
            ack = Ack(self.rng.choice(alerts)["story_key"], "ana", now, now + HOUR)
            await self.world.store.write(lambda tx: hushing.acknowledge(tx, known, ack))
        else:
            await silence(self.world, self.rng.choice(RULES).id, 30 * MINUTE)

    async def group(self) -> None:
        now, known = self.world.now, self.world.config
        await self.world.store.write(lambda tx: grouping.group_missing(tx, known, 20, now))

    async def regroup(self) -> None:
        """Somebody says which articles are one story, and which are not."""
        now, known = self.world.now, self.world.config
        rows = await self.world.rows("items")
        one, other = (self.rng.choice(rows) for _ in range(2))
        if self.rng.random() < 0.5:
            keys = one["story_key"], other["story_key"]
            await self.world.store.write(lambda tx: grouping.merge(tx, known, *keys, now))
        else:
            await self.world.store.write(lambda tx: grouping.split(tx, one["item_id"], now))

    async def run(self, steps: int) -> None:
        acts = [self.arrive, self.edit, self.read, self.speak, self.group, self.regroup]
        await self.world.poll(BRIEF)
        self.shown["old"] = item("old", "Car bomb of long ago", "Killed: 3.")
        await self.world.poll(WIRE, self.shown["old"])
        for _ in range(steps):
            if self.closing and self.rng.random() < 0.12:
                await pass_time(self.world, 80 * 3600, 7200)
            seconds, step = self.rng.choice((7, 40, 130, 900)), self.rng.choice((7, 60))
            await pass_time(self.world, seconds, step)
            self.world.now += 1  # nothing comes in the very moment of a sending
            await self.rng.choices(acts, (5, 6 if self.closing else 3, 4, 1, 2, 1))[0]()
        await pass_time(self.world, 3600, 60)


@pytest.mark.parametrize("seed", range(12))
async def test_a_random_stream_is_lived_again_as_it_was(tmp_path: Path, seed: int) -> None:
    """Whatever came, in whatever order, also from a third and from the middle of it on."""
    world = await World(paced(tmp_path, rule_cap=3, channel_cap=5, updates_a_day=3)).open()
    await Stream(world, seed).run(25)
    for since in (0, (2 * NOON + world.now) // 3, (NOON + world.now) // 2):
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        found = again(await replayed(world, since))
        assert archived.alerts == found.alerts
        assert archived.messages == found.messages
        assert archived.held == found.held
    await world.close()


# Some in which closed stories are taken up, merged, and told of out of a split one.
@pytest.mark.parametrize("seed", [5, 23, 40, 107, 124, 126])
async def test_a_stream_in_which_stories_close_is_lived_again_too(
    tmp_path: Path, seed: int
) -> None:
    world = await World(paced(tmp_path, rule_cap=3, channel_cap=5, updates_a_day=3)).open()
    await Stream(world, seed, closing=True).run(40)
    assert any(row["how"] == "again" for row in await world.rows("joins"))
    for part in (0.0, 0.2, 0.35, 0.5, 0.65, 0.8):
        since = NOON + int((world.now - NOON) * part) | 1 if part else 0
        archived = await world.store.read(lambda tx, since=since: lived(tx, since))
        assert archived == again(await replayed(world, since)), part
    await world.close()


# --- as it is typed ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    found = Place(tmp_path_factory.mktemp("replay") / "config")
    asyncio.run(fill(found))
    return found


def test_the_command_shows_what_would_have_been_told(place: Place) -> None:
    """As the archive had it, and by other rules."""
    told = place.call("replay", "--since", "2025-11-22")
    assert told.exit_code == 0
    assert "Town liberated" in told.output
    assert "car-bombing: first match in this story" in told.output
    total = " ".join(told.output.split())
    assert "2 alerts, 1 message (1 me) in 1 conversation, 0 held back" in total
    only = place.call("replay", "--since", "2025-11-22", "--rule", "liberated").output
    assert "1 alert, 1 message" in " ".join(only.split())
    (place.directory / "other.yaml").write_text("rules: [{id: weather, any: [rain]}]\n")
    other = place.json(
        "replay", "--since", "2025-11-22", "--rules", str(place.directory / "other.yaml")
    )
    assert [one["kind"] for one in other] == ["message", "total"]
    assert other[0]["alerts"][0]["headline"] == "Dull day"


def test_the_command_changes_nothing(place: Place) -> None:
    """Neither what was told nor what is owed."""
    before = place.database.read_bytes(), place.json("alerts")
    place.call("replay", "--since", "2025-11-01")
    assert (place.database.read_bytes(), place.json("alerts")) == before


@pytest.mark.parametrize("words", [
    ["--since", "yesterday"], ["--rule", "nobody"], ["--since", "1d", "--until", "2d"],
    ["--rules", "there-is-none.yaml"],
])  # fmt: skip
def test_a_wrong_call_ends_with_2(place: Place, words: list[str]) -> None:
    assert place.call("replay", *words).exit_code == 2


# --- real headlines ------------------------------------------------------------------------------


async def test_real_headlines_are_lived_through_in_no_time(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the first of two weeks of world news: every message tells of something, once."""
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    bench = importlib.import_module("replay")
    monkeypatch.setattr(bench, "STREAM", real_data / bench.STREAM.relative_to(bench.REAL_DATA))
    rows = bench.headlines(300)
    _, (_, busy), found = await bench.measure(rows)
    told = [one for message in found.messages for one in message.alert_ids]
    assert found.judged == len({row["url"] for row in rows})
    assert set(told) | {one.alert_id for one in found.held} == found.raised
    assert len(told) == len(set(told)) > 20
    assert busy < 10
