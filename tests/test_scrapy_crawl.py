"""`scrapy crawl` by hand: what it keeps, what it tells, and how it ends."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from monitor.demo import coastal_pages
from monitor.demo.newswire import HOSTS, Newswire
from monitor.demo.stories import load_stories
from monitor.store.db import Store
from tests.world import NOON

REPOSITORY = Path(__file__).resolve().parent.parent
FEED = f"http://{coastal_pages.NAME}{coastal_pages.FEED_PATH}"


@dataclass
class Ended:
    code: int
    said: str
    complained: str


@dataclass
class Coast:
    """A configuration that watches the coastal outlet's feed, and its site."""

    directory: Path

    @property
    def database(self) -> Path:
        return self.directory / "wirewatch.db"

    async def crawl(self, *arguments: str) -> Ended:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "scrapy", "crawl", *arguments,
            cwd=REPOSITORY, env=os.environ | {"WIREWATCH_CONFIG": str(self.directory)},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, complained = await process.communicate()
        return Ended(process.returncode or 0, said.decode(), complained.decode())

    async def count(self, question: str) -> int:
        store = Store(self.database)
        found = await store.read(lambda tx: tx.value(question))
        await store.close()
        return int(found)


@pytest.fixture
async def coast(tmp_path: Path):
    runner = web.AppRunner(Newswire(load_stories()).app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    resolve = ", ".join(f'{host}: "127.0.0.1:{port}"' for host in HOSTS)
    files = {
        "monitor.yaml": f"delay: 0s\nallow: [127.0.0.0/8]\nresolve: {{{resolve}}}\n",
        "sources.yaml": f'sources: [{{id: coastal, url: "{FEED}", article: false}}]\n',
        "rules.yaml": "rules: [{id: bombing, any: [car bombing]}]\n",
        "routes.yaml": "channels: {me: {console: {}}}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    yield Coast(tmp_path)
    await runner.cleanup()


async def test_a_dry_run_shows_what_it_would_store_and_writes_nothing(coast: Coast) -> None:
    """`-a dry_run=1` lists the items; no database appears."""
    ended = await coast.crawl("feed", "-a", "source=coastal", "-a", "dry_run=1")
    assert ended.code == 0
    assert "coastal: 10 items, 10 new" in ended.said
    assert "Courier killed near the customs ministry" in ended.said
    assert not coast.database.exists()


async def test_an_address_in_no_file_is_kept_and_tells_nothing(coast: Coast) -> None:
    """`-a url=` of no source: its items are stored, also a second time nothing is told."""
    address = f"url=http://www.{coastal_pages.NAME}{coastal_pages.FEED_PATH}"
    for _ in range(2):
        assert (await coast.crawl("feed", "-a", address)).code == 0
    assert await coast.count("SELECT count(*) FROM items") == 10
    assert await coast.count("SELECT count(*) FROM alerts") == 0


async def test_an_address_in_no_file_may_be_told_to_tell(coast: Coast) -> None:
    """`-a alert=1`: what it finds is news."""
    address = f"url=http://www.{coastal_pages.NAME}{coastal_pages.FEED_PATH}"
    ended = await coast.crawl("feed", "-a", address, "-a", "alert=1")
    assert "1 alerts" in ended.said
    assert await coast.count("SELECT count(*) FROM deliveries WHERE state = 'waiting'") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["feed"], "name a source"),
        (["feed", "-a", "source=nope"], "there are: coastal"),
        (["page", "-a", "source=coastal"], "scrapy crawl feed"),
    ],
)
async def test_called_wrongly_it_says_how(coast: Coast, arguments: list[str], says: str) -> None:
    """A wrong call ends 2 with what to write instead, and without a traceback."""
    ended = await coast.crawl(*arguments)
    assert ended.code == 2
    assert says in ended.complained
    assert "Traceback" not in ended.complained


async def test_a_poll_that_fails_ends_1_with_the_reason(coast: Coast) -> None:
    """The outcome is the exit code."""
    ended = await coast.crawl("feed", "-a", f"url=http://{coastal_pages.NAME}/nothing")
    assert ended.code == 1
    assert "the server answered 404 Not Found" in ended.said


@pytest.mark.nightly
async def test_a_source_that_another_works_on_ends_3_and_says_who(coast: Coast) -> None:
    """Half a minute of patience, then the holder's name."""
    assert (await coast.crawl("feed", "-a", "source=coastal")).code == 0
    store = Store(coast.database)
    far = NOON + 10 * 365 * 86_400_000
    await store.write(
        lambda tx: tx.run(
            "UPDATE sources SET lease_token = 't', lease_holder = 'the daemon', lease_until = :far",
            far=far,
        )
    )
    await store.close()
    ended = await coast.crawl("feed", "-a", "source=coastal")
    assert ended.code == 3
    assert "the daemon" in ended.complained
