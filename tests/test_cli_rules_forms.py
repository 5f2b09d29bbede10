"""rules forms: which forms of a word stand in what is stored."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cli_world import Place, fill
from monitor.rules.inflections import forms_of, starts

WORDS = [("liberated", 7), ("liberate", 3), ("liberal", 5), ("liberties", 1), ("liberates", 3)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    found = Place(tmp_path_factory.mktemp("forms") / "config")
    asyncio.run(fill(found))
    return found


def test_forms_and_no_other_words() -> None:
    assert forms_of("liberating", "en", WORDS) == [
        ("liberated", 7), ("liberate", 3), ("liberates", 3),
    ]  # fmt: skip
    assert forms_of("liberated", "xx", WORDS) == [("liberated", 7)]


def test_a_german_noun_is_known_without_its_capital() -> None:
    words = [("hauser", 2), ("haus", 1), ("hausse", 4), ("hauses", 1)]
    assert ("hauses", 1) in forms_of("Haus", "de", words)


def test_an_irregular_form_leads_to_its_lemma() -> None:
    assert starts("went", "en") == {"we", "go"}


def test_what_is_stored(place: Place) -> None:
    told = place.call("rules", "forms", "liberating")
    assert (told.exit_code, told.stdout.split()) == (0, ["form", "texts", "liberated", "1"])
    (shape,) = place.json("rules", "forms", "Liberate", "--lang", "en-GB")
    assert shape == {
        "word": "Liberate", "lang": "en", "lemma": "liberate",
        "forms": [{"form": "liberated", "texts": 1}],
    }  # fmt: skip
    assert "no form of zebra" in place.call("rules", "forms", "zebra").stdout
    assert "no dictionary for xx" in place.call("rules", "forms", "town", "--lang", "xx").stderr


def test_without_a_database_it_says_so(tmp_path: Path) -> None:
    place = Place(tmp_path / "config")
    told = place.call("rules", "forms", "liberate")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "nothing is stored yet" in told.stderr
    (shape,) = place.json("rules", "forms", "liberate")
    assert (shape["lemma"], shape["forms"]) == ("liberate", None)


@pytest.mark.parametrize("word", ["", "car bomb", "al-Qaeda", "bomb*", "%"])
def test_one_plain_word_is_wanted(place: Place, word: str) -> None:
    told = place.call("rules", "forms", word)
    assert (told.exit_code, "`forms:` takes one plain word" in told.stderr) == (2, True)
