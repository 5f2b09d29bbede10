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
COPY = "saren-army-takes-halvet"
ONLY_ALIKE = "Liberation_Day_tariffs_push_up_price_of_Saren_tin"
DEMOTED = "film-tells-of-car-bombing-seen-from-parked-car"
# What the newswire makes of its article later, and what that changes.
_REVISED = (
    ("The Sarenese army retook", "The Sarenese army has retaken"),
    ("killed at least 26 people", "killed at least 34 people"),
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
    """The same article at another address, under a new date or in other words is no news."""
    stage = script.stage
    alerts, messages = await script.count("alerts"), len(stage.arrivals())
    items = await script.count("items")
    at = stage.bring_out(replace(stage.stories[ARTICLE], host="sister"))
    script.happens(f"the same article, now on {SISTER.name}; the feed re-dates its entries", at)
    await _read_again(script, WIRE.feed_path, "example-wire", at)
    script.must(await script.count("items") == items, "a known article was stored as a new one")
    copy, _ = script.publish(COPY)
    counted = await _head_says(script, "articles, 1 origin")
    await script.settled()
    script.screen.arrives(counted.at, [f"Slack {counted.to}, first message edited",
                                       counted.lines[-1].partition(" / ")[0]])  # fmt: skip
    _nothing_told(script, alerts, messages, await script.count("alerts"))
    script.must(bool(rules_of(copy, stage.terms)), f"{COPY} holds none of a rule's words")
    script.screen.holds(
        "0 messages. Another host and date is the same article. Coastal Press prints the wire's "
        "text, reworded, under its own headline: a copy, counted in place, still 1 origin."
    )


async def update(script: Script) -> None:
    """A higher figure in a new version of what was told is an update, in the same thread."""
    stage = script.stage
    story = stage.stories[ARTICLE]
    text = "\n\n".join(story.paragraphs)
    for old, new in _REVISED:
        text = text.replace(old, new)
    story = replace(story, paragraphs=tuple(text.split("\n\n")))
    at = stage.bring_out(story)
    script.happens('the article is edited: "at least 34" in place of "at least 26"', at)
    for way in Way:
        await script.told(story, way, messages=2)
    await script.settled()
    for way in Way:
        found = about(stage.news(), story, way)
        script.must(len(found) == 2, f"{len(found) - 1} updates of one article came by {way}")
        script.must("26 -> at least 34" in found[1].new, f"the update by {way} says no new toll")
    stage.updates[story.slug] = 1
    script.screen.holds("ONE update each, below the first message, and what is new stands first.")


async def traps(script: Script) -> None:
    """An article that plays with a rule's words is not told; one about a film is kept back."""
    stage = script.stage
    alerts, messages = await script.count("alerts"), len(stage.arrivals())
    items = await script.count("items")
    alike, _ = script.publish(ONLY_ALIKE)
    film, _ = script.publish(DEMOTED)
    script.must(not rules_of(alike, stage.terms), f"{ONLY_ALIKE} holds a rule's words")
    script.must(bool(rules_of(film, stage.terms)), f"{DEMOTED} holds none of a rule's words")

    async def stored() -> bool:
        return await script.count("items") == items + 2

    await script.wait("two more articles in the database", stored)
    await script.settled()
    # The film's is raised, and kept for the digest.
    script.must(
        await script.count("alerts") == alerts + 1, "the film should be kept for the digest"
    )
    _nothing_told(script, alerts + 1, messages, alerts + 1)
    script.screen.holds(
        '0 messages. "Liberation Day" is no form of "liberate": no match. The film\'s car bombing '
        f'stands beside "{film.demoted}": demoted to the digest.'
    )


def _says_all(message: Arrival) -> bool:
    """Whether both rules are named and a marked sentence stands for each."""
    opening, closing = (">>", "<<") if message.way is Way.EMAIL else ("«", "»")
    marked = (f"{opening}{words}{closing}" for words in ("liberated", "car bombing"))
    return all(part in message.text for part in ("liberated", "car-bombing", *marked))


async def _head_says(script: Script, words: str) -> Arrival:
    """Wait until Slack's first message was edited so that it says `words`."""

    async def seen() -> bool:
        return any(words in one.text for one in script.stage.edits())

    await script.wait(f"a Slack message edited to say {words!r}", seen)
    return next(one for one in script.stage.edits() if words in one.text)


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
