"""stories show, merge, split, and what why says of a story."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cli_world import Place
from monitor import grouping, reopening
from monitor.model import BodyState, Item
from monitor.reopening import Reopening
from monitor.settings import Config
from monitor.store import arrivals, sources, stories
from monitor.store.arrivals import Arrival
from monitor.store.db import Store, Tx
from monitor.text import Scan, index_text
from tests.world import BRIEF, DAY, MINUTE, NOON, config

TITLES = (
    "Ferry Astrid runs aground off Cape Holm",
    "Passengers taken off ferry Astrid aground at Cape Holm",
    "Choir sings for the new organ",
)


def _fill(tx: Tx, known: Config) -> None:
    sources.put(tx, BRIEF, NOON)
    for number, title in enumerate(TITLES, 1):
        at = NOON + number * MINUTE
        item = Item(f"https://brief.example/{number}", title)
        arrivals.insert(tx, number, [Arrival(
            item, BRIEF.id, "brief.example", f"1:{number}", f"url:{item.url}", at, BodyState.NONE,
            None, [("url", item.url)], words=index_text(Scan(title)),
        )])  # fmt: skip
        grouping.group(tx, known, number, at)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "config")

    async def fill() -> None:
        store = Store(made.directory / "news.db")
        await store.write(lambda tx: _fill(tx, config(tmp_path)))
        await store.close()

    asyncio.run(fill())
    return made


def test_show_lists_a_story_with_its_reasons(place: Place) -> None:
    told = place.call("stories", "show", "2").output
    assert told.startswith("2 articles, 0 origins\n")
    assert "the story began with it" in told
    assert "tells what item 1 tells: both have the names astrid, cape, holm" in told
    (shape,) = place.json("stories", "show", "url:https://brief.example/1")
    assert [(one["item"], one["how"]) for one in shape["articles"]] == [(1, None), (2, "event")]
    assert shape["articles"][1]["why"]["item"] == 1


def test_why_says_how_an_article_came_into_its_story(place: Place) -> None:
    told = place.call("why", "2").output
    assert "tells what item 1 tells" in told
    assert "2 articles tell the same, see wirewatch stories show 2" in told
    assert "story" not in place.call("why", "3").output
    (shape,) = place.json("why", "2")
    assert shape["story"] == "url:https://brief.example/1"
    assert str(shape["grouped_by"]).startswith("tells what item 1 tells")


def test_merge_and_split_by_hand(place: Place) -> None:
    assert place.call("stories", "merge", "1", "3").output.startswith("one story of 3 articles now")
    (merged,) = place.json("stories", "show", "3")
    assert (merged["story"], merged["merged"]) == (
        "url:https://brief.example/1",
        ["url:https://brief.example/3"],
    )
    assert place.call("stories", "split", "2").exit_code == 0
    assert "taken out of another story by hand" in place.call("stories", "show", "2").output
    assert len(place.json("stories", "show", "1")[0]["articles"]) == 2  # type: ignore[arg-type]
    refused = place.call("stories", "split", "2")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "is the only article of its story" in refused.stderr


def test_what_went_on_when_its_story_was_closed_is_shown_in_both(place: Place) -> None:
    old, new = "url:https://brief.example/3", "again:3.1"

    async def go_on() -> None:
        store = Store(place.directory / "news.db")
        at, went = NOON + 4 * DAY, Reopening(old, new)
        await store.write(lambda tx: stories.matched(tx, old, NOON))
        assert await store.write(lambda tx: reopening.find(tx, 3, at)) == went
        await store.write(lambda tx: reopening.go_on(tx, 3, went, at))
        await store.close()

    asyncio.run(go_on())
    shown = " ".join(place.call("stories", "show", "3").output.split())
    assert f"takes up again: wirewatch stories show '{old}'" in shown
    assert "said something new when the story that it was in was closed" in shown
    shown = place.call("stories", "show", old).output
    assert "1 article" in shown
    assert "the story began with it" in shown
    (shape,) = place.json("why", "3")
    assert (shape["story"], str(shape["grouped_by"])[:18]) == (new, "said something new")


def test_an_unknown_story_is_said(place: Place) -> None:
    refused = place.call("stories", "show", "url:https://nowhere.example/")
    assert refused.exit_code == 1
    assert "no stored article" in refused.stderr
