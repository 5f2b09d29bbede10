"""The steps of the demo's first half: what is news, and what is none.

Each says what it does, waits for what it promises, and says what was seen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from monitor.demo.arrivals import Arrival, Way
from monitor.demo.network_pages import SISTER, WIRE
from monitor.demo.script import Script
from monitor.demo.tally import about, rules_of
from monitor.store import views

ARTICLE = "Army_retakes_last_rebel-held_town"
TRAPS = (
    "Rally_favourite_bombs_out_after_car_catches_fire",
    "film-tells-of-bombing-seen-from-parked-car",
)


async def first_sight(script: Script) -> None:
    """Nothing that is there already is told; what would have been is counted."""
    stage = script.stage
    old = [story for story in stage.stories.values() if story.hours_ago is not None]
    script.happens("the daemon asks its sources for the first time, and reads every article")

    async def asked() -> bool:
        return any(stage.site.of("request"))

    async def read() -> bool:
        rows = await stage.ask(views.source_rows)
        waits = await script.count("wanted")
        return len(rows) == 3 and all(row["last_success_at"] for row in rows) and not waits

    stage.watcher.start()
    await script.wait("the daemon's first request", asked)
    await script.wait("the first sight of 3 sources", read)
    known, would = await script.count("known"), await stage.ask(views.count_would_have)
    found = Counter(rule for story in old for rule in rules_of(story, stage.terms))
    script.must(known == len(old), f"{len(old)} articles should be known; {known} are")
    script.must(would == found, f"{dict(found)} should have matched; {would} would have")
    script.must(not stage.arrivals(), "a first sight should tell nothing; it told something")
    which = ", ".join(f"{rule} {count}" for rule, count in would.items())
    script.screen.holds(
        f"{known} known, 0 told, {sum(would.values())} would have matched ({which}). "
        "News is what comes from now on."
    )


async def article(script: Script) -> None:
    """A new article comes as one message a channel, with every rule and its sentence."""
    stage = script.stage
    story, at = script.publish(ARTICLE)
    for way in (Way.SLACK, Way.EMAIL):
        await script.told(story, way)
    await script.settled()
    for way in Way:
        found = about(stage.news(), story, way)
        script.must(len(found) == 1, f"{len(found)} messages about one article came by {way}")
        script.must(_says_all(found[0]), f"a rule or its sentence is missing by {way}")
    told = script.screen.clock(max(one.at for one in stage.news()))
    script.screen.holds(
        "ONE Slack message and ONE e-mail, each with both rules and their sentences. "
        f"Published {script.screen.clock(at)}, told {told}."
    )


async def again(script: Script) -> None:
    """The same article under another host's address and a new date is no news."""
    alerts, messages = await script.count("alerts"), len(script.stage.arrivals())
    story = script.stage.stories[ARTICLE]
    at = script.stage.bring_out(replace(story, host="sister"))
    script.happens(f"the same article, now on {SISTER.name}; the feed re-dates its entries", at)
    await _read_again(script, WIRE.feed_path, "example-wire", at)
    await script.settled()
    _nothing_told(script, alerts, messages, await script.count("alerts"))
    script.screen.holds(
        "0 messages. The feed was read again; its newest entry has another host and another "
        "date, and is the article that was told."
    )


async def traps(script: Script) -> None:
    """Articles that play with a rule's words are read, and not told."""
    alerts, messages = await script.count("alerts"), len(script.stage.arrivals())
    items = await script.count("items")
    for slug in TRAPS:
        story, _ = script.publish(slug)
        script.must(not rules_of(story, script.stage.terms), f"{slug} holds a rule's words")

    async def stored() -> bool:
        return await script.count("items") == items + len(TRAPS)

    await script.wait("two more articles in the database", stored)
    await script.settled()
    _nothing_told(script, alerts, messages, await script.count("alerts"))
    script.screen.holds(
        "0 messages. Both were read to the end: a bombing here, a car there, and "
        '"The car was a bomb" is neither a car bomb nor a car beside a blast.'
    )


def _says_all(message: Arrival) -> bool:
    """Whether both rules are named and a marked sentence stands for each."""
    opening, closing = (">>", "<<") if message.way is Way.EMAIL else ("«", "»")
    marked = (f"{opening}{words}{closing}" for words in ("liberated", "car bombing"))
    return all(part in message.text for part in ("liberated", "car-bombing", *marked))


async def _read_again(script: Script, path: str, source_id: str, since: int) -> None:
    """Wait until what changed at `since` was fetched and taken in."""

    async def seen() -> bool:
        fetched = [
            entry.at
            for entry in script.stage.site.of("request", since)
            if (entry["path"], entry["status"]) == (path, "200")
        ]
        rows = await script.stage.ask(views.source_rows)
        polled = {row["source_id"]: row["last_poll_at"] for row in rows}
        return bool(fetched) and polled[source_id] > fetched[0]

    await script.wait(f"another look at {path}", seen)


def _nothing_told(script: Script, alerts: int, messages: int, alerts_now: int) -> None:
    told = max(alerts_now - alerts, len(script.stage.arrivals()) - messages)
    script.must(told == 0, f"0 messages were promised; {told} came")
