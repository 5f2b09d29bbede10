"""The rig's site: it misbehaves as told, and its journal says so first."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.error import HTTPError

import aiohttp
import pytest

from monitor.demo.journal import Journal
from monitor.demo.newswire import open_newswire
from monitor.demo.stories import load_stories
from tests.rig.children import Child
from tests.rig.journals import Entry, Reader
from tests.rig.reports import invent, slug_of
from tests.rig.site import Site

STORIES = load_stories()
ARTICLE = "/reports/Mine_clearers_run_short_of_dogs_999.html"
HOST = {"Host": "www.example-wire.test"}


class Visitor:
    """A client of a rig's site, and the site's journal."""

    def __init__(self, session: aiohttp.ClientSession, base: str, journal: Path) -> None:
        self._session = session
        self._base = base
        self._journal = Reader(journal)
        self._unread: list[Entry] = []

    def get(self, path: str, **headers: str) -> aiohttp.client._RequestContextManager:
        return self._session.get(self._base + path, headers={**HOST, **headers})

    async def tell(self, verb: str, **words: object) -> int:
        async with self._session.post(f"{self._base}/-/{verb}", json=words) as response:
            return response.status

    async def entry(self, event: str) -> Entry:
        """The next line of that event; the journal is written by this very loop."""
        while True:
            self._unread += self._journal.new()
            while self._unread:
                if (entry := self._unread.pop(0))["event"] == event:
                    return entry
            await asyncio.sleep(0)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    journal = Journal(tmp_path / "site.jsonl")
    yield Site(STORIES, journal, rebuild_seconds=60)
    journal.close()


@pytest.fixture
async def visitor(site: Site, tmp_path: Path) -> AsyncIterator[Visitor]:
    runner, port = await open_newswire(site.app())
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield Visitor(session, f"http://127.0.0.1:{port}", tmp_path / "site.jsonl")
    site.do("release", {})
    await runner.cleanup()


# --- the site -----------------------------------------------------------------------------------


async def test_site_serves_the_newswire_until_told_otherwise(visitor: Visitor) -> None:
    async with visitor.get(ARTICLE) as response:
        assert response.status == 200
        assert "Mine clearers" in await response.text()


async def test_invented_report_is_published_on_command(visitor: Visitor) -> None:
    """It stands in feed and section, and the journal says when it came out."""
    assert await visitor.tell("invent", number=7) == 200
    assert (await visitor.entry("published"))["slug"] == slug_of(7)
    for path in ("/example-wire.xml", "/Saren_Wars.html"):
        async with visitor.get(path) as response:
            assert invent(7).path in await response.text()
    async with visitor.get(invent(7).path) as response:
        assert "a car bombing near the" in await response.text()


@pytest.mark.parametrize(
    ("verb", "words"),
    [("explode", {}), ("publish", {}), ("publish", {"slug": "no"}), ("fault", {"what": "odd"})],
)
async def test_command_that_means_nothing_is_refused(
    visitor: Visitor, verb: str, words: dict[str, str]
) -> None:
    assert await visitor.tell(verb, **words) == 400


async def test_held_request_is_in_the_journal_before_any_answer(visitor: Visitor) -> None:
    """The line is there while the client still waits; released, it gets the page whole."""
    await visitor.tell("fault", what="hold", kind="article")
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(_status_and_size(visitor, ARTICLE))
        assert (await visitor.entry("request"))["path"] == ARTICLE
        assert (await visitor.entry("held"))["kind"] == "article"
        assert not answer.done()
        await visitor.tell("release")
    status, size = answer.result()
    assert status == 200
    assert size > 2000


async def test_fault_meets_only_its_kind_and_only_so_often(visitor: Visitor) -> None:
    """Here every article but no list, twice; also where the validators would allow a 304."""
    async with visitor.get(ARTICLE) as response:
        etag = response.headers["ETag"]
    await visitor.tell("fault", what="status", kind="article", status=503, seconds=7, times=2)
    statuses = []
    for path in (ARTICLE, "/Saren_Wars.html", ARTICLE, ARTICLE):
        async with visitor.get(path, **{"If-None-Match": etag}) as response:
            statuses.append((response.status, response.headers.get("Retry-After")))
    assert statuses == [(503, "7"), (200, None), (503, "7"), (304, None)]


@pytest.mark.parametrize("what", ["break", "stall"])
async def test_body_breaks_off_in_the_middle(visitor: Visitor, what: str) -> None:
    """A stalled one waits for its release first, and says in the journal that half is out."""
    await visitor.tell("fault", what=what, kind="feed")
    async with visitor.get("/example-wire.xml") as response:
        if what == "stall":
            assert (await visitor.entry("mid_body"))["kind"] == "feed"
            await visitor.tell("release")
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


async def test_web_page_comes_instead_of_a_feed(visitor: Visitor) -> None:
    await visitor.tell("fault", what="html", kind="feed")
    async with visitor.get("/example-wire.xml") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert "<rss" not in await response.text()


async def test_bomb_is_small_on_the_wire(visitor: Visitor) -> None:
    await visitor.tell("fault", what="bomb")
    async with visitor.get("/example-wire.xml") as response:
        packed = await response.read()
        assert response.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 200_000
    assert len(gzip.decompress(packed)) == 128 << 20


async def test_slow_answer_arrives_whole(visitor: Visitor) -> None:
    async with visitor.get(ARTICLE) as response:
        whole = await response.read()
    await visitor.tell("fault", what="slow", seconds=0.001)
    async with visitor.get(ARTICLE) as response:
        assert await response.read() == whole


async def test_endless_answer_goes_on_until_the_client_leaves(visitor: Visitor) -> None:
    await visitor.tell("fault", what="endless")
    async with visitor.get("/example-wire.xml") as response:
        assert len(await response.content.readexactly(1 << 20)) == 1 << 20


async def test_steps_are_carried_out_at_their_request(visitor: Visitor, site: Site) -> None:
    """A step stands before the answer to its request, so that request sees its effect."""
    site.follow([{"at_request": 2, "do": "invent", "number": 3}])
    seen = []
    for _ in range(2):
        async with visitor.get("/example-wire.xml") as response:
            seen.append(invent(3).path in await response.text())
    assert seen == [False, True]


async def test_steps_are_carried_out_at_their_time(visitor: Visitor, site: Site) -> None:
    site.follow([{"at_seconds": 0, "do": "invent", "number": 4}])
    assert (await visitor.entry("published"))["slug"] == slug_of(4)


def test_site_runs_as_a_process_and_obeys(tmp_path: Path) -> None:
    """Its port is the end of its first line; what it refuses is an error for who asks."""
    site = Child("tests.rig.site", tmp_path)
    try:
        site.tell("invent", number=1)
        assert [entry["event"] for entry in Reader(site.journal).new()] == ["published"]
        with pytest.raises(HTTPError):
            site.tell("nonsense")
    finally:
        site.stop()


def test_invented_reports_are_themselves_and_no_other() -> None:
    """The same number gives the same report; two reports share no sentence."""
    one, two = invent(1), invent(2)
    assert one == invent(1)
    assert not set(one.paragraphs) & set(two.paragraphs)
    assert sum("car bombing near" in text for text in one.paragraphs) == 1


async def _status_and_size(visitor: Visitor, path: str) -> tuple[int, int]:
    async with visitor.get(path) as response:
        return response.status, len(await response.read())
