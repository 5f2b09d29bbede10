"""silence, ack, routes test: what people are told, and what not."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from cli_world import RULES, Place, fill
from monitor import config
from monitor.clock import wall_clock
from monitor.model import short_id
from world import HOUR, NOON, World, item


@pytest.fixture
def place(tmp_path) -> Place:
    found = Place(tmp_path / "config")
    asyncio.run(fill(found))
    raised_a_moment_ago(found)
    return found


def raised_a_moment_ago(place: Place) -> None:
    with closing(sqlite3.connect(place.database)) as db, db:
        db.execute("UPDATE alerts SET raised_at = ?", (wall_clock() - 60_000,))


@pytest.fixture
def alert(place: Place) -> str:
    return str(next(one["id"] for one in place.json("alerts") if one["rule"] == "liberated"))


def test_a_silence_shows_what_it_would_have_hidden_and_can_be_ended(place, alert) -> None:
    """Beforehand, in the list, and at its end."""
    told = place.call("silence", "add", "--rule", "liberated", "--reason", "drill", "--yes")
    assert told.exit_code == 0, told.output
    assert "it would have kept back 1 alert:" in told.output
    assert short_id(alert) in told.output
    (listed,) = place.json("silence", "list")
    assert listed["matchers"] == [["rule", "=", "liberated"]]
    assert (listed["reason"], listed["hid"]) == ("drill", [alert])  # it was owed, and not sent yet
    assert "rule = liberated" in place.call("silence", "list").output
    ended = place.call("silence", "expire", short_id(listed["id"]))
    assert "It kept back 1 alert:" in ended.output
    assert place.json("silence", "list") == []
    assert place.call("silence", "expire", short_id(listed["id"])).exit_code == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "say what to keep back"),
        (["--match", "nonsense"], "is no condition"),
        (
            ["--rule", "liberatd"],
            "no rule 'liberatd'; did you mean 'liberated'? there are: car-bombing, liberated",
        ),
        (["--rule", "xyz"], "no rule 'xyz'; there are: car-bombing, liberated"),
        (["--match", "sorce = saren"], "no label 'sorce'; did you mean 'source'? there are: desk"),
        (["--match", "source = sarn"], "there is no source 'sarn'; did you mean 'saren'?"),
        (["--match", "severity != hgh"], "there is no severity 'hgh'; did you mean 'high'?"),
        (["--match", "rule = liberatd"], "there is no rule 'liberatd'; did you mean 'liberated'?"),
        (["--match", "late = yes"], "there is no late 'yes'; there are: true, false"),
        (["--match", "desk = nigt"], "there is no desk 'nigt'; did you mean 'night'?"),
        (["--match", "source: bbc"], "expected label, operator and value"),
        (["--text", "(open"], "is no query"),
        (["--rule", "r", "--for", "31d"], "at most 30d"),
        (["--rule", "r", "--for", "0s"], "Error: --for 0s is over at once: write --for 24h"),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(place, words, complaint) -> None:
    place.write("rules", RULES + "    labels: {desk: night}\n")
    told = place.call("silence", "add", "--yes", *words)
    assert told.exit_code == 2
    assert complaint in " ".join(told.stderr.split())


def test_of_many_names_some_are_named(place) -> None:
    place.write("rules", RULES + "".join(f"  - {{id: r{n}, any: [x{n}]}}\n" for n in range(30)))
    told = place.call("silence", "add", "--yes", "--rule", "xyz")
    assert "r17, and 12 more" in " ".join(told.stderr.split())


@pytest.mark.parametrize(
    "condition", ["source =~ sar", "section = WARS", "desk != night", "desk = ''", "lang = en"]
)
def test_a_silence_of_what_may_come_is_taken(place, condition: str) -> None:
    """A pattern, what only publishers know, a label that a rule does not have."""
    place.write("rules", RULES + "    labels: {desk: night}\n")
    condition = condition.replace("''", '""')
    assert place.call("silence", "add", "--yes", "--match", condition).exit_code == 0


@pytest.mark.parametrize("source", ["adhoc:wire.example", "gone"])
def test_a_silence_of_a_source_that_only_the_archive_knows_is_taken(place, source: str) -> None:
    """Polled by hand, or in the files no more: its articles may still be told."""
    with closing(sqlite3.connect(place.database)) as db, db:
        db.execute("UPDATE sources SET source_id = ?, retired_at = 1 WHERE rowid = 1", (source,))
    told = place.call("silence", "add", "--yes", "--match", f"source = {source}")
    assert told.exit_code == 0, told.output


def test_a_silence_of_a_story_is_named_by_any_alert_of_it(place, alert) -> None:
    told = place.json("silence", "add", "--story", short_id(alert), "--author", "ana")
    assert told[0]["matchers"][0][:2] == ["story", "="]
    assert (told[0]["author"], told[0]["would_have_hidden"][0]) == ("ana", alert)


def test_an_ack_is_kept_with_its_author(place, alert) -> None:
    told = place.call("ack", short_id(alert), "--author", "ana")
    assert "seen by ana" in told.output
    assert "until there is something new" in told.output
    assert place.json("ack", alert, "--for", "2h")[0]["until_at"] is not None
    assert place.call("ack", "ZZZZ").exit_code == 1


def test_an_ack_of_no_time_is_refused(place, alert) -> None:
    told = place.call("ack", alert, "--for", "0s")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "--for 0s is over at once: write --for 24h" in told.stderr


def test_routes_test_says_where_an_alert_goes_and_why(place, alert) -> None:
    assert "me: the top of `route:`" in place.call("routes", "test", alert).output
    (shape,) = place.json("routes", "test", short_id(alert))
    assert shape["labels"]["rule"] == "liberated"
    assert [one["channel"] for one in shape["channels"]] == ["me"]
    place.call("silence", "add", "--rule", "liberated", "--yes")
    assert "kept for the digest: silence" in place.call("routes", "test", alert).output


def test_status_counts_what_no_route_matched(place) -> None:
    routes = place.directory / "routes.yaml"
    told = "route:\n  to: [me]\n  routes:\n    - {match: [severity = critical], to: [me]}\n"
    routes.write_text(f"channels:\n  me: {{console: {{}}}}\n{told}")
    asyncio.run(edited(place))
    raised_a_moment_ago(place)
    (status,) = place.json("status")
    assert status["unrouted"] == 2
    assert "no route matched 2 alerts of the last 7 days" in place.call("status").output


async def edited(place: Place) -> None:
    """An article is told with one figure, and edited to a higher one."""
    loaded = config.load(place.directory, place.environ)
    world = await World(loaded).open()
    world.now = NOON + 2 * HOUR
    for dead in (26, 34):
        await world.poll(loaded.sources[1], item("toll", "Blast", f"A car bombing killed {dead}."))
        world.now += HOUR
    await world.close()


def test_why_shows_of_each_alert_the_sentence_that_it_told(place: Place) -> None:
    """An edit since changes nothing of what was said then."""
    asyncio.run(edited(place))
    newest, *_ = place.json("items", "--limit", "1")
    told = " ".join(place.call("why", str(newest["id"])).output.split())
    before, _, after = told.partition("killed 26.")
    assert "the first match on this story" in after.partition("killed 34.")[0]
    assert "a higher figure" in after.partition("killed 34.")[2]
    assert "killed 34." not in before.rpartition("car-bombing:")[2]


def test_an_ack_beyond_the_calendar_is_refused(place, alert) -> None:
    told = place.call("ack", alert, "--for", "999999999d")
    assert told.exit_code == 2
    assert "longer than a hundred years" in told.stderr
    assert place.call("ack", alert, "--for", "36525d").exit_code == 0
