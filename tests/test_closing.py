"""What a source leaves behind that is gone from the files: judged by what is here, in its time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import closing
from monitor.engine import Engine
from monitor.model import BodyState, Outcome, OutcomeKind, Polled
from monitor.plan import Plan
from monitor.settings import Rule, Source
from monitor.store import sources
from tests.world import BRIEF, DAY, HOUR, MINUTE, NOON, WIRE, World, config, item, page

OTHER = Source("other", "feed", "https://other.example/feed.xml")
NO_BOMB = Rule("no-bomb", "liberated NOT bomb", version="1")
TEASER = "The town was liberated."
MOST = 10


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    watched = (WIRE, BRIEF, OTHER)
    opened = await World(config(tmp_path, watched=watched, rules=(NO_BOMB,))).open()
    yield opened
    await opened.close()


async def news(world: World, *slugs: str, source: Source = WIRE) -> None:
    """Articles of a source that was seen before, whose pages are wanted."""
    await world.poll(source)
    await world.poll(source, *(item(slug, body=TEASER) for slug in slugs))


async def watch(world: World, *watched: Source) -> None:
    """From now on the files name these."""
    world.config = replace(world.config, sources=watched)
    world.ingest.plan = Plan.of(world.config)
    await world.store.write(lambda tx: sources.sync(tx, watched, world.now))


async def closed(world: World) -> int:
    plan = world.ingest.plan
    return await world.store.write(lambda tx: closing.close_forsaken(tx, plan, world.now, MOST))


async def test_what_a_source_left_behind_is_judged_by_its_teaser(world: World) -> None:
    """As a page that was given up: a NOT over the teaser is a yes then, and is told."""
    await news(world, "a")
    await watch(world, BRIEF, OTHER)
    assert await world.bodies() == []
    world.now += 29 * MINUTE
    assert (await closed(world), await world.told()) == (0, [])
    world.now += MINUTE
    assert (await closed(world), await world.told()) == (1, [("no-bomb",)])
    assert await closed(world) == 0
    (stored,) = await world.rows("items")
    assert (stored["body_state"], stored["body_try_at"]) == (BodyState.GAVE_UP, None)
    assert stored["body_reason"] == "removed: its source left sources.yaml before it was read"


async def test_a_source_that_comes_back_in_time_goes_on(world: World) -> None:
    """Whoever takes a source out by mistake, and puts it back, loses nothing."""
    await news(world, "a")
    await watch(world, OTHER)
    world.now += 20 * MINUTE
    await watch(world, WIRE, OTHER)
    world.now += HOUR
    assert await closed(world) == 0
    (wanted,) = await world.bodies()
    await world.article(wanted, page("a", body="No bomb fell where the town was liberated."))
    assert await world.told() == []


async def test_what_another_source_shows_is_read_as_its_article(world: World) -> None:
    """So a source that was only renamed reads on, once its first poll showed the articles."""
    renamed = replace(WIRE, id="wire-world")
    await news(world, "a")
    await watch(world, renamed)
    await world.poll(renamed, item("a", body=TEASER))
    world.now += HOUR
    assert await closed(world) == 0
    (wanted,) = await world.bodies()
    assert wanted.source == renamed


async def test_what_two_gone_sources_showed_is_closed_once(world: World) -> None:
    await news(world, "a")
    await world.poll(OTHER)
    await world.poll(OTHER, item("a", body=TEASER))
    await watch(world, BRIEF)
    world.now += HOUR
    assert (await closed(world), await closed(world)) == (1, 0)


async def test_many_are_closed_a_few_at_a_time_the_oldest_first(world: World) -> None:
    """And none before its turn: the 31st page of a poll waits for the next one."""
    await news(world, *(f"n{number}" for number in range(35)))
    await watch(world, BRIEF)
    world.now += 9 * MINUTE
    await watch(world, BRIEF)
    assert await closed(world) == 0
    world.now += 21 * MINUTE
    assert [await closed(world) for _ in range(5)] == [10, 10, 10, 5, 0]


async def test_an_engine_closes_all_of_them(tmp_path: Path) -> None:
    """By what the configuration is now, also where nobody polls any more."""
    now = [NOON]
    before = await World(config(tmp_path, rules=(NO_BOMB,))).open()
    await news(before, *(f"n{number}" for number in range(25)))
    await before.close()
    engine = Engine(config(tmp_path, watched=(BRIEF,), rules=(NO_BOMB,)), "t", lambda: now[0])
    await engine.adopt(engine.ingest.plan)
    now[0] += HOUR
    await engine.close_forsaken(lambda _: True)
    left = await engine.store.read(
        lambda tx: tx.value("SELECT count(*) FROM items WHERE body_state = 'wanted'")
    )
    assert left == 0
    await engine.close()


async def test_what_a_crawl_by_hand_left_is_read_in_the_background(tmp_path: Path) -> None:
    """The 31st page of an address that is in no file, and those behind it: as of any poll."""
    now = [NOON]
    engine = Engine(config(tmp_path, rules=(NO_BOMB,)), "t", lambda: now[0])
    await engine.adopt(engine.ingest.plan)
    by_hand = Source("adhoc:wire.example", "feed", "https://wire.example/x.xml", adhoc=True)
    due = await engine.claim_source(by_hand)
    shown = tuple(item(f"n{number}", body=TEASER) for number in range(35))
    await engine.ingest(Polled(Outcome(OutcomeKind.OK), shown, due=due))
    known = {by_hand.id: by_hand}

    async def read_all(known: Mapping[str, Source] | None) -> list[str]:
        read: list[str] = []
        while wanted := await engine.claim_bodies(known, 50):
            for one in wanted:
                slug = one.url.rpartition("/")[2]
                found = Polled(Outcome(OutcomeKind.OK), (page(slug, body=TEASER),), wanted=one)
                assert (await engine.ingest(found)).accepted
                read.append(slug)
        return read

    assert len(await read_all(known)) == 30
    await engine.adopt(engine.ingest.plan)
    now[0] += HOUR
    assert await read_all(None) == [f"n{number}" for number in range(30, 35)]
    now[0] += DAY
    assert await read_all(None) == []
    await engine.close()


async def test_what_was_crawled_by_hand_too_is_not_closed_with_its_source(world: World) -> None:
    """Its page is read on."""
    by_hand = Source("adhoc:wire.example", "feed", "https://wire.example/x.xml", adhoc=True)
    await news(world, "a")
    await world.store.write(lambda tx: sources.put(tx, by_hand, world.now))
    await world.poll(by_hand, item("a", body=TEASER))
    await watch(world, OTHER)
    world.now += HOUR
    assert await closed(world) == 0
