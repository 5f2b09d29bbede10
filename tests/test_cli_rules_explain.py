"""rules explain: what each part of a rule says of one article."""

from __future__ import annotations

import asyncio

import pytest

from cli_world import Place, fill
from monitor.model import Item
from monitor.rules import parse
from monitor.rules.account import Part, account
from monitor.rules.fields import Fields

RULES = """\
lists: {freed: [liberated, retaken]}
rules:
  - id: town
    query: |
      @freed NEAR/3 town AND ("car bombing" OR title:calm) NOT tag:sport
    must_match: [This one does not hold.]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    found = Place(tmp_path_factory.mktemp("explain") / "config")
    asyncio.run(fill(found))
    return found


def parts(part: Part) -> list[tuple[str, str]]:
    return [(part.written, part.answer.value), *(one for p in part.parts for one in parts(p))]


def test_each_part_has_its_own_answer() -> None:
    """Of a NEAR that does not fit, too, each side says where it is."""
    node = parse("a NEAR/1 b OR section:(x OR y) OR (ATLEAST/2 c NOT d)")
    fields = Fields(Item("", "", body="a one two b c c", partial=False), "")
    assert parts(account(node, fields)) == [
        ("OR", "yes"), ("NEAR/1", "no"), ("a", "yes"), ("b", "yes"), ("section:", "unknown"),
        ("OR", "unknown"), ("x", "unknown"), ("y", "unknown"), ("AND", "yes"), ("ATLEAST/2", "yes"),
        ("c", "yes"), ("NOT", "yes"), ("d", "no"),
    ]  # fmt: skip


def test_a_stored_article(place: Place) -> None:
    told = place.call("rules", "explain", "car-bombing", "3")
    assert told.exit_code == 0
    assert told.stdout.startswith('car-bombing on item 3: yes. Body holds "car bombing".\n\nyes ')
    assert 'no         "car bomb"\n' in told.stdout
    assert "body 27: The town was liberated. A «car bombing» followed.\n" in told.stdout
    assert all(len(line) <= 80 for line in told.stdout.splitlines())
    address = place.call("rules", "explain", "car-bombing", "http://wire.example/fresh")
    assert address.stdout == told.stdout


def test_a_text_that_is_not_stored(place: Place) -> None:
    """Of all its other fields nothing is known; examples that fail do not matter here."""
    before = (place.directory / "rules.yaml").read_text()
    place.write("rules", RULES)
    try:
        (shape,) = place.json("rules", "explain", "town", "--title", "Calm",
                              "--text", "The town was retaken.")  # fmt: skip
    finally:
        place.write("rules", before)
    assert (shape["answer"], shape["item"]) == ("unknown", None)
    assert "tag not known" in shape["why"]
    leaves = [shape["tree"]]
    for one in leaves:
        leaves += one["parts"]
    spans = {one["part"]: one["spans"] for one in leaves if not one["parts"]}
    assert spans["@freed"] == [{"field": "body", "start": 13, "end": 20}]
    assert spans["calm"] == [{"field": "title", "start": 0, "end": 4}]
    assert spans["sport"] == []


def test_many_places_are_counted(place: Place) -> None:
    told = place.call("rules", "explain", "liberated", "--text", "liberated. " * 9)
    assert told.stdout.count("«liberated»") == 3
    assert "and 6 more" in told.stdout


def test_called_wrongly(place: Place) -> None:
    for words in (["car-bombing"], ["car-bombing", "3", "--text", "x"], ["nothing", "3"]):
        assert place.call("rules", "explain", *words).exit_code == 2
    assert "car-bombing, liberated" in place.call("rules", "explain", "nothing", "3").stderr
    assert place.call("rules", "explain", "liberated", "99").exit_code == 1
