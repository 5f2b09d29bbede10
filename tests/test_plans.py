"""No statement on the way of an article reads a whole table that grows with the archive."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

from alert_streams import Run
from digest_world import Desk
from monitor import gathering
from monitor.model import Outcome, OutcomeKind
from monitor.store import outbox, pages, work
from world import BRIEF, DAY, HOUR, MINUTE, WIRE, World, config, item, page

GROWING = (
    "items", "versions", "sightings", "item_keys", "matches", "alerts", "conversations",
    "deliveries", "delivery_alerts", "attempts", "polls",
    "pages", "stories", "joins", "holds", "silences", "acks", "digests",
)  # fmt: skip
# An alias stands for its table in a plan.
ALIASES = {
    "a": "alerts",
    "c": "conversations",
    "d": "deliveries",
    "da": "delivery_alerts",
    "e": "deliveries",
    "f": "stories",
    "g": "digests",
    "h": "holds",
    "j": "joins",
    "i": "items",
    "v": "versions",
    "s": "sightings",
    "k": "item_keys",
    "m": "matches",
    "p": "pages",
    "q": "pages",
}
# These indexes hold what is waiting, and nothing that is done.
SMALL = "items_wanted|items_not_indexed|deliveries_due|pages_due|pages_waiting"
READS_ALL = re.compile(rf"SCAN (\w+)(?! VIRTUAL TABLE)(?! USING (?:COVERING )?INDEX (?:{SMALL}))")


def scans(db: sqlite3.Connection, statement: str) -> list[str]:
    """Growing tables that a statement reads from end to end, as SQLite plans it."""
    steps = db.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    found = [match[1] for step in steps if (match := READS_ALL.match(step[3]))]
    return [name for name in found if ALIASES.get(name, name) in GROWING]


async def test_the_way_of_an_article_reads_no_whole_table(tmp_path: Path) -> None:
    """First sight, news with an alert, an edit, a page, a failure, sending: looked at one by
    one, on tables without statistics, as a new database has them."""
    world = await World(config(tmp_path)).open()
    asked: set[str] = set()
    await world.store.write(lambda tx: tx._connection.set_trace_callback(asked.add))
    await world.poll(BRIEF, item("old"))
    await world.poll(BRIEF, item("old"), item("new", body="Troops liberated the town."))
    await world.poll(BRIEF, item("new", body="A car bombing. Troops liberated it."))
    await world.poll(WIRE, item("page"))
    await world.poll(WIRE, item("page"), item("late"))
    for wanted in await world.bodies():
        await world.article(wanted, page("page", body="A car bombing killed two."))
    world.now += HOUR
    assert await world.store.write(lambda tx: pages.are_due(tx, world.now, 1))
    again = pages.Claim("x", world.now, 9, 1)
    for wanted in await world.store.write(lambda tx: pages.claim(tx, {"wire": WIRE}, again)):
        await world.article(wanted, page("late", body="A car bombing killed three."))
    await world.store.write(lambda tx: pages.keep_only(tx, ["brief"]))
    await world.poll(BRIEF, outcome=Outcome(OutcomeKind.FAILED, reason="timeout"))
    known = world.ingest.plan.sources
    await world.store.write(lambda tx: work.claim_due(tx, known, work.Claim("x", world.now, 50)))
    await world.store.write(lambda tx: outbox.channels_due(tx, world.now))
    assert await world.told()
    await world.close()
    # Those that begin with a comment are the index's own.
    statements = [one for one in asked if one.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]
    assert len(statements) > 20
    assert read_whole(tmp_path, statements) == {}


async def test_the_way_of_an_alert_reads_no_whole_table(tmp_path: Path) -> None:
    """Stories with copies and edits, figures, holds, silences, acks, merged and split by hand."""
    run = await Run(tmp_path, Random(3)).open()
    asked: set[str] = set()
    await run.store.write(lambda tx: tx._connection.set_trace_callback(asked.add))
    for _ in range(12):
        for act in (run.publish, run.publish, run.edit):
            await act()
            run.world.now += MINUTE
        await run.far.once()
    for act in (run.ack, run.silence, run.publish, run.merge, run.split, run.edit, run.publish):
        await act()
    await run.world.close()
    words = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
    statements = [one for one in asked if one.startswith(words)]
    assert len(statements) > 100
    assert read_whole(tmp_path, statements) == {}


async def test_a_digest_reads_no_whole_table(tmp_path: Path) -> None:
    """Due or not, with stories that were told and held, one taken over, and one sent."""
    desk = await Desk(tmp_path).open()
    await desk.tick()
    asked: set[str] = set()
    await desk.store.write(lambda tx: tx._connection.set_trace_callback(asked.add))
    for answer in ("later", "accepted", "accepted"):
        await desk.alert(0)
        for story, why in enumerate(("low", "cap", "updates", "quiet"), 1):
            await desk.alert(story, why=why)
        desk.now += DAY
        await desk.tick()
        await desk.store.write(lambda tx: gathering.due(tx, desk.config, desk.now))
        await desk.send(answer)
    await desk.close()
    statements = [one for one in asked if one.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]
    assert len(statements) > 30
    assert read_whole(tmp_path, statements) == {}


def read_whole(directory: Path, statements: list[str]) -> dict[str, list[str]]:
    with closing(sqlite3.connect(directory / "wirewatch.db")) as db:
        return {one: found for one in statements if (found := scans(db, one))}
