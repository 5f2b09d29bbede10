"""items, show, alerts, why, search, rules try, sources over a database with a short past."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cli_world import SOURCES, Place, fill
from monitor import config
from monitor.model import short_id
from world import World


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    found = Place(tmp_path_factory.mktemp("archive") / "config")
    asyncio.run(fill(found))
    return found


@pytest.fixture
def alert(place: Place) -> str:
    return str(next(one["id"] for one in place.json("alerts") if one["rule"] == "liberated"))


def test_items_lists_the_newest_arrival_first(place: Place) -> None:
    assert [one["id"] for one in place.json("items")] == [4, 3, 2, 1]
    assert [one["id"] for one in place.json("items", "--limit", "1")] == [4]
    assert [one["id"] for one in place.json("items", "--source", "saren")] == [4]
    assert "Town liberated" in place.call("items").output
    unknown = place.call("items", "--source", "sarn")
    assert unknown.exit_code == 2
    assert "saren, coastal" in unknown.stderr


def test_show_gives_all_that_is_known(place: Place) -> None:
    told = place.call("show", "4").output
    assert "the teaser; the article's page could not be read: 404" in told
    by_address = place.call("show", "http://wire.example/fresh?utm_source=x").output
    assert by_address.startswith("Town liberated\n")


@pytest.mark.parametrize("subject", ["99", "https://nowhere.example/", "999999999999999999999"])
def test_show_says_when_there_is_no_such_article(place: Place, subject: str) -> None:
    told = place.call("show", subject)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "no stored article" in told.stderr


def test_alerts_say_how_far_each_message_came(place: Place, alert: str) -> None:
    told = place.call("alerts").output
    assert short_id(alert) in told
    assert "me waiting" in told


def test_would_shows_what_first_sight_kept_back(place: Place) -> None:
    told = place.call("alerts", "--would").output
    assert "«car bombing»" in told
    assert "(teaser)" in told or "(para 1 of 1)" in told
    assert [one["item"] for one in place.json("alerts", "--would")] == [1]


@pytest.mark.parametrize("spell", [str.lower, str.upper, lambda short: short[:5] + "/2"])
def test_why_takes_an_alert_as_people_type_it(place: Place, alert: str, spell: object) -> None:
    short = spell(short_id(alert))  # type: ignore[operator]
    told = place.call("why", short).output
    assert "liberated: matched and told" in told
    assert "The town was «liberated»." in told
    assert "car-bombing:" not in told
    assert place.call("why", alert).output == told


def test_why_gives_each_rule_of_an_article_its_reason(place: Place) -> None:
    told = " ".join(place.call("why", "1").output.split())
    assert "car-bombing: matched, not told: known since the first sight of coastal" in told
    assert 'liberated: title and body do not hold "liberated"' in told


def test_why_says_where_each_field_comes_from(place: Place) -> None:
    """A field without a known statement is as the source stated it."""
    told = place.call("why", "3").output
    assert "  headline   as the source stated it\n" in told
    assert place.json("why", "3")[0]["stated_by"] == {}


def test_why_never_says_our_inside_words(place: Place) -> None:
    told = " ".join(place.call("why", str(n)).output for n in (1, 2, 3, 4)).lower()
    assert not [w for w in ("baseline", "occasion", "revision", "outcome") if w in told]


def test_why_knows_a_rule_that_came_later_and_one_that_left(place: Place) -> None:
    """The rule that matched is no longer in the file, and a new one would match."""
    before = (place.directory / "rules.yaml").read_text()
    place.write("rules", "rules: [{id: town, any: [town]}]\n")
    try:
        told = " ".join(place.call("why", "3").output.split())
    finally:
        place.write("rules", before)
    assert "it would match now" in told
    assert "liberated: matched and told (not in rules.yaml any more)" in told


def test_why_says_when_nothing_goes_by_that_name(place: Place) -> None:
    for word in ("zzzzzz", "why?", "7K"):
        told = place.call("why", word)
        assert told.exit_code == 1
        assert "no alert goes by" in told.stderr


@pytest.mark.parametrize(("words", "wanted"), [
    ("why", "the id of an alert, or an article's id or address"),
    ("show", "an article's id or address"), ("versions", "an article's id or address"),
    ("rules explain liberated", "an article's id or address"),
    ("stories show", "an article's id or address, or a story's key"),
    ("stories split", "an article's id or address"), ("ack", "the id of an alert"),
    ("verify", "the id of an alert"), ("routes test", "the id of an alert"),
    ("silence add --story", "the id of an alert"),
    ("silence expire", "the id of a silence"),
])  # fmt: skip
@pytest.mark.parametrize("blank", ["", " "])
def test_no_name_at_all_is_told_what_is_wanted(
    place: Place, words: str, wanted: str, blank: str
) -> None:
    told = place.call(*words.split(), blank)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.endswith(f"Error: say which: {wanted}\n")


def test_versions_say_what_changed(place: Place) -> None:
    told = place.call("versions", "2").output
    assert (
        "  version    1, 22 Nov 2025 12:00:00 UTC: as it was first seen, the teaser alone" in told
    )
    assert "2, 22 Nov 2025 13:00:00 UTC: sentences: 1 new; no news: date" in " ".join(told.split())
    assert "One shot" not in told
    told = place.call("versions", "2", "--diff").output
    assert "    + One shot was heard.\n    + Updated 13:00 GMT (date: no news)\n" in told
    assert "    + One shot was heard.\n" in place.call("why", "2").output
    (shape,) = place.json("versions", "2")
    assert [one["new"] for one in shape["versions"][1]["changes"]] == [
        "Updated 13:00 GMT", "One shot was heard.",
    ]  # fmt: skip


def test_search_streams_marked_sentences(place: Place) -> None:
    told = place.call("search", "title:liberated").output
    assert "Town «liberated» (headline)" in " ".join(told.split())
    more = place.call("search", "car OR rain OR nothing", "--limit", "1")
    assert "there are more" in more.stderr
    assert [one["id"] for one in place.json("search", "bombing")] == [3, 1]
    assert place.call("search", "zebra").exit_code == 0


def test_a_search_may_name_the_lists_of_the_rules(place: Place) -> None:
    """As they stand in the file, whatever else is wrong there."""
    before = (place.directory / "rules.yaml").read_text()
    place.write("rules", "lists: {freed: [liberated, retaken], bad: [a OR b]}\nrules: [x]\n")
    try:
        found = [one["id"] for one in place.json("search", "title:@freed")]
        (shape,) = place.json("rules", "try", "@freed")
        unknown = place.call("search", "@bad")
    finally:
        place.write("rules", before)
    assert found == [one["id"] for one in place.json("search", "title:liberated")]
    assert shape["matches"] >= len(found) > 0
    assert unknown.exit_code == 2
    assert "freed" in unknown.stderr


def test_a_query_with_a_mistake_is_shown_with_its_place(place: Place) -> None:
    told = place.call("search", "car AND OR bus")
    assert told.exit_code == 2
    assert told.stderr.splitlines()[:2] == ["  car AND OR bus", "          ^"]
    (problem,) = place.json("rules", "try", "car AND OR bus")
    assert problem["problems"][0]["position"] == 8


def test_rules_try_counts_by_day_and_shows_the_newest(place: Place) -> None:
    told = place.call("rules", "try", '"car bombing"').output
    assert told.startswith("2 of 4 stored articles match\n")
    assert told.count("«car bombing»") == 2
    (shape,) = place.json("rules", "try", '"car bombing"')
    assert (shape["matches"], len(shape["per_day"])) == (2, 14)


def test_rules_try_warns_of_what_only_a_search_may_say(place: Place) -> None:
    told = place.call("rules", "try", "car", "bombing")
    assert told.exit_code == 0
    assert "as a rule it would be refused" in told.stderr


def test_sources_say_how_often_they_are_asked(place: Place) -> None:
    """With a mark, and what it means, where that is learned and not in the files."""
    shown = [(one["every_seconds"], one["every_is_learned"]) for one in place.json("sources")]
    assert shown == [(900, True), (900, True)]  # one article in an hour
    for command in ("sources", "status"):
        told = place.call(command).stdout
        assert told.count(" ~15m ") == 2
        assert "~ learned from how often something new comes" in told


def test_sources_are_paused_and_resumed(place: Place) -> None:
    assert place.call("sources", "pause", "saren").exit_code == 0
    assert [one["health"] for one in place.json("sources")] == ["paused", "ok"]
    assert "paused" in place.call("sources").output
    assert [one["health"] for one in place.json("sources", "resume", "saren")] == ["ok"]
    unknown = place.call("sources", "pause", "nobody")
    assert unknown.exit_code == 2
    assert "saren, coastal" in unknown.stderr


@pytest.fixture
def with_more(tmp_path: Path) -> Place:
    """A source that nobody polled yet: the database is still without it."""
    place = Place(tmp_path / "config")
    asyncio.run(fill(place))
    place.write("sources", f"{SOURCES}  - {{id: later, url: http://later.test/feed}}\n")
    return place


def test_a_source_that_was_never_polled_is_paused_and_resumed(with_more: Place) -> None:
    paused = with_more.call("sources", "pause", "later")
    assert (paused.exit_code, paused.output.partition(";")[0]) == (0, "later is paused")
    assert [one["health"] for one in with_more.json("sources", "resume", "later")] == ["new"]


def test_what_the_file_pauses_is_not_said_to_be_resumed(with_more: Place) -> None:
    with_more.write("sources", f"{SOURCES}  - {{id: later, url: http://l.test/, paused: true}}\n")
    told = with_more.call("sources", "resume", "later")
    assert (told.exit_code, told.stdout) == (1, "")
    said = (
        "later stays paused by `paused: true` in sources.yaml; take it out, then: wirewatch reload"
    )
    assert told.stderr == f"{said}\n"
    assert [one["health"] for one in with_more.json("sources")] == ["ok", "ok", "paused"]


def test_items_of_a_source_that_was_never_polled_are_none_yet(with_more: Place) -> None:
    shown = with_more.call("items", "--source", "later")
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert shown.stderr == "nothing is stored of later; ask it now: wirewatch poll later\n"
    unknown = with_more.call("items", "--source", "nobody")
    assert unknown.exit_code == 2
    assert "no source 'nobody'; there are: saren, coastal, later" in unknown.stderr


def test_a_source_that_left_the_files_is_not_paused(tmp_path: Path) -> None:
    """What it showed is still listed."""
    place = Place(tmp_path / "config")
    asyncio.run(fill(place))
    place.write("sources", SOURCES.replace("id: coastal", "id: coast"))
    asyncio.run(open_and_close(World(config.load(place.directory, {}))))
    for word in ("pause", "resume"):
        gone = place.call("sources", word, "coastal")
        assert (gone.exit_code, gone.stdout) == (2, "")
        assert "no source 'coastal'; there are: saren, coast" in gone.stderr
    assert "Town liberated" in place.call("items", "--source", "coastal").stdout


@pytest.mark.parametrize("words", [
    ("rules", "missed", "nobody"), ("channels", "test", "--rule", "nobody"),
    ("rules", "explain", "nobody", "1"),
])  # fmt: skip
def test_where_there_is_no_rule_at_all_it_says_so(with_more: Place, words: tuple[str, ...]) -> None:
    with_more.write("rules", "rules: []\n")
    told = with_more.call(*words)
    assert told.exit_code == 2
    assert told.stderr.endswith("no rule 'nobody'; there are: none\n")


async def open_and_close(world: World) -> None:
    """As the daemon does at its start, the database takes the files."""
    await world.open()
    await world.close()


def test_status_says_what_silence_stands_on(place: Place) -> None:
    """The last 24 hours; what was stored before them is not counted."""
    said = place.call("status", columns=120).output
    assert "the last 24 h: 0 hits, 0 items judged, 2 of 2 sources healthy, no canary" in said
    status = place.json("status")[0]["assurance"]
    assert (status["judged"], status["canary_at"], status["blind"]) == (0, None, [])


def test_status_without_a_daemon(place: Place) -> None:
    told = place.call("status")
    assert told.exit_code == 0
    assert "no daemon runs; start it: wirewatch watch" in told.output
    assert "saren: error answer for 1 (such as: 404)" in told.output
    checked = place.call("status", "--check")
    assert checked.exit_code == 1
    assert "the daemon does not run" in checked.stderr
