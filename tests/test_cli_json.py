"""What scripts read: every key that is printed is documented, and what is promised is there."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli_world import REPOSITORY, Place, fill, keys_of, newswire

ITEM = {
    "url", "canonical_url", "site", "title", "byline", "authors", "place", "wire", "published_at",
    "updated_at", "tags", "section", "lang", "lede", "body", "image", "side_stories",
}  # fmt: skip
PROMISED = {
    "items": ITEM | {"id", "source", "first_seen_at", "version", "story", "body_state"},
    "alerts": {
        "id", "rule", "item", "story", "occasion", "raised_at", "severity", "demoted", "spans",
        "deliveries",
    },
    "sources": {
        "id", "kind", "url", "health", "last_success_at", "last_new_item_at", "next_poll_at",
        "every_seconds", "every_is_learned", "failures", "reason", "read_by",
    },
}  # fmt: skip
DELIVERY = {"channel", "recipient", "state", "attempts", "message_id"}
FEED = (
    b'<rss version="2.0"><channel><title>F</title><link>https://f.example/</link><item>'
    b"<title>T</title><link>https://f.example/t</link><guid>1</guid><author>A</author>"
    b"<pubDate>Mon, 17 Nov 2025 14:00:00 GMT</pubDate><description>D</description></item>"
    b"</channel></rss>"
)
PAGE = (
    b"<html><head><title>T</title></head><body><article><h1>T</h1>"
    + (b"<p>Enough of a text to be taken for an article, and then some more of it.</p>" * 8)
    + b"</article></body></html>"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    found = Place(tmp_path_factory.mktemp("json") / "config")
    asyncio.run(fill(found))
    (found.directory / "feed.xml").write_bytes(FEED)
    (found.directory / "page.html").write_bytes(PAGE)
    (found.directory / "articles.jsonl").write_text('{"id": 1, "title": "Liberated"}\n')
    return found


def documented(section: str) -> set[str]:
    """The words in backquotes of one section of the page."""
    page = (REPOSITORY / "docs" / "json.md").read_text("utf-8")
    parts = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", page, re.MULTILINE))
    words = set(re.findall(r"`(\w+)`", parts[section]))
    return words | (documented("items") if "`items`" in parts[section] else set())


COMMANDS = [
    ("items", "items"),
    ("show", "show 4"),
    ("alerts", "alerts"),
    ("alerts --would", "alerts --would"),
    ("why", "why 3"),
    ("why", "why 2"),
    ("versions", "versions 2"),
    ("search", "search car"),
    ("verify", "verify --all"),
    ("replay", "replay --since 2025-11-01"),
    ("rules try", "rules try bombing"),
    ("rules try", "rules try AND"),
    ("rules check", "rules check"),
    ("rules check", "rules check --query a"),
    ("rules check", "rules check --query AND"),
    ("rules match", "rules match --rules {place}/rules.yaml --items {place}/articles.jsonl"),
    ("rules explain", "rules explain liberated 3"),
    ("rules test", "rules test"),
    ("rules import", "rules import a^2 --from lucene"),
    ("rules forms", "rules forms liberate"),
    ("rules lint", "rules lint"),
    ("sources", "sources"),
    ("digest", "digest"),
    ("status", "status"),
    ("deliver", "deliver --once"),
    ("channels test", "channels test me"),
    ("config check", "config check"),
    ("reload", "reload"),
    ("doctor", "doctor"),
]


@pytest.mark.parametrize(("section", "words"), COMMANDS, ids=[words for _, words in COMMANDS])
def test_every_key_is_documented(place: Place, section: str, words: str) -> None:
    shapes = place.json(*words.format(place=place.directory).split())
    assert shapes
    assert keys_of(shapes) <= documented(section) | (
        documented("search") if section == "rules try" else set()
    )


@pytest.mark.parametrize(
    ("section", "name"), [("parse-feed", "feed.xml"), ("extract", "page.html")]
)
def test_every_key_of_a_document_is_documented(place: Place, section: str, name: str) -> None:
    shapes = place.json(section, str(place.directory / name))
    assert shapes
    assert keys_of(shapes) <= documented(section)


@pytest.mark.parametrize("command", PROMISED)
def test_what_is_promised_is_there(place: Place, command: str) -> None:
    shapes = place.json(command)
    assert shapes
    assert all(set(shape) == PROMISED[command] for shape in shapes)


def test_spans_point_at_the_words(place: Place) -> None:
    alerts = {one["rule"]: one for one in place.json("alerts")}
    (item,) = (one for one in place.json("items") if one["id"] == alerts["liberated"]["item"])
    marked = [item[span["field"]][span["start"] : span["end"]] for span in
              alerts["liberated"]["spans"]]  # fmt: skip
    assert marked == ["liberated", "liberated"]
    assert set(alerts["liberated"]["deliveries"][0]) == DELIVERY


def test_times_are_utc_or_a_bare_date_or_null(place: Place) -> None:
    items: list[dict[str, Any]] = place.json("items")
    assert [one["published_at"] for one in items] == [None, None, None, "2025-10-13"]
    assert items[-1]["first_seen_at"] == "2025-11-22T12:00:00Z"


def test_init_and_a_bad_configuration(place: Place, tmp_path: Path) -> None:
    (shape,) = place.json("init", str(tmp_path / "new"))
    assert keys_of(shape) <= documented("init")
    assert len(shape["written"]) == 4
    (tmp_path / "new" / "rules.yaml").write_text("rules: [{id: bad bad}]\n")
    (shape,) = place.json("config", "check", "--config", str(tmp_path / "new"))
    assert not shape["ok"]
    assert keys_of(shape) <= documented("config check")
    assert {one["line"] for one in shape["mistakes"]} == {1}


async def test_poll_and_add(tmp_path: Path) -> None:
    async with newswire() as (_, port):
        place = Place(tmp_path / "config", port)
        polled = await place.run("poll", "coastal", "--json")
        added = await place.run("add", "http://www.example-wire.test/example-wire.xml", "--json",
                                "--yes")  # fmt: skip
    for section, ended in (("poll", polled), ("add", added)):
        assert ended.exit_code == 0, ended.stderr
        assert keys_of([json.loads(line) for line in ended.stdout.splitlines()]) <= documented(
            section
        )
