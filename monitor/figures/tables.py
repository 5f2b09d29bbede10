"""The words of `words.yaml`, ready to be looked up: folded, and phrases as tuples of words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from ruamel.yaml import YAML

from monitor.text import fold

Phrase = tuple[str, ...]

# A number with its separators, a word with what holds it together, or one mark.
TOKEN = re.compile(
    r"\d+(?:[.,'’\u00a0\u202f]\d+)*(?![^\W_]|[-‑:/–][^\W_])"
    r"|[^\W_]+(?:(?:['’./‑-]|(?<=\d)[:–](?=\d))[^\W_]+)*|[^\w\s]"
)


@dataclass(frozen=True, slots=True)
class Tables:
    """`suffered`, `does`, `is_`, `of`: word to kind.  `tolls` and `phrases`: words to kind, longest
    first.  `qualifiers`: words to what they come to."""

    suffered: Mapping[str, str]
    does: Mapping[str, str]
    is_: Mapping[str, str]
    of: Mapping[str, str]
    tolls: tuple[tuple[Phrase, str], ...]
    phrases: tuple[tuple[Phrase, str], ...]
    together: Mapping[frozenset[str], str]
    qualifiers: tuple[tuple[Phrase, str], ...]
    parts: tuple[tuple[Phrase, str], ...]
    numbers: Mapping[str, Mapping[str, int]]
    sets: Mapping[str, frozenset[str]]


@lru_cache(maxsize=1)
def tables() -> Tables:
    text = resources.files("monitor.figures").joinpath("words.yaml").read_text(encoding="utf-8")
    read = YAML(typ="safe", pure=True).load(text)
    kinds: Mapping[str, Mapping[str, list[str]]] = read.pop("kinds")
    numbers = {name: read.pop(name) for name in ("units", "tens", "scales")}
    together = {frozenset(parts): whole for whole, parts in read.pop("together").items()}
    qualifiers, parts = read.pop("qualifiers"), read.pop("parts")
    return Tables(
        _words(kinds, "suffered"), _words(kinds, "does"), _words(kinds, "is"), _words(kinds, "of"),
        _phrases((kind, of.get("toll", ())) for kind, of in kinds.items()),
        _phrases((kind, of.get("phrases", ())) for kind, of in kinds.items()),
        together,
        _phrases(qualifiers.items()),
        _phrases([("part", parts)]),
        numbers,
        {name: frozenset(map(fold, words)) for name, words in read.items()},
    )  # fmt: skip


def _words(kinds: Mapping[str, Mapping[str, list[str]]], manner: str) -> dict[str, str]:
    return {fold(word): kind for kind, of in kinds.items() for word in of.get(manner, ())}


def _phrases(
    named: Iterable[tuple[str, Collection[str]]],
) -> tuple[tuple[Phrase, str], ...]:
    """Longest first, so that "death toll" is found before "toll"."""
    found = [(tuple(fold(phrase).split()), name) for name, many in named for phrase in many]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))
