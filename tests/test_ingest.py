"""From a poll to what is owed: what is new, what is told, once, and what is never told."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.ingest import take_in
from monitor.model import (
    BodyState,
    Change,
    Item,
    Outcome,
    OutcomeKind,
    Polled,
    Precision,
    Reason,
    Stamp,
)  # fmt: skip
from monitor.plan import Plan
from monitor.settings import (
    ConsoleChannel,
    LabelMatcher,
    Route,
    Rule,
    Severity,
    Source,
    TextMatcher,
)
from monitor.store import sources
from monitor.store.db import Row, Tx
from tests.world import (
    BOMBING,
    BRIEF,
    DAY,
    HOUR,
    LIBERATED,
    MINUTE,
    NOON,
    WIRE,
    World,
    config,
    item,
    page,
)  # fmt: skip

OTHER = Source("other", "feed", "https://other.example/feed.xml", article=False)
BOTH = "Troops liberated the town. A car bombing killed two."


@pytest.fixture
async def world(tmp_path: Path):
    opened = await World(config(tmp_path, watched=(WIRE, BRIEF, OTHER))).open()
    yield opened
    await opened.close()


async def test_first_sight_tells_nothing(world: World) -> None:
    """A source's first poll keeps everything, tells nothing, and knows what would have matched."""
    done = await world.poll(BRIEF, item("old", body=BOTH))
    assert done.changes == (Change.NEW,)
    assert done.alerts == 0
    assert await world.told() == []
    matches = await world.rows("matches")
    assert {row["rule_id"] for row in matches} == {"car-bombing", "liberated"}
    assert {row["verdict"] for row in matches} == {Reason.BASELINE}


async def test_a_new_item_is_told_once_in_one_message_that_names_every_rule(world: World) -> None:
    """Two rules on one article make one message, and showing it again makes none."""
    await world.poll(BRIEF)
    done = await world.poll(BRIEF, item("new", body=BOTH))
    assert done.alerts == 2
    assert await world.told() == [("car-bombing", "liberated")]
    again = await world.poll(BRIEF, item("new", body=BOTH))
    assert again.changes == (Change.UNCHANGED,)
    assert await world.told() == []


async def test_an_empty_first_poll_is_a_first_sight(world: World) -> None:
    """A valid list without entries is the baseline; what comes next is news."""
    await world.poll(BRIEF)
    assert (await world.poll(BRIEF, item("a", body="liberated"))).alerts == 1


async def test_a_failed_first_poll_is_no_first_sight(world: World) -> None:
    """After a failure the first good answer is still the baseline."""
    failed = Outcome(OutcomeKind.FAILED, reason="timeout")
    await world.poll(BRIEF, outcome=failed)
    assert (await world.poll(BRIEF, item("a", body="liberated"))).alerts == 0


async def test_redated_and_returning_entries_are_old_news(world: World) -> None:
    """A moved date, a moved guid and a return after an absence change nothing and tell nothing."""
    await world.poll(BRIEF)
    stamp = Stamp(NOON, Precision.SECOND)
    first = item("a", body="liberated", published=stamp, guid="1")
    await world.poll(BRIEF, first)
    await world.poll(BRIEF, replace(first, published=Stamp(NOON + HOUR), guid="2"))
    await world.poll(BRIEF)
    done = await world.poll(BRIEF, replace(first, guid="3"))
    assert done.changes == (Change.UNCHANGED,)
    assert len(await world.rows("alerts")) == 1
    assert len(await world.rows("versions")) == 1


async def test_what_another_source_knew_is_news_where_it_is_shown_later(world: World) -> None:
    """Known from one source's first sight; a second source shows it after its own: told once."""
    other = replace(BRIEF, id="other", url="https://other.example/feed.xml")
    await world.close()
    world = await World(replace(world.config, sources=(BRIEF, other))).open()
    await world.poll(other)
    await world.poll(BRIEF, item("a", body="liberated"))
    assert await world.told() == []
    assert (await world.poll(other, item("a", body="liberated"))).alerts == 1
    assert (await world.poll(other, item("a", body="liberated"))).alerts == 0
    await world.close()


async def test_a_first_sight_of_known_news_tells_nothing_again(world: World) -> None:
    """Told through one source; a source added later shows it at its own first sight: silence."""
    other = replace(BRIEF, id="other", url="https://other.example/feed.xml")
    await world.close()
    world = await World(replace(world.config, sources=(BRIEF, other))).open()
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("a", body="liberated"))
    assert (await world.poll(other, item("a", body="liberated"))).alerts == 0
    assert len(await world.rows("items")) == 1
    await world.close()


async def test_the_article_page_completes_the_item(world: World) -> None:
    """The teaser says nothing; the page does: one alert, no new version, spans into the page."""
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", "A town falls", "The teaser."))
    assert await world.told() == []
    (wanted,) = await world.bodies()
    done = await world.article(wanted, page("a", "A town falls", f"Para one.\n\n{BOTH}"))
    assert done.changes == (Change.COMPLETED,)
    assert await world.told() == [("car-bombing", "liberated")]
    (stored,) = await world.rows("items")
    assert (stored["version"], stored["body_state"]) == (1, BodyState.FULL)
    assert await world.bodies() == []


async def test_a_match_in_the_teaser_waits_for_the_page_and_is_told_once(world: World) -> None:
    """What the teaser and the page say comes in one message."""
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", body="The town was liberated."))
    assert await world.told() == []
    (wanted,) = await world.bodies()
    await world.article(wanted, page("a", body=f"Para one.\n\n{BOTH}"))
    assert await world.told() == [("car-bombing", "liberated")]
    alerts = await world.rows("alerts")
    assert [row["partial"] for row in alerts] == [0, 0]


async def test_a_page_that_does_not_come_delays_a_teasers_match_by_two_minutes(
    world: World,
) -> None:
    """Silence of the site is no reason for ours."""
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", body="The town was liberated."))
    await world.bodies()
    world.now += 2 * MINUTE
    assert await world.told() == [("liberated",)]


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (410, 1), (500, 3), (None, 3)])
async def test_a_page_that_cannot_be_read_is_given_up(
    world: World, status: int | None, tries: int
) -> None:
    """Gone is gone at once, all else is tried three times; the teaser's match is told meanwhile."""
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", body="The town was liberated."))
    for _ in range(tries):
        (wanted,) = await world.bodies()
        await world.no_article(wanted, status)
        world.now += 30 * MINUTE
    assert await world.bodies() == []
    assert await world.told() == [("liberated",)]
    (stored,) = await world.rows("items")
    assert stored["body_state"] == BodyState.GAVE_UP
    assert stored["body_reason"].startswith("http")


async def test_what_a_teaser_does_not_say_is_unknown_until_the_page_is_given_up(
    world: World,
) -> None:
    """`NOT` over a teaser is no yes; once the page is given up the summary is all there is."""
    rules = (Rule("no-bomb", "liberated NOT bomb", version="1"),)
    world.ingest.plan = Plan.of(replace(world.config, rules=rules))
    await world.poll(WIRE)
    assert (await world.poll(WIRE, item("a", body="The town was liberated."))).alerts == 0
    (wanted,) = await world.bodies()
    assert (await world.no_article(wanted, 404)).alerts == 1


async def test_a_page_that_breaks_each_time_is_given_up_like_any_other(world: World) -> None:
    """Once it is closed all rules run over the summary, `NOT` too."""
    rules = (Rule("no-bomb", "liberated NOT bomb", version="1"),)
    world.ingest.plan = Plan.of(replace(world.config, rules=rules))
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", body="The town was liberated."))
    for alerts in (0, 0, 1):
        (wanted,) = await world.bodies()
        await world.ingest.broke(Polled(Outcome(OutcomeKind.OK), wanted=wanted), "KeyError: 'x'")
        assert len(await world.rows("alerts")) == alerts
        world.now += 25 * MINUTE
    assert await world.bodies() == []
    assert await world.told() == [("no-bomb",)]


async def test_a_page_that_broke_is_given_up_and_judged_at_one_moment(world: World) -> None:
    """Who is killed in between would have lost the judging: no try is left to ask for it."""
    rules = (Rule("no-bomb", "liberated NOT bomb", version="1"),)
    world.ingest.plan = Plan.of(replace(world.config, rules=rules))
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", body="The town was liberated."))
    state = "SELECT (SELECT body_state FROM items), (SELECT count(*) FROM alerts)"
    for expected in (("wanted", 0), ("wanted", 0), ("gave_up", 1)):
        (wanted,) = await world.bodies()
        broken = Polled(Outcome(OutcomeKind.OK), wanted=wanted)
        # It is the next change after the first of the two, if there are two.
        _, (seen,) = await asyncio.gather(
            world.ingest.broke(broken, "KeyError: 'x'"),
            world.store.write(lambda tx: tx.all(state)),
        )
        assert tuple(seen) == expected
        world.now += 25 * MINUTE


async def test_a_page_whose_judging_breaks_too_is_asked_for_no_more(world: World) -> None:
    """Else it would be read every time its lease runs out."""
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", body="The town was quiet."))
    broken = "CREATE TRIGGER broken BEFORE INSERT ON judgings BEGIN SELECT RAISE(ABORT, 'x'); END"
    await world.store.write(lambda tx: tx.run(broken))
    for _ in range(3):
        (wanted,) = await world.bodies()
        with suppress(StoreError):
            await world.ingest.broke(Polled(Outcome(OutcomeKind.OK), wanted=wanted), "bug")
        world.now += 25 * MINUTE
    assert await world.bodies() == []
    (stored,) = await world.rows("items")
    assert (stored["body_state"], stored["body_reason"]) == ("gave_up", "broke: bug")


async def test_an_edit_is_a_new_version_and_a_gained_match_is_told(world: World) -> None:
    """The same source shows other words: version 2; a rule that says yes only now tells it."""
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("a", "A town", "Troops entered."))
    done = await world.poll(BRIEF, item("a", "A town", "Troops liberated it."))
    assert done.changes == (Change.MODIFIED,)
    assert done.alerts == 1
    assert [row["version"] for row in await world.rows("versions")] == [1, 2]


async def test_a_candidate_that_the_list_names_later_is_told_then(tmp_path: Path) -> None:
    """Shown beside the section at first, then in it: it is news when the list says so."""
    section = replace(BRIEF, section="IRAQ WARS")
    world = await World(config(tmp_path, watched=(section,))).open()
    await world.poll(section)
    shown = item("a", body="Troops liberated it.")
    assert (await world.poll(section, shown)).alerts == 0
    world.now += HOUR
    assert (await world.poll(section, replace(shown, section="Iraq Wars"))).alerts == 1
    await world.close()


async def test_a_new_rule_tells_nothing_old(world: World) -> None:
    """What an article said before there was the rule is no news: not when another source shows it,
    nor when something else in it is edited; what an edit brings is."""
    old = item("a", "A town", "Troops liberated it. Two were hurt.")
    world.ingest.plan = Plan.of(replace(world.config, rules=(BOMBING,)))
    await world.poll(BRIEF)
    await world.poll(OTHER)
    await world.poll(BRIEF, old)
    await world.poll(BRIEF, item("b", "A village", "Nobody was hurt."), old)
    world.ingest.plan = Plan.of(world.config)
    world.now += HOUR
    assert (await world.poll(OTHER, old)).alerts == 0
    edited = replace(old, body="Troops liberated it. Three were hurt.")
    assert (await world.poll(BRIEF, edited)).alerts == 0
    moved = replace(old, body="Updated 14:00. Troops liberated it. Three were hurt.")
    assert (await world.poll(BRIEF, moved)).alerts == 0
    more = item("b", "A village", "Nobody was hurt. It was liberated.")
    assert (await world.poll(BRIEF, more)).alerts == 1


async def test_a_page_that_words_it_otherwise_takes_nothing_back(world: World) -> None:
    """The first page that can be read is held against no teaser: nothing is gone."""
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", "A town", "A car bombing killed five."))
    (wanted,) = await world.bodies()
    await world.no_article(wanted, 404)
    assert await world.told() == [("car-bombing",)]
    await world.poll(WIRE, item("a", "The town", "A car bombing killed five."))
    (wanted,) = await world.bodies()
    done = await world.article(wanted, page("a", "The town", "A car bomb killed five."))
    assert done.alerts == 0


async def test_a_rule_may_judge_first_versions_only(world: World) -> None:
    """`on_update: false`: an edit raises nothing."""
    rules = (replace(LIBERATED, on_update=False),)
    world.ingest.plan = Plan.of(replace(world.config, rules=rules))
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("a", body="Troops entered."))
    assert (await world.poll(BRIEF, item("a", body="Troops liberated it."))).alerts == 0


async def test_another_title_of_an_article_we_have_wants_its_page_again(world: World) -> None:
    """A retitled article gets its new version from its own page, in one step."""
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", "Old title", "Teaser."))
    (wanted,) = await world.bodies()
    await world.article(wanted, page("a", "Old title", "The body."))
    await world.poll(WIRE, item("a", "New title", "Teaser."))
    (wanted,) = await world.bodies()
    done = await world.article(wanted, page("a", "New title", "The body, liberated."))
    assert done.alerts == 1
    versions = await world.rows("versions")
    assert [(row["title"], row["body"]) for row in versions] == [
        ("Old title", "The body."),
        ("New title", "The body, liberated."),
    ]


async def test_the_same_text_elsewhere_in_the_network_is_one_item(world: World) -> None:
    """Sister hosts answer with the same article under another masthead: one identity."""
    await world.poll(BRIEF)
    first = Item(url="https://www.spacewar.com/reports/A_town_999.html", title="A town")
    sister = replace(first, url="http://spacemart.com/reports/A_town_999.html")
    await world.poll(BRIEF, first)
    await world.poll(BRIEF, sister)
    assert len(await world.rows("items")) == 1


async def test_numbered_guids_lose_no_article(world: World) -> None:
    """A publisher numbers its entries from the top at each build; every article is kept."""
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("a", "Floods in the south", guid="1"))
    await world.poll(
        BRIEF, item("b", "An election in the north", guid="1"),
        item("a", "Floods in the south", guid="2"),
    )  # fmt: skip
    titles = [row["title"] for row in await world.rows("items")]
    assert titles == ["Floods in the south", "An election in the north"]


async def test_a_moved_article_is_known_by_its_guid(world: World) -> None:
    """The same guid and title at a new address is the same article."""
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("a", "Floods in the south", guid="tag:1"))
    await world.poll(BRIEF, item("b", "Floods in the south", guid="tag:1"))
    assert len(await world.rows("items")) == 1


async def test_entries_that_share_one_link_are_told_apart_by_title(world: World) -> None:
    """A live page: many entries, one address; none is lost, and none is new twice."""
    await world.poll(BRIEF)
    shown = [item("live", "First report"), item("live", "Quite another thing")]
    await world.poll(BRIEF, *shown)
    await world.poll(BRIEF, *shown)
    await world.poll(BRIEF, shown[1])
    await world.poll(BRIEF, *shown)
    assert len(await world.rows("items")) == 2


async def test_entries_that_share_one_link_stay_known_at_an_upgrade(world: World) -> None:
    """Their keys did not say whose they are; of neither of two sources are they new."""
    shown = [item("live", "First report"), item("live", "Quite another thing")]
    for source in (BRIEF, OTHER):
        await world.poll(source)
        await world.poll(source, *shown)
    path = world.store.path
    before = len(await world.rows("items"))
    await world.close()
    with sqlite3.connect(path) as old:
        old.execute(
            "UPDATE item_keys SET key = substr(key, instr(key, '/') + 1) WHERE kind = 'entry'"
        )
        old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm024_entry_keys'")
    await world.open()
    for source in (BRIEF, OTHER):
        await world.poll(source, shown[1])
        await world.poll(source, *shown)
    assert len(await world.rows("items")) == before


async def test_entries_that_share_one_link_are_told_one_by_one(world: World) -> None:
    """A live page: what one of its entries told says nothing of the next."""
    await world.poll(BRIEF)
    first = item("live", "A car bombing in Kirkuk", url="https://wire.example/live#1")
    second = item("live", "A car bombing in Basra kills a judge", url="https://wire.example/live#2")
    done = await world.poll(BRIEF, first, second)
    assert done.alerts == 2
    third = item("live", "Car bombing at a harbour gate", url="https://wire.example/live#3")
    assert (await world.poll(BRIEF, third, second, first)).alerts == 1
    assert len({row["story_key"] for row in await world.rows("items")}) == 3


async def test_a_declared_canonical_merges_two_items_of_one_publisher(world: World) -> None:
    """The page says it lives at another address that is known: one item, told once."""
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", "Floods in the south"), item("copy", "Floods in the south"))
    for wanted in await world.bodies():
        canonical = "https://wire.example/a"
        body = "The south was liberated from floods."
        await world.article(wanted, page("x", "Floods in the south", body, canonical_url=canonical))
    assert await world.told() == [("liberated",)]
    merged = [row["merged_into_id"] for row in await world.rows("items")]
    assert merged == [None, 1]


async def test_a_merged_article_keeps_the_text_that_was_read(world: World) -> None:
    """The item that stays has a teaser only: what the other's page said is judged all the same."""
    await world.poll(WIRE)
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("a", "Floods in the south", "Rain fell."))
    await world.poll(WIRE, item("copy", "Floods in the south", "Rain fell for days."))
    (wanted,) = await world.bodies()
    canonical = "https://wire.example/a"
    body = "The south was liberated from floods."
    await world.article(wanted, page("x", "Floods in the south", body, canonical_url=canonical))
    rows = await world.rows("items")
    assert [row["merged_into_id"] for row in rows] == [None, 1]
    assert (rows[0]["url"], rows[0]["body"]) == (canonical, body)
    assert await world.told() == [("liberated",)]


async def test_a_merged_article_is_no_second_origin_of_itself(world: World) -> None:
    """What was told of an item before it was merged was told of the one that it became."""
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", "Floods in the south", "Rain fell."))
    await world.poll(
        WIRE, item("a", "Floods in the south", "Rain fell."),
        item("copy", "Floods in the south", "Villages were liberated."),
    )  # fmt: skip
    world.now += 3 * MINUTE
    assert await world.told() == [("liberated",)]
    for wanted in reversed(await world.bodies()):
        canonical = "https://wire.example/a"
        body = "The south was liberated from floods."
        await world.article(wanted, page("x", "Floods in the south", body, canonical_url=canonical))
    assert [row["merged_into_id"] for row in await world.rows("items")] == [None, 1]
    assert await world.told() == []


async def test_a_source_with_pages_reads_what_one_without_has_shown_before(world: World) -> None:
    """Whether a page is read does not hang on who showed the article first; at a first sight it
    stays as it is."""
    await world.poll(BRIEF)
    shown = item("a", "A town", "Troops entered.")
    await world.poll(BRIEF, shown, item("old", "A village", "Troops left."))
    await world.poll(WIRE, item("old", "A village", "Troops left it."))
    assert await world.bodies() == []
    await world.poll(WIRE, shown)
    (wanted,) = await world.bodies()
    assert wanted.source == WIRE
    done = await world.article(wanted, page("a", "A town", "Troops liberated it."))
    assert (done.changes, done.alerts) == ((Change.COMPLETED,), 1)


async def test_a_stranger_cannot_hide_an_article_by_declaring_its_address(world: World) -> None:
    """A canonical outside the publisher's own domain is not believed."""
    await world.poll(WIRE)
    await world.poll(WIRE, item("a", "Floods in the south"))
    hostile = Item(url="https://evil.example/x", title="Floods in the south")
    await world.poll(WIRE, item("a", "Floods in the south"), hostile)
    for wanted in await world.bodies():
        text = page("x", "Floods", "liberated", canonical_url="https://wire.example/a")
        await world.article(wanted, replace(text, url=wanted.url))
    assert {row["merged_into_id"] for row in await world.rows("items")} == {None}


@pytest.mark.parametrize(
    ("published", "late"),
    [(NOON - DAY - MINUTE, 1), (NOON - HOUR, 0), (NOON + 400 * DAY, 0), (None, 0)],
)
async def test_what_was_published_long_before_it_was_seen_is_late(
    world: World, published: int | None, late: int
) -> None:
    """Over a day old: told at once, and labelled.  A date in the future stops nothing."""
    await world.poll(BRIEF)
    stamp = Stamp(published) if published is not None else None
    await world.poll(BRIEF, item("a", body="liberated", published=stamp))
    assert [row["late"] for row in await world.rows("alerts")] == [late]


async def test_a_rule_that_breaks_stops_no_other(world: World) -> None:
    """One broken rule is recorded under its id; the others raise."""
    rules = (Rule("broken", "((", version="1"), BOMBING, LIBERATED)
    world.ingest.plan = Plan.of(replace(world.config, rules=rules))
    await world.poll(BRIEF)
    assert (await world.poll(BRIEF, item("a", body=BOTH))).alerts == 2
    broken = [row for row in await world.rows("matches") if row["rule_id"] == "broken"]
    assert [row["verdict"] for row in broken] == [Reason.RULE_BROKEN]


async def test_a_lost_lease_keeps_the_items_and_drops_the_outcome(world: World) -> None:
    """Who came too late still loses no article."""
    await world.poll(BRIEF)
    due = replace(await world.due(BRIEF), lease="another")
    shown = (item("a", body="liberated"),)
    done = await world.ingest(Polled(Outcome(OutcomeKind.OK, etag="x"), shown, due=due))
    assert not done.accepted
    assert len(await world.rows("items")) == 1
    assert {row["etag"] for row in await world.rows("sources")} == {None}


MOVED = replace(BRIEF, url="https://brief.example/new.xml")
NARROWED = replace(BRIEF, section="IRAQ WARS")


@pytest.mark.parametrize("changed", [MOVED, NARROWED])
@pytest.mark.parametrize("under_way", [True, False])
@pytest.mark.parametrize("fails", [True, False])
async def test_a_poll_of_the_address_before_is_no_first_sight_of_the_new_one(
    world: World, changed: Source, under_way: bool, fails: bool
) -> None:
    """Whether it was under way when the address changed or began after: the lease comes back,
    the new list is seen for the first time, and what stands in it is not told."""
    await world.poll(BRIEF)
    due = await world.due(BRIEF) if under_way else None
    await world.store.write(lambda tx: sources.put(tx, changed, world.now))
    old = Polled(Outcome(OutcomeKind.OK, etag="x"), (item("a"),), due=due or await world.due(BRIEF))
    if fails:
        await world.ingest.broke(old, "KeyError: 'x'")
    else:
        assert not (await world.ingest(old)).accepted
    (row,) = [row for row in await world.rows("sources") if row["source_id"] == BRIEF.id]
    assert (row["baseline_at"], row["etag"], row["failures"]) == (None, None, 0)
    assert (row["lease_token"], row["next_poll_at"] > world.now) == (None, True)
    shown = [item(slug, body="liberated", section="IRAQ WARS") for slug in ("old", "new")]
    done = await world.poll(changed, shown[0])
    assert (done.accepted, done.alerts) == (True, 0)
    assert (await world.poll(changed, *shown)).alerts == 1


async def test_at_most_so_many_articles_a_poll_are_wanted_at_once(world: World) -> None:
    """The 31st article of a poll is read with the next one."""

    async def read_all() -> int:
        read = 0
        while wanted := await world.bodies():
            read += len(wanted)
            for each in wanted:
                await world.article(each, page("x", body="Read."))
        return read

    await world.poll(WIRE, *(item(f"n{number}") for number in range(35)))
    assert await read_all() == 30
    world.now += WIRE.every_seconds * 1000
    assert await read_all() == 5


LEARNED = replace(BRIEF, every_is_learned=True)


async def interval(world: World, source: Source) -> tuple[int, bool]:
    """In seconds, and whether the next poll comes that much later, but for what is spread."""
    (row,) = [row for row in await world.rows("sources") if row["source_id"] == source.id]
    every, waits = row["every_seconds"], row["next_poll_at"] - world.now
    return every, 1000 * every <= waits <= 1020 * every


async def test_an_interval_is_learned_from_what_came(world: World) -> None:
    """It begins at ten minutes, grows with quiet, and is short again with the first burst."""
    await world.store.write(lambda tx: sources.sync(tx, [LEARNED], world.now))
    found = []
    for hours, new in ((0, 40), (1, 0), (3, 0), (20, 0), (1, 1), (1, 5), (0.1, 0)):
        world.now += int(hours * HOUR)
        shown = [item(f"{world.now}-{n}") for n in range(new)]
        await world.poll(LEARNED, *shown)
        found.append(await interval(world, LEARNED))
    assert found == [(s, True) for s in (600, 600, 1200, 3600, 3600, 300, 300)]


async def test_what_another_source_showed_first_came_from_this_one_too(world: World) -> None:
    """An article an hour, each shown by a sister feed a minute before: what counts is what the
    feed itself has not shown before, and that once."""
    await world.store.write(lambda tx: sources.sync(tx, [LEARNED, OTHER], world.now))
    shown: list[Item] = []
    for _ in range(30):
        shown.append(item(f"{world.now}"))
        await world.poll(OTHER, *shown[-5:])
        world.now += MINUTE
        await world.poll(LEARNED, *shown[-5:])
        world.now += 59 * MINUTE
    (row,) = [row for row in await world.rows("sources") if row["source_id"] == LEARNED.id]
    assert row["every_seconds"] == 900
    assert row["last_new_item_at"] == world.now - 59 * MINUTE
    polls = [row for row in await world.rows("polls") if row["source_id"] == LEARNED.id]
    assert [row["new_items"] for row in polls] == [1] * 30


async def test_an_interval_in_the_files_stays_as_it_is(world: World) -> None:
    """Whatever comes, or does not."""
    for hours, new in ((0, 40), (30, 0), (1, 9)):
        world.now += hours * HOUR
        await world.poll(BRIEF, *(item(f"{world.now}-{n}") for n in range(new)))
        assert await interval(world, BRIEF) == (600, True)


async def test_a_poll_that_failed_teaches_nothing(world: World) -> None:
    """It is tried again after ten minutes, and told in its time, also where it was asked hourly."""
    await world.poll(LEARNED)
    world.now += 30 * HOUR
    await world.poll(LEARNED)
    failed = Outcome(OutcomeKind.FAILED, reason="timeout")
    waits = []
    for _ in range(3):
        await world.poll(LEARNED, outcome=failed)
        (row,) = [one for one in await world.rows("sources") if one["source_id"] == LEARNED.id]
        waits.append((row["next_poll_at"] - world.now) // (10 * MINUTE))
    assert (waits, row["every_seconds"]) == ([1, 2, 4], 3600)
    await world.poll(LEARNED)
    assert await interval(world, LEARNED) == (3600, True)


@pytest.mark.parametrize(
    ("changed", "every"),
    [(LEARNED, 3600), (BRIEF, 600), (replace(LEARNED, url="https://brief.example/new"), 600)],
)
async def test_a_reload_keeps_what_was_learned_of_an_address(
    world: World, changed: Source, every: int
) -> None:
    await world.store.write(lambda tx: sources.sync(tx, [LEARNED], world.now))
    await world.poll(LEARNED)
    world.now += 30 * HOUR
    await world.poll(LEARNED)
    assert await interval(world, LEARNED) == (3600, True)
    await world.store.write(lambda tx: sources.sync(tx, [changed], world.now))
    (row,) = [row for row in await world.rows("sources") if row["source_id"] == LEARNED.id]
    assert row["every_seconds"] == every
    assert row["next_poll_at"] - world.now <= 1020 * every


async def test_a_poll_without_news_asks_the_database_nothing_more(world: World) -> None:
    """Most polls are such, of all sources: what is learned must not cost them."""
    ran: list[str] = []

    class Noting(Tx):
        def all(self, sql: str, **params: object) -> Sequence[Row]:
            ran.append(sql)
            return super().all(sql, **params)

        def value(self, sql: str, **params: object) -> object:
            ran.append(sql)
            return super().value(sql, **params)

        def run(self, sql: str, **params: object) -> int:
            ran.append(sql)
            return super().run(sql, **params)

    async def nothing_new(source: Source) -> list[str]:
        await world.poll(source)
        world.now += HOUR
        polled = Polled(Outcome(OutcomeKind.NOT_MODIFIED), due=await world.due(source))
        ran.clear()
        await world.store.write(
            lambda tx: take_in(Noting(tx._connection), world.ingest.plan, polled, world.now)
        )
        return list(ran)

    assert await nothing_new(LEARNED) == await nothing_new(OTHER)
    assert len(ran) == 4


async def test_a_sources_lasting_trouble_is_told_on_ops_once_and_its_end_too(world: World) -> None:
    """Six failures and two hours: one notice; works again: one more."""
    await world.poll(BRIEF)
    failed = Outcome(OutcomeKind.FAILED, reason="timeout", detail="no answer within 30 s")
    for _ in range(8):
        world.now += 30 * MINUTE
        await world.poll(BRIEF, outcome=failed)
    notices = [row["notice"] for row in await world.rows("deliveries")]
    assert len(notices) == 1
    assert "no answer within 30 s" in notices[0]
    world.now += 30 * MINUTE
    await world.poll(BRIEF)
    assert len(await world.rows("deliveries")) == 2


async def test_a_section_watched_by_label_tells_only_its_own(world: World) -> None:
    """Candidates of the front page are told once their page says the section."""
    watch = Source("iraq", "spacemedia", "https://www.spacewar.com/", section="IRAQ WARS")
    await world.close()
    world = await World(replace(world.config, sources=(watch,))).open()
    await world.poll(watch)
    base = "https://www.spacewar.com/reports"
    await world.poll(watch, *(Item(url=f"{base}/{s}_999.html", title=s) for s in ("In", "Out")))
    sections = {"In": "Iraq Wars", "Out": "MISSILE NEWS"}
    for wanted in await world.bodies():
        slug = wanted.url.rsplit("/", 1)[1].split("_")[0]
        text = Item(
            url=wanted.url, title=slug, body="liberated", section=sections[slug], partial=False
        )
        await world.article(wanted, text)
    told = await world.rows("alerts")
    assert [row["story_key"] for row in told] == ["network:spacemedia:/reports/In_999.html"]
    await world.close()


async def test_an_article_of_another_section_stays_one_when_its_page_fails_later(
    world: World,
) -> None:
    """Its page was read once and said the section; a page that is gone later takes nothing back."""
    watch = Source("iraq", "spacemedia", "https://www.spacewar.com/", section="IRAQ WARS")
    await world.close()
    world = await World(replace(world.config, sources=(watch,))).open()
    await world.poll(watch)
    shown = Item(url="https://www.spacewar.com/reports/Out_999.html", title="Out")
    await world.poll(watch, shown)
    (wanted,) = await world.bodies()
    whole = replace(shown, body="liberated", section="MISSILE NEWS", partial=False)
    await world.article(wanted, whole)
    await world.poll(watch, replace(shown, title="Out and about"))
    (wanted,) = await world.bodies()
    assert (await world.no_article(wanted, 404)).alerts == 0
    assert await world.told() == []
    await world.close()


async def test_half_a_character_stops_nothing(world: World) -> None:
    """Lone surrogates and NULs, which JSON in a page can spell, are stored as U+FFFD."""
    broken = item("a", "A \ud800 title", "liberated\0", authors=("\udfff",), tags=("\0",))
    await world.poll(BRIEF)
    assert (await world.poll(BRIEF, broken)).alerts == 1
    (stored,) = await world.rows("items")
    assert (stored["title"], stored["authors"]) == ("A \ufffd title", '["\ufffd"]')


async def test_what_cannot_be_taken_in_shows_as_a_failure(world: World) -> None:
    """A poll whose ingest broke gives its lease back, and its source is failing with the reason."""
    due = await world.due(BRIEF)
    await world.ingest.broke(Polled(Outcome(OutcomeKind.OK), due=due), "KeyError: 'x'")
    (row,) = [row for row in await world.rows("sources") if row["source_id"] == BRIEF.id]
    assert (row["failures"], row["detail"], row["lease_token"]) == (1, "KeyError: 'x'", None)
    world.now = row["next_poll_at"]
    assert (await world.poll(BRIEF, item("a"))).accepted


async def test_what_breaks_again_and_again_is_polled_ever_rarer(world: World) -> None:
    """As any other failure: each stands among the polls, and backs off further."""
    gaps = []
    for _ in range(3):
        due = await world.due(BRIEF)
        await world.ingest.broke(Polled(Outcome(OutcomeKind.OK), due=due), "KeyError: 'x'")
        (row,) = [row for row in await world.rows("sources") if row["source_id"] == BRIEF.id]
        gaps.append(row["next_poll_at"] - world.now)
        world.now = row["next_poll_at"]
    assert [round(gap / gaps[0]) for gap in gaps] == [1, 2, 4]
    assert row["failures"] == 3
    polls = [(row["outcome"], row["reason"], row["detail"]) for row in await world.rows("polls")]
    assert polls == [("failed", "broke", "KeyError: 'x'")] * 3


async def test_a_source_that_keeps_breaking_is_told_of(world: World) -> None:
    """Nobody would look for it otherwise."""
    while not await world.rows("troubles"):
        assert world.now < NOON + DAY
        due = await world.due(BRIEF)
        await world.ingest.broke(Polled(Outcome(OutcomeKind.OK), due=due), "KeyError: 'x'")
        world.now += HOUR
    (told,) = await world.rows("troubles")
    assert (told["subject"], told["state"]) == ("source:brief", "failing")


async def test_a_poll_whose_settling_breaks_too_gives_its_lease_back(world: World) -> None:
    """Else nobody could poll its source before the lease runs out."""
    due = await world.due(BRIEF)
    broken = "CREATE TRIGGER broken BEFORE INSERT ON polls BEGIN SELECT RAISE(ABORT, 'x'); END"
    await world.store.write(lambda tx: tx.run(broken))
    with pytest.raises(StoreError):
        await world.ingest.broke(Polled(Outcome(OutcomeKind.OK), due=due), "KeyError: 'x'")
    (row,) = [row for row in await world.rows("sources") if row["source_id"] == BRIEF.id]
    assert (row["lease_token"], row["lease_until"]) == (None, None)
    assert row["next_poll_at"] >= world.now + BRIEF.every_seconds * 1000
    assert await world.due(BRIEF)


async def test_titles_from_a_template_do_not_make_two_days_one(world: World) -> None:
    """A feed with one guid for ever and a title that changes by a word: every day is kept."""
    await world.poll(BRIEF)
    for day in ("Monday", "Tuesday", "Wednesday"):
        title = f"The morning briefing from the northern provinces for {day}"
        await world.poll(BRIEF, item(day, title, guid="https://wire.example/briefing"))
    assert len(await world.rows("items")) == 3


async def test_a_canonical_that_a_whole_site_declares_merges_nothing(world: World) -> None:
    """A broken site names one address as everyone's own: no article hides another."""
    await world.poll(WIRE)
    await world.poll(WIRE, *(item(day, f"Police report, {day}") for day in ("Monday", "Tuesday")))
    for wanted in await world.bodies():
        canonical = "https://wire.example/police"
        await world.article(wanted, page("x", "Police report", "Text.", canonical_url=canonical))
    assert {row["merged_into_id"] for row in await world.rows("items")} == {None}


# --- what a match is worth -------------------------------------------------------------------

TWO = (ConsoleChannel("me"), ConsoleChannel("room"))


async def opened(tmp_path: Path, rule: Rule, *routes: Route) -> World:
    """A world of one rule, two channels, and these routes before the first."""
    plain = config(tmp_path, rules=(rule,), channels=TWO)
    world = await World(replace(plain, route=Route(("me",), routes=routes))).open()
    await world.poll(WIRE)
    await world.poll(BRIEF)
    return world


async def owed(world: World) -> list[tuple[str, int]]:
    """Channel and number of alerts of each message."""
    rows = await world.rows("delivery_alerts JOIN deliveries USING (delivery_id)")
    return sorted(Counter(row["channel"] for row in rows).items())


async def held(world: World) -> list[tuple[str, str, str | None]]:
    """What each channel keeps for its digest: channel, why and detail."""
    rows = await world.rows("holds")
    return sorted((row["channel"], row["why"], row["detail"]) for row in rows)


async def test_a_demoted_match_waits_for_the_digest(tmp_path: Path) -> None:
    """It is not lost, and the phrase is kept with the alert."""
    rule = replace(BOMBING, severity=Severity.HIGH, demote=("film",))
    high = Route(("room",), (LabelMatcher("severity", "=", "high"),))
    world = await opened(tmp_path, rule, high)
    await world.poll(BRIEF, item("a", "Arts", "A film about a car bombing."))
    await world.poll(BRIEF, item("b", "Town", "A car bombing killed nine."))
    alerts = {row["demoted"]: row["severity"] for row in await world.rows("alerts")}
    assert alerts == {"film": "low", None: "high"}
    assert await owed(world) == [("room", 1)]
    assert await held(world) == [("me", "demoted", "film")]
    await world.close()


async def test_a_text_condition_routes_by_what_the_article_says(tmp_path: Path) -> None:
    """Of two articles that a rule finds each goes where its text leads it."""
    world = await opened(tmp_path, BOMBING, Route(("room",), text=TextMatcher("Mosul")))
    await world.poll(BRIEF, item("a", "Town", "A car bombing in Mosul."))
    await world.poll(BRIEF, item("b", "City", "A car bombing in Kabul."))
    assert await owed(world) == [("me", 1), ("room", 1)]
    await world.close()


async def test_what_the_page_shows_leads_an_alert_to_where_it_belongs(tmp_path: Path) -> None:
    """A teaser's match is demoted and kept for one channel; its page's is not, and told."""
    rule = replace(BOMBING, severities=dict.fromkeys(("title", "lead", "body"), Severity.HIGH))
    rule = replace(rule, demote=("film",))
    high = Route(("room",), (LabelMatcher("severity", "=", "high"),))
    world = await opened(tmp_path, rule, high)
    teaser = "A film recalls a car bombing."
    await world.poll(WIRE, item("a", "Town", teaser))
    assert await held(world) == [("me", "demoted", "film")]
    (wanted,) = await world.bodies()
    whole = page("a", "Town", f"{teaser}\n\nAnother car bombing killed nine.")
    assert (await world.article(wanted, whole)).alerts == 0
    assert (await owed(world), await held(world)) == ([("room", 1)], [])
    assert [(r["severity"], r["demoted"]) for r in await world.rows("alerts")] == [("high", None)]
    assert await world.told() == [("car-bombing",)]
    await world.close()


async def test_a_page_that_changes_nothing_tells_nobody_again(tmp_path: Path) -> None:
    """Neither where the message waits for it nor where it is on its way already."""
    world = await opened(tmp_path, BOMBING)
    await world.poll(WIRE, item("a", "Town", "A car bombing."))
    (wanted,) = await world.bodies()
    world.now += 5 * MINUTE
    assert await world.told() == [("car-bombing",)]
    await world.article(wanted, page("a", "Town", "A car bombing.\n\nMore."))
    assert await world.told() == []
    await world.close()
