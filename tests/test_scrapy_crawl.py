"""`scrapy crawl` by hand: what it keeps, what it tells, and how it ends."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.town import COASTAL, Ended, Town, town

SOURCES = f'sources: [{{id: coastal, url: "{COASTAL}", article: false}}]\n'
# The same feed under an address that is no source's.
ELSEWHERE = f"url={COASTAL.replace('coastal-press', 'www.coastal-press')}"


@pytest.fixture
async def coast(tmp_path: Path):
    async with town(tmp_path, SOURCES) as opened:
        yield opened


async def crawl(coast: Town, *arguments: str) -> Ended:
    return await coast.run("scrapy", "crawl", *arguments)


async def test_a_dry_run_shows_what_it_would_store_and_writes_nothing(coast: Town) -> None:
    """`-a dry_run=1` lists the items; no database appears."""
    ended = await crawl(coast, "feed", "-a", "source=coastal", "-a", "dry_run=1")
    assert ended.code == 0
    assert "coastal: 10 items, 10 new" in ended.said
    assert "Courier killed near the customs ministry" in ended.said
    assert not coast.database.exists()


async def test_an_address_in_no_file_is_kept_and_tells_nothing(coast: Town) -> None:
    """`-a url=` of no source: its items are stored, also a second time nothing is told."""
    for _ in range(2):
        assert (await crawl(coast, "feed", "-a", ELSEWHERE)).code == 0
    assert coast.ask("SELECT count(*) FROM items") == 10
    assert coast.ask("SELECT count(*) FROM alerts") == 0


async def test_an_address_in_no_file_may_be_told_to_tell(coast: Town) -> None:
    """`-a alert=1`: what it finds is news."""
    ended = await crawl(coast, "feed", "-a", ELSEWHERE, "-a", "alert=1")
    assert "1 alerts" in ended.said
    assert coast.ask("SELECT count(*) FROM deliveries WHERE state = 'waiting'") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["feed"], "name a source"),
        (["feed", "-a", "source=nope"], "there are: coastal"),
        (["page", "-a", "source=coastal"], "scrapy crawl feed"),
    ],
)
async def test_called_wrongly_it_says_how(coast: Town, arguments: list[str], says: str) -> None:
    """A wrong call ends 2 with what to write instead, and without a traceback."""
    ended = await crawl(coast, *arguments)
    assert ended.code == 2
    assert says in ended.complained
    assert "Traceback" not in ended.complained


async def test_a_poll_that_fails_ends_1_with_the_reason(coast: Town) -> None:
    """The outcome is the exit code."""
    ended = await crawl(coast, "feed", "-a", f"{ELSEWHERE}/nothing")
    assert ended.code == 1
    assert "the server answered 404 Not Found" in ended.said


@pytest.mark.nightly
async def test_a_source_that_another_works_on_ends_3_and_says_who(coast: Town) -> None:
    """Half a minute of patience, then the holder's name."""
    assert (await crawl(coast, "feed", "-a", "source=coastal")).code == 0
    with closing(sqlite3.connect(coast.database)) as db, db:
        db.execute("UPDATE sources SET lease_holder = 'the daemon', lease_until = 9e15")
    ended = await crawl(coast, "feed", "-a", "source=coastal")
    assert ended.code == 3
    assert "the daemon" in ended.complained
