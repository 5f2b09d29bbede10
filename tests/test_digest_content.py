"""What stands in a digest, where, and how it is counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from digest_world import STORIES, Desk
from monitor import digests, gathering
from monitor.digests import Blind, Digest, DigestKind, Heading, Section
from monitor.gathering.stories import MOST_STORIES
from monitor.model import Silence, iso
from monitor.settings import LabelMatcher
from monitor.store import silences
from world import DAY, HOUR, MINUTE, NOON

DATA = Path(__file__).parent / "data" / "digests"
SECTIONS = YAML(typ="safe").load((DATA / "sections.yaml").read_text("utf-8"))
WORTH = YAML(typ="safe").load((DATA / "worth.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", SECTIONS.values(), ids=SECTIONS)
def test_each_story_has_its_section(case: dict[str, Any]) -> None:
    section = digests.section_of(
        case.get("whys", []), told=case.get("told", False), known=case.get("known", False)
    )
    assert section.value == case["is"]


@pytest.mark.parametrize("case", WORTH.values(), ids=WORTH)
def test_an_empty_one_is_rarely_worth_sending(case: dict[str, Any]) -> None:
    headings = (Heading(Section.NEW, case["stories"]),) if "stories" in case else ()
    digest = Digest(
        "0", "me", DigestKind(case.get("kind", "daily")), case["day"], "UTC", 0, 1,
        headings=headings, blind=tuple(Blind(one, "why", None) for one in case.get("blind", ())),
    )  # fmt: skip
    assert digests.is_worth_sending(digest, case.get("before", ())) is case["sent"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    opened = await Desk(tmp_path).open()
    await opened.tick()
    opened.now += MINUTE
    yield opened
    await opened.close()


async def preview(desk: Desk) -> Digest:
    return await desk.store.read(lambda tx: gathering.preview(tx, desk.config, "me", desk.now))


def outline(digest: Digest) -> list[tuple[str, int, str]]:
    return [(one.section.value, one.stories, one.note) for one in digest.headings]


async def test_every_story_stands_once_and_is_counted_where_it_stands(desk: Desk) -> None:
    """Told, held for each reason, and what is to be said of it."""
    silence = Silence((LabelMatcher("rule", "=", "x"),), "ana", "moved", NOON, NOON + 2 * DAY)
    await desk.store.write(lambda tx: silences.add(tx, silence))
    desk.now += HOUR
    await desk.alert(0)
    await desk.alert(0, why="demoted", detail="film")
    await desk.alert(1, why="low", severity="low")
    await desk.alert(2, why="cap", detail="rule 6 an hour")
    await desk.alert(3, why="late")
    for story, word in ((4, "film"), (5, "anniversary"), (6, "anniversary")):
        await desk.alert(story, why="demoted", detail=word)
    await desk.alert(7, why="silenced", detail=silence.id)
    await desk.alert(8, why="acked")
    desk.now += HOUR
    await desk.send()
    said = await preview(desk)
    assert outline(said) == [
        ("new", 2, ""),
        ("cap", 1, "rule 6 an hour"),
        ("late", 1, ""),
        ("demoted", 3, "anniversary 2, film 1"),
        ("silenced", 1, "until Mon 24 Nov 13:00, by ana: moved"),
        ("acked", 1, ""),
    ]
    assert [(one.headline, one.fate) for one in said.stories[:3]] == [
        ("On story-0", ""), ("On story-1", "low"), ("On story-2", "rule 6 an hour"),
    ]  # fmt: skip
    assert iso(said.stories[0].told_at or 0) == "2025-11-22T14:01:00Z"
    assert said.stories[0].rules == ("rule-1", "rule-2")


async def test_a_story_shows_where_it_matched(desk: Desk) -> None:
    """Its sentence, marked; a demoted one is told by its headline alone."""
    await desk.alert(0)
    await desk.alert(1, why="demoted", detail="film")
    told, demoted = (await preview(desk)).stories
    assert [text for text, hit in told.sentence if hit] == ["ferry", "sank"]
    assert (told.place, demoted.sentence) == ("teaser", ())


async def test_the_severest_stands_first_then_what_most_report_then_the_newest(desk: Desk) -> None:
    await desk.store.write(
        lambda tx: tx.run("UPDATE items SET origin = title WHERE title = 'On story-2'")
    )
    for story, severity in ((0, "normal"), (1, "critical"), (2, "normal"), (3, "normal")):
        desk.now += 1
        await desk.alert(story, severity=severity)
    headlines = [one.headline for one in (await preview(desk)).stories]
    assert headlines == [f"On story-{n}" for n in (1, 2, 3, 0)]


async def test_a_story_that_the_channel_had_is_updated(desk: Desk) -> None:
    """Told or held before, in this digest or one that is long past."""
    await desk.alert(0)
    await desk.alert(1, why="low")
    desk.now += DAY
    await desk.tick()
    await desk.send()
    desk.now += MINUTE
    await desk.alert(0)
    await desk.alert(1, why="updates", detail="6 a day")
    await desk.alert(2)
    said = await preview(desk)
    assert outline(said) == [("new", 1, ""), ("updated", 2, "")]
    assert [(one.news, one.fate) for one in said.stories] == [
        ("", "on its way"),
        ("Also matches rule-3", "on its way"),
        ("Also matches rule-4", "over 6 a day"),
    ]


async def test_what_a_channel_refused_is_said(desk: Desk) -> None:
    await desk.alert(0)
    await desk.send("dead")
    (story,) = (await preview(desk)).stories
    assert (story.told_at, story.fate) == (None, "could not be delivered")


async def test_merged_stories_are_one(desk: Desk) -> None:
    """With the articles of both."""
    into, merged = desk.items[0][1], desk.items[1][1]
    await desk.store.write(
        lambda tx: tx.many(
            """INSERT INTO stories (story_key, founded_at, active_at, merged_into)
               VALUES (?, 0, 0, ?)""",
            [(into, None), (merged, into)],
        )
    )
    await desk.alert(0)
    await desk.alert(1, why="low")
    (story,) = (await preview(desk)).stories
    assert (story.articles, story.rules) == (2, ("rule-1", "rule-2"))


async def test_a_flood_is_counted_whole_and_shown_in_part(desk: Desk) -> None:
    """The limit of one section takes nothing from another."""
    some = dict(MOST_STORIES)
    MOST_STORIES[Section.NEW] = 3
    try:
        for story in range(STORIES - 1):
            await desk.alert(story)
        await desk.alert(STORIES - 1, why="cap", detail="channel 30 an hour")
        said = await preview(desk)
    finally:
        MOST_STORIES.update(some)
    assert outline(said) == [("new", STORIES - 1, ""), ("cap", 1, "channel 30 an hour")]
    assert [one.section.value for one in said.stories] == ["new"] * 3 + ["cap"]


async def test_judged_counts_what_came_since(desk: Desk) -> None:
    """Each article in one digest, whatever the hour."""
    counted = []
    for _ in range(2):
        judged = (await preview(desk)).judged
        assert judged is not None
        counted.append((judged.items, judged.rules, judged.sources))
        await desk.alert(0, why="low")
        desk.now += DAY
        await desk.tick()
        await desk.send()
    assert counted == [(STORIES, 2, 2), (0, 2, 2)]
