"""The little newswire as a server: validators, and a journal that comes before the answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from monitor.demo.journal import Journal
from monitor.demo.newswire import Newswire, open_newswire
from monitor.demo.stories import load_stories

NOW = 1_510_927_867_000  # 17 Nov 2017, 14:11:07 UTC
STORIES = load_stories()


@pytest.fixture
def wire() -> Newswire:
    return Newswire(STORIES, clock=lambda: NOW)


EVERY_KIND = [
    ("example-wire.test", "/"),
    ("example-wire.test", "/Saren_Wars.html"),
    ("example-wire.test", "/example-wire.xml"),
    ("example-wire.test", "/reports/Mine_clearers_run_short_of_dogs_999.html"),
    ("example-wire.test", "/robots.txt"),
    ("coastal-press.test", "/"),
    ("coastal-press.test", "/feed.atom"),
    ("coastal-press.test", "/news/dredger-finds-cannon"),
]


@pytest.mark.parametrize(("host", "path"), EVERY_KIND)
def test_either_validator_gets_304_with_the_validators_and_no_body(
    wire: Newswire, host: str, path: str
) -> None:
    first = wire.answer(host, path, {})
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for known in (
        {"If-None-Match": etag},
        {"If-None-Match": f'"other", W/{etag}'},
        {"If-Modified-Since": modified},
        {"If-None-Match": etag, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ):
        again = wire.answer(host, path, known)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == etag


@pytest.mark.parametrize(
    "known",
    [
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00"},
        {"If-Modified-Since": "yesterday"},
    ],
)
def test_a_validator_that_does_not_fit_gets_the_page(wire: Newswire, known: dict[str, str]) -> None:
    """If-Modified-Since counts only without If-None-Match; nonsense counts for nothing."""
    assert wire.answer("example-wire.test", "/Saren_Wars.html", known).status == 200


def test_publishing_outdates_the_validators_of_lists_and_of_no_article(wire: Newswire) -> None:
    known = {
        (host, path): {"If-None-Match": wire.answer(host, path, {}).headers["ETag"]}
        for host, path in EVERY_KIND
    }
    wire.publish("Army_retakes_last_rebel-held_town")
    changed = [
        path for host, path in known if wire.answer(host, path, known[host, path]).status == 200
    ]
    assert changed == ["/", "/Saren_Wars.html", "/example-wire.xml"]


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[aiohttp.ClientSession, str, Path]]:
    journal = Journal(tmp_path / "journal.jsonl", lambda: NOW)
    runner, port = await open_newswire(Newswire(STORIES, journal=journal).app())
    async with aiohttp.ClientSession() as session:
        yield session, f"http://127.0.0.1:{port}", tmp_path / "journal.jsonl"
    await runner.cleanup()
    journal.close()


async def test_every_request_is_a_line_of_the_journal(
    served: tuple[aiohttp.ClientSession, str, Path],
) -> None:
    session, base, journal = served
    headers = {"Host": "example-wire.test", "If-None-Match": '"x"'}
    async with session.get(f"{base}/robots.txt", headers=headers) as response:
        assert response.status == 200
    async with session.get(f"{base}/nothing", headers={"Host": "sister-wire.test"}) as response:
        assert response.status == 404
    first, second = (json.loads(line) for line in journal.read_text().splitlines())
    assert first == {
        "event": "request",
        "at": NOW,
        "kind": "robots",
        "host": "example-wire.test",
        "path": "/robots.txt",
        "if_none_match": '"x"',
        "if_modified_since": None,
        "status": 200,
    }
    assert (second["host"], second["status"]) == ("sister-wire.test", 404)
