"""Silence means that nothing happened: whichever stage stops, somebody is told of it elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import assurance, health
from monitor.demo.smtp_sink import HANG
from monitor.settings import Source
from monitor.store import health as store_health
from monitor.workers import Workers
from quiet_world import FEED, PAGE, PERIOD, WIRE, Watch, watch
from world import BRIEF, DAY, HOUR, MINUTE, NOON, World, config, item, page

MIB = 1024 * 1024
SISTERS = (
    Source("main", "feed", "https://wire.example/feed.xml"),
    Source("sister", "feed", "https://wire.example/sister.xml"),
)


@pytest.fixture
async def quiet(tmp_path: Path):
    async with watch(tmp_path) as opened:
        await opened.go_on(2 * HOUR)
        assert opened.on_slack == []
        yield opened


async def test_a_quiet_week_raises_no_alarm(quiet: Watch) -> None:
    """Seven days of news that nobody looks for, with quiet nights and a quiet weekend."""

    def publish() -> None:
        hour, day = quiet.now // HOUR % 24, quiet.now // DAY % 7
        if 7 <= hour < 20 and day < 5:
            quiet.site.articles.append(quiet.now)

    quiet.step_ms, flown = 3 * HOUR, await quiet.flights()
    await quiet.go_on(7 * DAY, publish)
    assert quiet.on_slack + quiet.by_mail == []
    assert await quiet.flights() - flown == 28
    seen = await quiet.engine.store.read(
        lambda tx: assurance.figures(tx, quiet.now - DAY, quiet.now)
    )
    assert seen.hits == 0
    assert (seen.healthy, seen.sources, seen.blind) == (2, 2, ())
    assert seen.canary is not None
    assert seen.canary.ok


async def test_a_page_that_answers_but_is_empty_is_told(quiet: Watch) -> None:
    """200, and no list on it: once, and its end."""
    quiet.site.shown[PAGE] = "<html><body><h1>News</h1></body></html>"
    await quiet.go_on(2 * PERIOD)
    assert [line for line in quiet.on_slack if "ministry" in line] == quiet.on_slack
    assert len(quiet.on_slack) == 1
    del quiet.site.shown[PAGE]
    await quiet.go_on(PERIOD)
    assert len(quiet.on_slack) == 2
    assert "ministry works again" in quiet.on_slack[-1]
    assert quiet.by_mail == []


async def test_a_feed_that_is_valid_and_empty_is_told(quiet: Watch) -> None:
    """It fails at nothing, and shows nothing."""
    quiet.site.shown[FEED] = quiet.site.feed(empty=True)
    await quiet.go_on(2 * PERIOD)
    assert len(quiet.on_slack) == 1
    assert "wire: list empty" in quiet.on_slack[0]
    del quiet.site.shown[FEED]
    await quiet.go_on(PERIOD)
    assert "wire shows articles again" in quiet.on_slack[-1]


async def test_a_source_that_falls_silent_is_told(quiet: Watch) -> None:
    """Eight days of an article an hour, then none for longer than ever: stale, until the next."""
    quiet.step_ms = 3 * HOUR
    await quiet.go_on(8 * DAY, lambda: quiet.site.articles.append(quiet.now))
    assert quiet.on_slack == []
    await quiet.go_on(DAY + 2 * PERIOD)
    assert len(quiet.on_slack) == 2
    assert "wire: no new item for 27 h (usual gap 3 h)" in quiet.on_slack[0]
    quiet.site.articles.append(quiet.now)
    await quiet.go_on(2 * quiet.step_ms)
    ends = sorted(line.partition(" has something new again")[0] for line in quiet.on_slack[2:])
    assert ends == ["ministry", "wire"]


async def test_a_parser_that_fails_is_told(tmp_path: Path) -> None:
    """The workers die of whatever they are given."""
    broken = Workers(1, 40 * MIB)
    async with watch(tmp_path, workers=broken, watched=()) as quiet:
        quiet.step_ms = HOUR
        await quiet.go_on(3 * HOUR)
        assert len(quiet.on_slack) == 1
        assert "the canary falls at parse" in quiet.on_slack[0]


async def test_a_scheduler_that_is_stuck_is_told_and_started_anew(quiet: Watch) -> None:
    quiet.scheduler_runs = False
    await quiet.go_on(HOUR)
    assert len(quiet.on_slack) == 1
    assert "the scheduler is stuck" in quiet.on_slack[0]
    assert await quiet.vigil.why_silent() == "stopped: deliveries, polls, vigil"
    quiet.scheduler_runs = True
    await quiet.go_on(HOUR)
    assert "the scheduler runs again" in quiet.on_slack[-1]
    assert len(quiet.on_slack) == 2
    assert await quiet.vigil.why_silent() is None


@pytest.mark.parametrize("answer", ["535 5.7.8 wrong", "454 4.7.0 later", HANG])
async def test_mail_that_lets_nobody_in_is_told_elsewhere(quiet: Watch, answer: str) -> None:
    """Though nobody has any mail to send."""
    quiet.mail.answer_next("auth", answer, times=1000)
    quiet.be_patient(0.2 if answer == HANG else 10.0)
    await quiet.until_told(within=2 * PERIOD)
    assert "channel desk takes nothing" in quiet.on_slack[0]
    quiet.mail.forget_orders()
    quiet.be_patient(10.0)
    await quiet.until_told(within=PERIOD)
    assert "channel desk works again" in quiet.on_slack[1]
    assert quiet.by_mail == []


@pytest.mark.parametrize("answer", ["451 4.3.0 not now", HANG])
async def test_mail_that_takes_nothing_is_told_elsewhere(quiet: Watch, answer: str) -> None:
    """It lets us in, so only what is owed shows it."""
    quiet.mail.answer_next("data", answer, times=1000)
    quiet.be_patient(0.5 if answer == HANG else 10.0)
    quiet.step_ms = 150 * MINUTE
    quiet.site.articles.append(quiet.now)
    quiet.site.titles[quiet.now] = "Town liberated"
    await quiet.until_told(within=2 * PERIOD)
    assert "channel desk takes nothing: 1 waiting" in quiet.on_slack[0]
    quiet.mail.forget_orders()
    quiet.be_patient(10.0)
    await quiet.until_told(within=PERIOD)
    assert "channel desk works again" in quiet.on_slack[1]
    assert len(quiet.by_mail) == 1


async def test_ops_itself_is_told_of_on_another_channel(tmp_path: Path) -> None:
    """Where trouble goes by mail and mail is refused, Slack has it."""
    async with watch(tmp_path, ops="desk") as quiet:
        await quiet.go_on(HOUR)
        quiet.mail.answer_next("auth", "535 5.7.8 wrong", times=1000)
        await quiet.go_on(2 * PERIOD)
        assert len(quiet.on_slack) == 1
        assert "channel desk takes nothing" in quiet.on_slack[0]
        quiet.mail.forget_orders()
        await quiet.go_on(PERIOD)
        assert "channel desk works again" in quiet.on_slack[-1]


async def test_a_clock_that_was_set_back_delays_nothing(quiet: Watch) -> None:
    """It is told, and what was planned by it moves along."""
    quiet.now -= DAY
    assert await quiet.vigil.look()
    rows = await quiet.engine.store.read(
        lambda tx: [row["next_poll_at"] for row in tx.all("SELECT next_poll_at FROM sources")]
    )
    assert max(rows) <= quiet.now + 2 * WIRE.every_seconds * 1000
    await quiet.deliver()
    assert "the clock of this machine was set back by 24 h" in quiet.on_slack[0]
    assert not await quiet.vigil.look()


async def test_a_machine_that_slept_raises_no_alarm(quiet: Watch) -> None:
    """All is late when it wakes up, and is done then."""
    quiet.now += 2 * DAY
    await quiet.vigil.tick()
    assert await quiet.vigil.why_silent() is None
    await quiet.go_on(2 * HOUR)
    assert quiet.on_slack == []


async def test_a_canary_leaves_nothing_and_tells_nobody(quiet: Watch) -> None:
    """Only what it came to: no article, alert, message, source or politeness."""
    tables = ("items", "alerts", "deliveries", "conversations", "sources", "hosts", "versions")

    async def count() -> list[int]:
        return await quiet.engine.store.read(
            lambda tx: [tx.value(f"SELECT count(*) FROM {table}") for table in tables]
        )

    before, flown = await count(), await quiet.flights()
    quiet.step_ms = PERIOD
    await quiet.go_on(PERIOD)
    assert await quiet.flights() == flown + 1
    assert await count() == before
    assert quiet.on_slack + quiet.by_mail == []


async def test_a_heartbeat_waits_for_a_full_cycle(tmp_path: Path) -> None:
    """Every tick ran, polls are made, and the canary is in time."""
    async with watch(tmp_path) as quiet:
        assert await quiet.vigil.why_silent() == "stopped: deliveries, polls, vigil"
        await quiet.step()
        assert await quiet.vigil.why_silent() is None
        del quiet.ticks[1]
        await quiet.go_on(HOUR)
        assert await quiet.vigil.why_silent() == "stopped: vigil"


@pytest.mark.parametrize("merged", [0, 1])
async def test_figures_count_what_came_in_their_window(tmp_path: Path, merged: int) -> None:
    """From its beginning, and not its end; what was merged into another is none of its own."""
    world = await World(config(tmp_path)).open()
    await world.poll(BRIEF)
    for number in range(10):
        world.now += HOUR
        await world.poll(BRIEF, item(f"n{number}"), item(f"m{number}", "liberated"))
    await world.store.write(
        lambda tx: tx.run("UPDATE items SET merged_into_id = 1 WHERE item_id <= 2 * :n", n=merged)
    )

    async def seen(first: int, last: int) -> tuple[int, int]:
        found = await world.store.read(
            lambda tx: assurance.figures(tx, NOON + first * HOUR, NOON + last * HOUR)
        )
        return found.judged, found.hits

    assert await seen(0, 11) == (20 - 2 * merged, 10)
    assert await seen(3, 6) == (6, 3)
    assert await seen(11, 99) == (0, 0)
    assert await seen(-9, 1) == (0, 0)
    assert await seen(-9, 2) == (2 - 2 * merged, 1)
    await world.close()


async def test_what_is_read_as_another_source_s_article_is_not_unread(tmp_path: Path) -> None:
    """A sister's articles turn out to be those of `main`, whose pages are read: it is well."""
    main, sister = SISTERS
    world = await World(config(tmp_path, watched=SISTERS)).open()
    for source in SISTERS:
        await world.poll(source)
    for slug in "abcde":
        await world.poll(main, item(slug, f"The news of {slug}"))
        await world.poll(sister, item(f"{slug}2", f"The news of {slug}"))
    while bodies := await world.bodies():
        for wanted in bodies:
            slug = wanted.url[-1] if wanted.source == main else wanted.url[-2]
            canonical = f"https://wire.example/{slug}"
            shown = page("x", f"The news of {slug}", "It rained.", canonical_url=canonical)
            await world.article(wanted, shown)
    rows = await world.rows("items")
    assert [row["source_id"] for row in rows if row["merged_into_id"]] == ["sister"] * 5
    signs = await world.store.read(store_health.sources)
    assert [health.health_of(row) for row in signs] == [health.Health.OK] * 2
    assert [(row["pages_read"], row["pages_unread"]) for row in signs] == [(5, 0), (5, 0)]
    await world.close()


async def test_a_silent_world_has_figures_too(tmp_path: Path) -> None:
    """Nothing is stored, nothing was polled, no canary flew."""
    world = await World(config(tmp_path)).open()
    found = await world.store.read(lambda tx: assurance.figures(tx, 0, NOON))
    assert (found.judged, found.hits, found.healthy, found.sources) == (0, 0, 0, 2)
    assert found.canary is None
    assert found.blind == ()
    await world.close()
