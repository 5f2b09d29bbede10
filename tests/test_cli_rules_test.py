"""rules test: each rule held against its own examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_world import Place

RULES = """\
rules:
  - id: good
    any: [car bombing]
    must_match: [A car bombing., {title: Car bombing}]
    must_not_match: [A car.]
  - id: bad
    query: bombing NOT film
    must_match: [A bombing., A film of a bombing.]
  - id: bare
    any: [liberated]
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path / "config")
    found.write("rules", RULES)
    return found


def test_a_line_a_rule_and_each_failing_example_with_its_reason(place: Place) -> None:
    told = place.call("rules", "test")
    assert told.exit_code == 1
    assert told.stdout == (
        "ok    good: 3 examples\n"
        "FAILS bad: 1 of 2 examples\n"
        '      line 8: must match "A film of a bombing.",\n'
        '        but body holds "film", which the query excludes\n'
        "none  bare: no examples\n"
        "\n"
        "3 rules, 5 examples, 1 failing\n"
    )


def test_json(place: Place) -> None:
    good, bad, bare = place.json("rules", "test")
    assert [good["ok"], bad["ok"], bare["ok"]] == [True, False, True]
    assert [one["ok"] for one in bad["examples"]] == [True, False]
    assert bare["examples"] == []


def test_when_all_hold(place: Place) -> None:
    place.write("rules", RULES.replace("A film of a bombing.", "Bombing."))
    assert place.call("rules", "test").exit_code == 0


def test_other_mistakes_are_told_first(place: Place) -> None:
    """What a broken rule finds cannot be said."""
    place.write("rules", RULES.replace("bombing NOT film", "NOT film"))
    told = place.call("rules", "test")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "E-NEG" in told.stderr
