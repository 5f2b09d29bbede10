"""Whatever a publisher does to its list, and a channel to our messages: once, and never lost."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import schedule
from monitor.model import DeliveryState, Item, Stamp
from monitor.settings import Rule
from monitor.store import outbox
from tests.world import BRIEF, DAY, HOUR, NOON, SECOND, World, config, settings_of

TOPICS = ("floods", "elections", "harbour", "orchards", "railways", "glaciers", "bakeries")
EVERYTHING = Rule("all", " OR ".join(f'"{topic}"' for topic in TOPICS), version="1")


@dataclass(frozen=True)
class Showing:
    """One article as one build of a list spells it."""

    topic: str
    scheme: str
    www: str
    tail: str
    guid: str
    published_at: int

    def item(self, place: int) -> Item:
        guids = {"none": None, "own": f"tag:wire.example,2020:{self.topic}", "place": str(place)}
        guid = guids.get(self.guid, self.guid)
        url = f"{self.scheme}://{self.www}wire.example/news/{self.topic}{self.tail}"
        title = f"What the {self.topic} of the north have come to"
        stamp = Stamp(self.published_at)
        return Item(url=url, title=title, guid=guid, body=f"On {self.topic}.", published=stamp)


showings = st.builds(
    Showing,
    st.sampled_from(TOPICS),
    st.sampled_from(("http", "https")),
    st.sampled_from(("", "www.")),
    st.sampled_from(("", "/", "?utm_source=rss", "#comments", "?fbclid=x&utm_medium=feed")),
    st.one_of(st.sampled_from(("none", "own", "place")), st.uuids().map(str)),
    st.integers(NOON - 400 * DAY, NOON + 400 * DAY),
)
builds = st.lists(st.lists(showings, max_size=6, unique_by=lambda s: s.topic), max_size=7)


@settings(max_examples=60)
@given(builds)
def test_every_article_is_kept_once_and_told_once(shown: Sequence[Sequence[Showing]]) -> None:
    """Schemes, www, tracking, fragments, dates, guids and order may change at every build."""
    first = {each.topic for each in shown[0]} if shown else set()
    ever = {each.topic for build in shown for each in build}

    async def run() -> tuple[int, int, int]:
        with tempfile.TemporaryDirectory() as directory:
            rules = [replace(EVERYTHING, on_update=True)]
            # However old: its date may change at every build.
            own = settings_of(Path(directory), late_after_seconds=None)
            world = await World(config(Path(directory), rules=rules, settings=own)).open()
            told = 0
            for build in shown:
                items = [each.item(place) for place, each in enumerate(build)]
                await world.poll(BRIEF, *items)
                told += len(await world.told())
                world.now += HOUR
            counts = len(await world.rows("items")), len(await world.rows("alerts")), told
            await world.close()
            return counts

    assert asyncio.run(run()) == (len(ever), len(ever - first), len(ever - first))


answers = st.lists(
    st.sampled_from(("accepted", "later", "channel_refused", "killed", "nothing")), max_size=25
)


@settings(max_examples=60)
@given(answers)
def test_what_is_owed_is_sent_or_still_owed(said: Sequence[str]) -> None:
    """Whatever the channel answers, and wherever we are killed: never lost, accepted at most once
    but for a kill before the answer was written down."""

    async def run() -> tuple[int, int, str]:
        with tempfile.TemporaryDirectory() as directory:
            world = await World(config(Path(directory))).open()
            await world.poll(BRIEF)
            await world.poll(BRIEF, Item(url="https://w.example/1", title="liberated"))
            accepted = kills = 0
            for answer in said:
                world.now += HOUR
                leased = await world.store.write(
                    lambda tx: outbox.claim(tx, "me", outbox.Claim("t", world.now, 10))
                )
                for delivery in leased:
                    attempt = outbox.Attempt(delivery, answer, world.now, detail=answer)
                    accepted += answer in ("accepted", "killed")
                    kills += answer == "killed"
                    await settle(world, attempt)
            (row,) = await world.rows("deliveries")
            await world.close()
            return accepted, kills, row["state"]

    accepted, kills, state = asyncio.run(run())
    assert accepted <= kills + 1
    assert (state == DeliveryState.SENT) == (accepted > kills)
    assert state != DeliveryState.DEAD


async def settle(world: World, attempt: outbox.Attempt) -> None:
    """What the sender does with an answer; a kill and no answer at all leave the lease behind."""
    now = attempt.now
    if attempt.result == "accepted":
        await world.store.write(lambda tx: outbox.sent(tx, attempt))
        await world.store.write(lambda tx: outbox.resume(tx, "me", now))
    elif attempt.result == "later":
        await world.store.write(lambda tx: outbox.failed(tx, attempt, now + SECOND))
    elif attempt.result == "channel_refused":
        await world.store.write(lambda tx: outbox.pause(tx, attempt, now + HOUR))


@given(
    st.integers(1, 60),
    st.integers(NOON, NOON + 80 * HOUR),
    st.floats(0, 1e6) | st.none(),
    st.text(),
)
def test_a_next_try_lies_ahead_and_never_past_the_end(
    tries: int, now: int, asked: float | None, key: str
) -> None:
    """Later than now, not sooner than asked, at the latest at the end; after it there is none."""
    end = NOON + schedule.GIVE_UP_MS
    at = schedule.next_try(tries, now, end, retry_after_seconds=asked, key=key)
    if at is None:
        assert now >= end or now + (asked or 0) * SECOND > end - SECOND
    else:
        assert now < at <= end
        assert at >= now + int((asked or 0) * SECOND)
