"""rules import: another tool's query in our language, and what is different about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_world import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Called where no configuration is."""
    return Place(tmp_path / "config", environ={"WIREWATCH_CONFIG": str(tmp_path / "none")})


def test_the_query_is_printed_and_the_notes_stand_beside_it(place: Place) -> None:
    told = place.call("rules", "import", "+iraq +(mosul baghdad) -film", "--from", "lucene")
    assert (told.exit_code, told.stdout) == (0, "iraq AND (mosul OR baghdad) NOT film\n")
    query, caret, *said = told.stderr.splitlines()
    assert query[caret.index("^") :].startswith("baghdad")
    assert said[0].startswith("N-OR: ")


def test_a_query_that_begins_with_a_dash(place: Place) -> None:
    told = place.call("rules", "import", "--from", "google", "--", '-film "iraq"')
    assert told.stdout == 'NOT film AND "iraq"\n'


def test_what_has_no_counterpart_is_refused_with_its_place(place: Place) -> None:
    told = place.call("rules", "import", "bomb filetype:pdf", "--from", "google")
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.splitlines()[1] == "       ^"


def test_json(place: Place) -> None:
    (good,) = place.json("rules", "import", "car^2", "--from", "lucene")
    (bad,) = place.json("rules", "import", "car~", "--from", "lucene")
    assert list(good) == list(bad) == ["ok", "from", "query", "normal", "errors", "notes"]
    assert (good["ok"], good["normal"], good["notes"][0]["code"]) == (True, "car", "N-RANK")
    assert (bad["ok"], bad["normal"], bad["errors"][0]["code"]) == (False, None, "E-IMPORT")
