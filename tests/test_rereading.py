"""An article's page is read again: when, how often, what comes of it, and what never does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from monitor import poll, schedule
from monitor.engine import Engine
from monitor.errors import FetchError
from monitor.ingest import Ingested
from monitor.model import (
    BodyState,
    Change,
    DueSource,
    Item,
    LastReading,
    Outcome,
    OutcomeKind,
    Polled,
    WantedBody,
)
from monitor.settings import Settings, Source
from monitor.store import pages, work
from monitor.store.db import Row
from tests.net_world import http, serving
from tests.world import HOUR, MINUTE, NOON, WIRE, World, config, item, page

OTHER = Source("other", "feed", "https://other.example/feed.xml")
PAUSE = 10_000
TEXT = "The town was quiet. " * 20
FAILED = Outcome(OutcomeKind.FAILED, reason="timeout", detail="no answer")
GONE = Outcome(OutcomeKind.FAILED, reason="http", status=404)
SAME = Outcome(OutcomeKind.NOT_MODIFIED, status=304)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    opened = await World(config(tmp_path, watched=(WIRE, OTHER))).open()
    yield opened
    await opened.close()


async def read(world: World, *slugs: str, source: Source = WIRE, body: str = TEXT) -> None:
    """News of a source that was seen before, each with its page."""
    await world.poll(source, item("old"))
    await world.poll(source, *(item(slug) for slug in slugs))
    for wanted in await world.bodies():
        slug = wanted.url.rpartition("/")[2]
        await world.article(wanted, page(slug, body=body))


async def due(world: World, limit: int = 10) -> list[WantedBody]:
    """What is handed out to be read again now."""
    known = {source.id: source for source in world.config.sources}
    asked = pages.Claim("t", world.now, limit, PAUSE)
    return await world.store.write(lambda tx: pages.claim(tx, known, asked))


async def again(
    world: World, wanted: WantedBody, body: str | None = None, outcome: Outcome | None = None
) -> Ingested:
    slug = wanted.url.rpartition("/")[2]
    items = () if body is None else (page(slug, body=body),)
    answered = outcome or Outcome(OutcomeKind.OK, etag='"2"', body_hash=str(body))
    return await world.ingest(Polled(answered, items, wanted=wanted))


async def row_of(world: World, slug: str) -> Row:
    (found,) = [row for row in await world.rows("items") if row["url"].endswith(f"/{slug}")]
    return found


async def when(world: World, slug: str) -> int | None:
    """How long from now until a page is read again."""
    item_id = (await row_of(world, slug))["item_id"]
    (found,) = [row for row in await world.rows("pages") if row["item_id"] == item_id]
    return None if found["reread_at"] is None else found["reread_at"] - world.now


async def test_soon_then_rarer_then_never(world: World) -> None:
    """Half an hour after its first reading, then at growing distances; after five times no more."""
    await read(world, "a")
    waits = []
    while (wait := await when(world, "a")) is not None:
        waits.append(wait)
        world.now += wait
        (wanted,) = await due(world)
        await again(world, wanted, TEXT)
    hours = [0.5, 1.5, 6, 16, 48]
    assert len(waits) == len(hours)
    assert all(h * HOUR <= w <= 1.1 * h * HOUR for h, w in zip(hours, waits, strict=True))
    world.now += 1000 * HOUR
    assert not await due(world)


async def test_an_edit_makes_a_version_and_is_judged(world: World) -> None:
    await read(world, "a")
    world.now += HOUR
    (wanted,) = await due(world)
    done = await again(world, wanted, f"{TEXT} Troops liberated it.")
    assert (done.changes, done.alerts) == ((Change.MODIFIED,), 1)
    assert (await row_of(world, "a"))["version"] == 2
    assert await world.told() == [("liberated",)]
    assert await when(world, "a") < HOUR  # and is soon looked at again


async def test_what_is_the_same_is_not_judged_again(world: World) -> None:
    """Other white space, the same bytes, a 304: no version, no match, the next time is set."""
    await read(world, "a")
    matches = len(await world.rows("matches"))
    for outcome, body in ((None, TEXT.replace(" ", "  ")), (SAME, None)):
        world.now += 10 * HOUR
        (wanted,) = await due(world)
        assert (await again(world, wanted, body, outcome)).accepted
        assert await when(world, "a")
    assert (await row_of(world, "a"))["version"] == 1
    assert len(await world.rows("matches")) == matches


@pytest.mark.parametrize("outcome", [FAILED, GONE])
async def test_a_failure_harms_nothing(world: World, outcome: Outcome) -> None:
    """The text stays whole and told as it was; a page that is gone is not asked for again."""
    await read(world, "a", body="Troops liberated the town.")
    told = await world.told()
    before = dict(await row_of(world, "a"))
    world.now += HOUR
    (wanted,) = await due(world)
    done = await again(world, wanted, outcome=outcome)
    assert (done.accepted, done.alerts) == (True, 0)
    assert dict(await row_of(world, "a")) == before
    assert before["body_state"] == BodyState.FULL
    assert (await when(world, "a") is None) == (outcome is GONE)
    assert (told, await world.told()) == ([("liberated",)], [])


@pytest.mark.parametrize("order", [1, -1])
async def test_an_article_that_another_became_is_read_again(world: World, order: int) -> None:
    """Of two addresses of one article the one that stays is asked from then on, whichever of the
    two pages came first; what the other one answered with is no validator of it."""
    await world.poll(WIRE, item("old"))
    await world.poll(WIRE, item("a", "Floods"), item("copy", "Floods"))
    canonical = "https://wire.example/a"
    for wanted in (await world.bodies())[::order]:
        whole = page("x", "Floods", TEXT, canonical_url=canonical)
        answered = Outcome(OutcomeKind.OK, etag=wanted.url, body_hash=wanted.url)
        await world.ingest(Polled(answered, (whole,), wanted=wanted))
    assert [row["merged_into_id"] for row in await world.rows("items")] == [None, None, 2]
    world.now += HOUR
    (wanted,) = await due(world)
    assert (wanted.item_id, wanted.url) == (2, canonical)
    assert wanted.last is not None
    assert wanted.last.etag in (canonical, None)
    edited = page("a", "Floods", f"{TEXT} Troops liberated the town.")
    done = await world.ingest(Polled(Outcome(OutcomeKind.OK), (edited,), wanted=wanted))
    assert (done.changes, done.alerts) == ((Change.MODIFIED,), 1)


async def test_what_broke_is_tried_at_its_next_time(world: World) -> None:
    await read(world, "a")
    world.now += HOUR
    (wanted,) = await due(world)
    await world.ingest.broke(Polled(Outcome(OutcomeKind.OK), wanted=wanted), "bug")
    row = await row_of(world, "a")
    assert (row["body_state"], row["lease_token"]) == (BodyState.FULL, None)
    assert await when(world, "a")


async def test_a_page_that_lost_its_text_is_believed_the_second_time(world: World) -> None:
    """A sign-in or a slip of the site must not be told as "no longer says"; a retraction is."""
    await read(world, "a", body=f"{TEXT} Troops liberated it.")
    await world.told()
    alerts = []
    for _ in range(2):
        world.now += HOUR
        (wanted,) = await due(world)
        done = await again(world, wanted, "This article was withdrawn.")
        alerts.append((done.changes, done.alerts))
    assert alerts == [((), 0), ((Change.MODIFIED,), 1)]


async def test_a_page_that_says_little_each_time_otherwise_has_no_more_turns(world: World) -> None:
    """A sign-in that counts the articles left: once more soon, then rarer, then never."""
    await read(world, "a")
    waits = []
    while (wait := await when(world, "a")) is not None and len(waits) < 20:
        waits.append(wait)
        world.now += wait
        (wanted,) = await due(world)
        await again(world, wanted, f"{20 - len(waits)} articles left.")
    hours = [0.5, 0.5, 1.5, 6, 16, 48]
    assert len(waits) == len(hours)
    assert all(h * HOUR <= w <= 1.1 * h * HOUR for h, w in zip(hours, waits, strict=True))
    assert (await row_of(world, "a"))["version"] == 1


@pytest.mark.parametrize(
    ("shown", "change"),
    [
        (item("a", body="Another teaser."), Change.MODIFIED),
        (item("a", "Another title"), Change.COMPLETED),  # the title made the version already
    ],
)
async def test_a_page_wanted_anew_is_believed_the_second_time_too(
    world: World, shown: Item, change: Change
) -> None:
    """The list shows other words, so the page is wanted: a sign-in on it takes nothing back."""
    whole = f"{TEXT} Troops liberated it."
    await read(world, "a", body=whole)
    await world.told()
    await world.poll(WIRE, shown)
    alerts = []
    for body in (whole, "This article was withdrawn."):
        (wanted,) = await world.bodies()
        done = await again(world, wanted, "This article was withdrawn.")
        alerts.append((done.changes, done.alerts))
        assert (await row_of(world, "a"))["body"] == body
        world.now += 5 * MINUTE
    assert alerts == [((), 0), ((change,), 1)]


async def test_a_page_wanted_anew_that_never_says_the_same_is_given_up(world: World) -> None:
    """The text that was read before stays; it is read again as if nothing had been wanted."""
    whole = f"{TEXT} Troops liberated it."
    await read(world, "a", body=whole)
    await world.told()
    await world.poll(WIRE, item("a", body="Another teaser."))
    for left in (3, 2, 1):
        (wanted,) = await world.bodies()
        assert (await again(world, wanted, f"You have {left} articles left.")).alerts == 0
        world.now += 25 * MINUTE
    row = await row_of(world, "a")
    assert (row["body"], row["version"], row["body_state"]) == (whole, 1, BodyState.FULL)
    assert (await world.bodies(), len(await due(world))) == ([], 1)


CAPTION = "Soldiers who liberated the port. (Photo by Otto Falk/NWA)"


@pytest.mark.parametrize(
    ("before", "after", "alerts"),
    [
        (f"{TEXT}\n\n{CAPTION}", f"{TEXT} Rain fell.", 0),  # only a caption said so
        ("Troops liberated it. It rained.", "It rained, and troops liberated it. It snowed.", 0),
        ("Troops liberated it. It rained.", "Troops entered it. It rained.", 1),
    ],
)
async def test_no_longer_says_only_what_its_sentences_said(
    world: World, before: str, after: str, alerts: int
) -> None:
    await read(world, "a", body=before)
    assert await world.told() == [("liberated",)]
    world.now += HOUR
    (wanted,) = await due(world)
    assert (await again(world, wanted, after)).alerts == alerts


async def test_first_sight_is_not_read_again(world: World) -> None:
    """Nothing of it is told, so nothing of it is asked."""
    await world.poll(WIRE, item("a"))
    for wanted in await world.bodies():
        await world.article(wanted, page("a", body=TEXT))
    assert await when(world, "a") is None


async def test_what_people_are_told_of_later_is_read_again(world: World) -> None:
    """An article of one source's first sight is news when another shows it, and may change yet."""
    body = "The town was liberated. " * 20
    await world.poll(OTHER)
    await world.poll(WIRE, item("a"))
    (wanted,) = await world.bodies()
    await world.article(wanted, page("a", body=body))
    assert await when(world, "a") is None
    assert (await world.poll(OTHER, item("a"))).alerts == 1
    assert 30 * MINUTE <= (await when(world, "a") or 0) <= 33 * MINUTE
    world.now += HOUR
    (wanted,) = await due(world)
    await again(world, wanted, outcome=GONE)
    await world.poll(OTHER, item("a", "Another title"))
    assert await when(world, "a") is None


async def test_reread_off(tmp_path: Path) -> None:
    quiet = replace(WIRE, reread=False)
    world = await World(config(tmp_path, watched=(quiet,))).open()
    await read(world, "a", source=quiet)
    assert await when(world, "a") is None
    await world.close()


async def test_a_source_that_is_off_now_is_left_alone(world: World) -> None:
    await read(world, "a")
    await world.store.write(lambda tx: pages.keep_only(tx, ["other"]))
    assert await when(world, "a") is None


async def test_told_first_and_one_of_a_site(world: World) -> None:
    """Of one site a page is handed out at each fifth turn: first what people were told of."""
    await read(world, "a", "b")
    world.now += MINUTE
    await read(world, "c", body="Troops liberated the town.")
    world.now += HOUR
    handed = []
    for _ in range(4):
        found = await due(world)
        handed.append([wanted.url[-1] for wanted in found])
        for wanted in found:
            await again(world, wanted, outcome=SAME)
        assert not await due(world)
        assert not await world.store.read(lambda tx: pages.are_due(tx, world.now, PAUSE))
        world.now += PAUSE
    assert [handed[0], *sorted(handed[1:3]), handed[3]] == [["c"], ["a"], ["b"], []]


async def test_the_budget_of_a_source(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody was told of waits only while there is room; what was told always does."""
    monkeypatch.setattr(schedule, "MOST_REREADS_WAITING", 2)
    await read(world, "a", "b", "c")
    assert [await when(world, slug) is None for slug in "abc"] == [False, False, True]
    await read(world, "d", body="Troops liberated the town.")
    assert await when(world, "d")


async def test_a_lost_lease_settles_nothing(world: World) -> None:
    """Who took longer than the lease cannot put an old text over a new one."""
    await read(world, "a")
    world.now += HOUR
    (slow,) = await due(world)
    world.now += work.LEASE_MS
    (quick,) = await due(world)
    assert (await again(world, quick, f"{TEXT} New.")).accepted
    assert not (await again(world, slow, TEXT)).accepted
    assert (await row_of(world, "a"))["version"] == 2


async def test_leases_of_the_dead_come_back(world: World) -> None:
    await read(world, "a")
    world.now += HOUR
    await due(world)
    await world.store.write(lambda tx: work.release(tx, "t"))
    world.now += PAUSE
    assert await due(world)


# --- over HTTP -----------------------------------------------------------------------------------

ARTICLE = """<html><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>By Mara Lind</p>{paragraphs}</article></body></html>"""
FEED = """<rss version="2.0"><channel><title>W</title>{items}</channel></rss>"""
ENTRY = "<item><title>{0}</title><link>http://wire.test:{1}/{0}</link><guid>{0}</guid></item>"


@dataclass
class Site:
    """A feed and pages; answers 304 where the validator is that of the page as it stands."""

    slugs: list[str] = field(default_factory=lambda: ["old"])
    text: str = TEXT
    port: int = 0
    statuses: list[int] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/feed.xml":
            items = "".join(ENTRY.format(slug, self.port) for slug in self.slugs)
            return web.Response(text=FEED.format(items=items), content_type="application/rss+xml")
        if request.path == "/robots.txt":
            return web.Response(status=404)
        tag = f'"{len(self.text)}"'
        same = request.headers.get("If-None-Match") == tag
        self.statuses.append(304 if same else 200)
        if same:
            return web.Response(status=304)
        paragraphs = "".join(f"<p>{part}</p>" for part in self.text.split("\n\n"))
        page = ARTICLE.format(title="Town", paragraphs=paragraphs)
        return web.Response(text=page, content_type="text/html", headers={"ETag": tag})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    opened = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", opened.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.port = int(runner.addresses[0][1])
    yield opened
    await runner.cleanup()


async def read_all(engine: Engine) -> list[tuple[Change, ...]]:
    """Read every page that is due, wanted ones and those once more."""
    tools = poll.Tools(engine.client, engine.workers, engine.clock)
    changes = []
    for wanted in await engine.claim_bodies(None, 10):
        try:
            polled = await poll.read_article(
                tools, wanted, await engine.client.fetch(poll.ask_for(wanted))
            )
        except FetchError as error:
            polled = poll.failed(wanted, error)
        changes.append((await engine.ingest(polled)).changes)
    return changes


async def test_over_http(tmp_path: Path, site: Site) -> None:
    """First whole, then asked for with its validator; an edit comes whole and makes a version."""
    source = Source("wire", "feed", f"http://wire.test:{site.port}/feed.xml")
    settings = Settings(
        database=tmp_path / "wirewatch.db", delay_seconds=0, allow=("127.0.0.0/8",),
        resolve={"wire.test": f"127.0.0.1:{site.port}"},
    )  # fmt: skip
    now = [NOON]
    engine = Engine(config(tmp_path, watched=(source,), settings=settings), "t", lambda: now[0])
    await engine.adopt(engine.ingest.plan)
    tools = poll.Tools(engine.client, engine.workers, engine.clock)
    site.text = "\n\n".join([TEXT] * 3)
    for slugs in (["old"], ["new"]):
        site.slugs = slugs
        polled = await poll.poll_feed(tools, await engine.claim_source(source))
        await engine.ingest(polled)
        assert await read_all(engine) == [(Change.COMPLETED,)]
    came = []
    for text in (site.text, f"{site.text}\n\nTroops liberated it. It was a day of joy."):
        site.text = text
        now[0] += 10 * HOUR
        came += await read_all(engine)
    assert came == [(), (Change.MODIFIED,)]
    assert site.statuses == [200, 200, 304, 200]
    await engine.close()


@pytest.mark.parametrize("validator", [None, '"1"'])
async def test_a_304_is_an_answer_to_a_validator_alone(
    tmp_path: Path, validator: str | None
) -> None:
    """To any other request it is a failure: there is no earlier answer that it could mean."""
    settings = Settings(database=tmp_path / "w.db", delay_seconds=0, allow=("127.0.0.0/8",))
    engine = Engine(config(tmp_path, watched=(), settings=settings), "t", lambda: NOON)
    tools = poll.Tools(engine.client, engine.workers, engine.clock)
    async with serving({"/": http(304)}) as site:
        source = Source("wire", "feed", f"{site.root}/", allow=settings.allow)
        last = LastReading(etag=validator) if validator else None
        wanted = WantedBody(1, source.url, source, 0, None, last)
        answer = await engine.client.fetch(poll.ask_for(wanted))
        outcomes = [
            (await poll.poll_feed(tools, DueSource(source, None, etag=validator))).outcome,
            (await poll.read_article(tools, wanted, answer)).outcome,
        ]
    await engine.close()
    for outcome in outcomes:
        if validator is None:
            assert (outcome.kind, outcome.reason) == (OutcomeKind.FAILED, "http")
            assert outcome.detail == (
                "the server answered 304 Not Modified to a request that named no earlier answer"
            )
        else:
            assert outcome.kind is OutcomeKind.NOT_MODIFIED


def test_the_pause_leaves_others_four_turns_of_five() -> None:
    assert schedule.reread_pause(2.0) == 10_000
    assert schedule.reread_pause(0) == 1000


def test_items_are_apart() -> None:
    """Articles of one poll are not all due at once."""
    times = {schedule.next_reread(0, str(item_id), 0) for item_id in range(30)}
    assert len(times) > 20
