"""rules check: one query, or rules.yaml as it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli_world import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "config")


@pytest.fixture
def nowhere(place: Place, tmp_path: Path) -> Place:
    """Called where no configuration is."""
    place.environ["WIREWATCH_CONFIG"] = str(tmp_path / "none")
    return place


def test_a_query_is_printed_in_its_normal_form(nowhere: Place) -> None:
    told = nowhere.call("rules", "check", "--query", 'intitle:(a OR b)  -"c d"')
    assert (told.exit_code, told.stdout) == (0, 'title:(a OR b) NOT "c d"\n')


def test_a_refused_query_is_shown_with_a_caret_under_each_place(nowhere: Place) -> None:
    told = nowhere.call("rules", "check", "--query", "car AND b*mb OR IS")
    assert (told.exit_code, told.stdout) == (2, "")
    lines = told.stderr.splitlines()
    carets = [line.index("^") for line in lines if line.strip() == "^"]
    assert [lines[0][at] for at in carets] == ["b", "O", "I"]
    assert all(len(line) <= 80 for line in lines)


def test_json_of_a_query_has_these_keys_and_no_others(nowhere: Place) -> None:
    (good,) = nowhere.json("rules", "check", "--query", "a AND near AND b NEAR/20 c")
    assert good["ok"]
    assert [(note["code"], note["position"]) for note in good["notes"]] == [
        ("N-CASE", 6), ("N-NEAR", 17),
    ]  # fmt: skip
    assert good["normal"] == "a AND near AND b NEAR/20 c"
    (bad,) = nowhere.json("rules", "check", "--query", "a AND b OR c")
    assert list(bad) == list(good) == ["ok", "errors", "notes", "normal"]
    (error,) = bad["errors"]
    assert (list(error), error["code"], error["position"]) == (
        ["code", "position", "message"], "E-MIX", 8,
    )  # fmt: skip
    assert (bad["ok"], bad["normal"]) == (False, None)


def test_a_search_may_be_looser_than_a_rule(nowhere: Place) -> None:
    words = ("rules", "check", "--query", "car bombing")
    assert nowhere.call(*words).exit_code == 2
    assert nowhere.call(*words, "--search").stdout == "car AND bombing\n"


def test_lists_are_the_configurations_or_a_files(place: Place, tmp_path: Path) -> None:
    words = ("rules", "check", "--query", "@blast")
    assert "E-LIST" in place.call(*words).stderr
    place.write("rules", "lists: {blast: [explosion]}\nrules: []\n")
    assert place.call(*words).stdout == "@blast\n"
    lists = tmp_path / "lists.yaml"
    lists.write_text("lists: {blasts: [explosion]}\n")
    assert "blasts" in place.call(*words, "--lists", str(lists)).stderr
    lists.write_text("lists: {blast: []}\n")
    refused = place.call(*words, "--lists", str(lists))
    assert (refused.exit_code, f"{lists}:1:9: the list" in refused.stderr) == (2, True)


def test_without_a_query_the_file_is_checked(place: Place) -> None:
    """A mistake of another file is none of this one's."""
    assert "2 rules: car-bombing, liberated" in place.call("rules", "check").stdout
    place.write("sources", "sources: [x]\n")
    told = place.call("rules", "check")
    assert (told.exit_code, "the other files have 1 mistake" in told.stderr) == (0, True)
    place.write("rules", "rules:\n  - {id: x, query: a AND b OR c}\n  - {id: x, to: nobody}\n")
    told = place.call("rules", "check")
    assert told.exit_code == 2
    assert told.stderr.count("rules.yaml:") == len(told.stderr.splitlines()) >= 3
    assert "there is no channel" in told.stderr
    (shape,) = place.json("rules", "check")
    assert (shape["ok"], len(shape["mistakes"])) == (False, len(told.stderr.splitlines()))


def test_without_a_query_there_must_be_a_file(nowhere: Place) -> None:
    told = nowhere.call("rules", "check")
    assert (told.exit_code, "there is no such directory" in told.stderr) == (2, True)
    assert nowhere.call("rules", "check", "--search").exit_code == 2


def test_what_a_terminal_would_obey_is_not_printed(nowhere: Place) -> None:
    told = nowhere.call("rules", "check", "--query", '"a\x1b[31mb"')
    assert "\x1b" not in told.output
    (shape,) = (json.loads(told) for told in [nowhere.call(
        "rules", "check", "--query", '"a\x1b[31mb"', "--json").stdout])  # fmt: skip
    assert shape["normal"] == '"a\x1b[31mb"'


def test_bytes_that_are_no_text(nowhere: Place) -> None:
    """As a shell gives them, half a character each."""
    for query in ("/a\udcff/", "a\udcff", "title:\udcff"):
        told = nowhere.call("rules", "check", "--query", query)
        assert told.exit_code in (0, 2)
        assert nowhere.json("rules", "check", "--query", query)
    assert "E-REGEX" in nowhere.call("rules", "check", "--query", "/a\udcff/").stderr
