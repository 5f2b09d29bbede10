"""An alert is proved by the stored version and the rule; what was changed since is named."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cli_world import Place, fill
from monitor import proof
from monitor.proof import Verdict
from monitor.settings import Config, Rule, Severity
from monitor.store.connection import connect
from monitor.store.db import Tx
from world import BRIEF, HOUR, MINUTE, WIRE, World, config, item, page

PLACES = {"title": Severity.CRITICAL, "lead": Severity.HIGH, "body": Severity.NORMAL}
RULES = (
    Rule("bombing", '"car bomb*"', version="1", severities=PLACES, demote=("drill",)),
    Rule("freed", "@freed AND NOT section:sport", version="1",
         lists={"freed": ("liberated", "retaken")}),
    Rule("wire", "site:wire.example AND killed", version="1"),
)  # fmt: skip


def names(n: int) -> str:
    """Words that no other article has, so that each tells an event of its own."""
    return " ".join(f"{first}{n}x" for first in ("ka", "ro", "mi", "tu", "se", "po", "la", "vi"))


def body(n: int) -> str:
    return f"{names(n)} car bombing killed {n + 20}.\n\nLiberated or retaken: {names(n + 1000)}."


@pytest.fixture
async def world(tmp_path: Path):
    opened = await World(config(tmp_path, rules=RULES)).open()
    for source in (WIRE, BRIEF):
        await opened.poll(source)
    yield opened
    await opened.close()


async def verdicts(world: World) -> list[Verdict]:
    def look(tx: Tx) -> list[Verdict]:
        return [proof.verify(tx, row) for row in tx.all("SELECT * FROM alerts")]

    return await world.store.read(look)


async def faults(world: World) -> list[str]:
    """The names of the parts that do not hold, each once."""
    found = [fault.part for verdict in await verdicts(world) for fault in verdict.faults]
    return list(dict.fromkeys(found))


async def change(world: World, statement: str) -> None:
    def write(tx: Tx) -> None:
        assert tx.run(statement)

    await world.store.write(write)


async def lived(world: World, stories: int) -> None:
    """Teasers, pages, edits that gain and lose a match, demoted and sporting articles."""
    shown = [
        item(f"n{n}", f"{'Car bomb' if n % 2 else ''} {names(n)}", body(n)) for n in range(stories)
    ]
    for start in range(0, stories, 25):
        world.now += MINUTE
        await world.poll(BRIEF, *shown[start : start + 25])
    for n in range(6):
        await world.poll(WIRE, item(f"w{n}", f"Killed {names(n + 500)}", "Here.", section="War"))
    for n, wanted in enumerate(await world.bodies()):
        whole = page(
            f"w{n}", f"Killed {names(n + 500)}", body(n + 500), section="World", byline="Us"
        )
        await world.article(wanted, whole)
    world.now += HOUR
    await world.poll(BRIEF, *(replace(one, body="Car bomb drill.") for one in shown[1:5]))
    world.now += HOUR
    await world.poll(BRIEF, *(replace(one, title=f"Car bomb {one.title}") for one in shown[6:12]))


async def test_two_hundred_alerts_verify(world: World) -> None:
    """Of every occasion that an edit makes, by teasers and by pages that came later."""
    await lived(world, 90)
    found = await verdicts(world)
    assert len(found) >= 200
    assert {verdict.alert.reason.value for verdict in found} >= {"first", "lost", "severity"}
    assert [verdict for verdict in found if not verdict.holds] == []


TAMPERED = [
    ("UPDATE versions SET body = replace(body, '26', '27')", ["the stored version's text"]),
    ("UPDATE versions SET body = replace(body, 'town', 'Town')", ["the stored version's text"]),
    ("UPDATE versions SET title = title || ' '", ["the stored version's text"]),
    ("UPDATE versions SET fingerprint = '1:0'", ["the stored version's fingerprint"]),
    ("UPDATE items SET byline = 'Them'", ["the article's other fields"]),
    ("UPDATE rule_versions SET rule = replace(rule, 'bomb*', 'bomb')", ["the rule", "the match"]),
    ("UPDATE rule_versions SET rule = replace(rule, 'drill', 'drilL')", ["the rule"]),
    ("UPDATE rule_versions SET rule = replace(rule, '\"high\"', '\"low\"')",
     ["the rule", "the severity"]),
    ("UPDATE rule_versions SET rule = replace(rule, '{', '[')", ["the rule"]),
    ("UPDATE rule_versions SET rule = replace(rule, '\"id\": \"b', '\"id\": \"B')", ["the rule"]),
    ("UPDATE alerts SET spans = replace(spans, 'body', 'lede')", ["the spans"]),
    ("UPDATE alerts SET severity = 'low'", ["the severity"]),
    ("UPDATE alerts SET demoted = 'drill'", ["the demotion"]),
    ("UPDATE alerts SET occasion = 'origin:x'", ["the occasion", "the alert's id"]),
    ("UPDATE alerts SET story_key = 'url:x'", ["the alert's id"]),
    ("UPDATE alerts SET version = 7", ["the stored version"]),
    ("DELETE FROM proofs", ["the proof"]),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "parts"), TAMPERED)
async def test_one_byte_changed_is_named(
    world: World, statement: str, parts: Sequence[str]
) -> None:
    """The first part named is the one that was changed."""
    await world.poll(BRIEF, item("a", "A town", "A car bombing killed 26 in town."))
    assert await faults(world) == []
    await change(world, statement)
    found = await faults(world)
    assert [part for part in parts if part not in found] == []
    assert found[0] == parts[0]


async def test_a_lost_match_proves_as_it_was_judged(tmp_path: Path) -> None:
    """Where no page is read a teaser is all there is: what it does not say is a no."""
    rules = [Rule("free", "liberated NOT drill", version="1")]
    world = await World(config(tmp_path, rules=rules)).open()
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("a", "A town", "Troops liberated it."))
    await world.poll(BRIEF, item("a", "A town", "Troops left it to its people."))
    assert [one.alert.reason.value for one in await verdicts(world)] == ["first", "lost"]
    assert await faults(world) == []
    await world.close()


async def test_a_rule_that_was_changed_since_proves_as_it_was(tmp_path: Path) -> None:
    """Each alert keeps the rule that raised it, also where only its severity is another."""
    first = replace(RULES[0], severities={}, severity=Severity.HIGH)
    world = await World(config(tmp_path, rules=[first])).open()
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("a", "A car bomb"))
    now: Config = config(tmp_path, rules=[replace(first, severity=Severity.LOW)])
    world.ingest.plan = type(world.ingest.plan).of(now)
    await world.poll(BRIEF, item("b", "Another car bomb in the north"))
    assert await faults(world) == []
    assert {one.alert.severity.value for one in await verdicts(world)} == {"high", "low"}
    await world.close()


def test_the_command_names_what_does_not_hold(tmp_path: Path) -> None:
    """Ends 0 when all holds, 1 when something does not, 2 when called wrongly."""
    place = Place(tmp_path / "config")
    asyncio.run(fill(place))
    ids = [one["id"] for one in place.json("alerts")]
    held = [place.call("verify", ids[0]), place.call("verify", "--all")]
    assert [one.exit_code for one in held] == [0, 0]
    assert "holds" in held[0].output
    assert "2 alerts derived again: 0 do not hold" in held[1].output
    with closing(connect(place.database)) as database:
        database.execute("UPDATE versions SET body = replace(body, 'town', 'tower')")
    told = place.call("verify", "--all")
    assert told.exit_code == 1
    assert "the stored version's text" in told.output
    (shape,) = place.json("verify", ids[0])
    assert shape["holds"] is False
    assert shape["faults"][0]["part"] == "the stored version's text"
    wrong = [place.call("verify"), place.call("verify", ids[0], "--all")]
    assert [one.exit_code for one in wrong] == [2, 2]
