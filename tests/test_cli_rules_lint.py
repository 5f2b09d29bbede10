"""rules lint: what rules and stored articles show that was likely not meant."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cli_world import Place, fill

RULES = """\
rules:
  - id: bombs
    query: |
      ("car bomb*" OR zebra) NOT film
    must_match: [A car bomb., This one fails.]
  - id: all
    query: bombing OR near OR (a NEAR/20 b)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    found = Place(tmp_path_factory.mktemp("lint") / "config")
    asyncio.run(fill(found))
    found.write("rules", RULES)
    return found


def test_each_rule_with_what_is_to_be_said_of_it(place: Place) -> None:
    told = place.call("rules", "lint")
    assert (told.exit_code, told.stderr) == (0, "")
    bombs, rest, end = told.stdout.split("\n\n")
    assert bombs.startswith("bombs: 2 of 4 articles")
    assert [line.split()[0] for line in bombs.splitlines()[1:]] == [
        "N-INSIDE", "N-DEAD", "N-DEAD", "bomb*",
    ]  # fmt: skip
    assert "the rule all finds all 2 articles of this one, too" in bombs
    assert "leaving out `NOT film` changes nothing" in bombs
    assert "bomb*       bombing 2" in bombs
    codes = [line.split()[0] for line in rest.splitlines() if line.startswith("  N-")]
    assert codes == ["N-INSIDE", "N-EXAMPLES", "N-CASE", "N-DEAD", "N-DEAD", "N-NEAR"]
    assert end == "2 rules, 9 notes, by the newest 4 articles\n"
    assert all(len(line) <= 80 for line in told.stdout.splitlines())


def test_only_the_newest_are_asked(place: Place) -> None:
    bombs, _ = place.json("rules", "lint", "--items", "2")
    assert (bombs["items"], bombs["matches"]) == (2, 1)


def test_json(place: Place) -> None:
    bombs, _ = place.json("rules", "lint")
    positions = [one["position"] for one in bombs["notes"] if one["code"] == "N-DEAD"]
    assert positions == [16, 23]
    assert bombs["wildcards"] == [
        {"written": "bomb*", "expansions": [{"form": "bombing", "items": 2}], "others": 0}
    ]


def test_without_a_database_the_rules_themselves_are_told_of(tmp_path: Path) -> None:
    place = Place(tmp_path / "config")
    place.write("rules", RULES)
    told = place.call("rules", "lint")
    assert told.exit_code == 0
    assert "nothing is stored yet" in told.stderr
    assert "N-NEAR" in told.stdout
    assert "N-DEAD" not in told.stdout
    assert "bomb*" not in told.stdout
    bombs, _ = place.json("rules", "lint")
    assert (bombs["items"], bombs["matches"], bombs["per_day"]) == (0, 0, None)


def test_a_mistake_in_the_rules_ends_it(place: Place, tmp_path: Path) -> None:
    broken = Place(tmp_path / "config")
    broken.write("rules", "rules: [{id: x, query: car bomb}]\n")
    told = broken.call("rules", "lint")
    assert (told.exit_code, "E-ADJ" in told.stderr) == (2, True)
