"""What an item shows of itself: what the index of rules is asked with.

A feature is a form of title and body, or a run of them ("bomb", "car bomb"), or begins with a mark
that no form begins with: a form or run of which the last is only the start ("*car bom") or holds
wildcards ("*b?mb"), a word of which some form is there ("~liberate"), a regular expression that
matches ("/..."), a word of another field or of the title alone (":section:iraq"), its whole value
("=source=bbc"), that it holds something (":section", "=source") or is not known ("?section"). An
item may seem to show more than it does, never less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

import re2

from monitor.rules.fields import Fields
from monitor.rules.lemmas import lemma
from monitor.rules.phrases import literal_start
from monitor.rules.regexes import options
from monitor.text import Scan, fold, forms

START = "*"
_SOUGHT = "~/:=?"  # the marks of what is looked for in an item beforehand
_PATTERNS_IN_A_SET = 500
_SET_MEMORY = 64 << 20  # bytes that the automaton of one set may take; it takes what it needs


def is_of_words(feature: str) -> bool:
    """Whether it is of words of title and body."""
    return feature[0] not in _SOUGHT


def words_of(feature: str) -> list[str]:
    """The forms that make up a feature of words; the last may be only the start of one."""
    return literal(feature).removeprefix(START).split(" ")


def start(forms: str) -> str:
    """Of forms of which the last is only the start of one, or holds wildcards."""
    return START + (forms.rstrip("*") if literal_start(forms) == forms.rstrip("*") else forms)


def literal(feature: str) -> str:
    """A feature of words up to its first wildcard."""
    return START + literal_start(feature[1:]) if feature[0] == START else feature


def likeness(feature: str) -> str:
    """The last form of one that holds wildcards elsewhere than at its end."""
    return feature[feature.rfind(" ") + 1 :].removeprefix(START)


def inflection(word: str) -> str:
    """`word` with its case and marks."""
    return f"~{word}"


def expression(pattern: str, ignores_case: bool) -> str:
    return f"/{'(?i)' if ignores_case else ''}{pattern}"


def word_in(field: str, form: str) -> str:
    return f":{field}:{form}"


def value_of(field: str, value: str) -> str:
    return f"={field}={fold(value)}"


def something_in(field: str) -> str:
    return f":{field}"


def unknown(field: str) -> str:
    return f"?{field}"


class Shown(NamedTuple):
    """What one item shows: `found` are the features that a Finder looked for."""

    scan: Scan
    found: frozenset[str]


_NOTHING: frozenset[str] = frozenset()


class Finder:
    """Looks for the features, those of words aside, that a set of rules asks for."""

    def __init__(self, asked: Iterable[str]) -> None:
        self._asked = frozenset(feature for feature in asked if not is_of_words(feature))
        by_mark: dict[str, list[str]] = {mark: [] for mark in _SOUGHT}
        for feature in sorted(self._asked):
            by_mark[feature[0]].append(feature)
        self._words = [feature[1:] for feature in by_mark["~"]]
        self._inflected: dict[str | None, dict[str, list[str]]] = {}
        self._patterns = list(_sets(feature[1:] for feature in by_mark["/"]))
        self._split: dict[str, dict[str, str]] = {}
        for feature in by_mark[":"]:
            _, name, *form = feature.split(":", 2)
            self._split.setdefault(name, {}).update(dict.fromkeys(form, feature))
        self._whole = sorted({feature.split("=")[1] for feature in by_mark["="]})

    def extended(self, asked: Iterable[str]) -> Finder:
        """One that looks for these as well."""
        more = {feature for feature in asked if not is_of_words(feature)}
        return self if more <= self._asked else Finder(self._asked | more)

    def look(self, fields: Fields) -> Shown:
        """What one item shows."""
        return Shown(fields.scan, frozenset(self._find(fields)) if self._asked else _NOTHING)

    def _find(self, fields: Fields) -> Iterator[str]:
        if self._words:
            yield from self._inflections(fields)
        for matching in self._patterns:
            for space in fields.spaces("text"):
                yield from matching(space.text)
        for name, asked in self._split.items():
            yield from _in_field(fields, name, partial(_words_in, fields, asked))
        for name in self._whole:
            yield from _in_field(fields, name, _value_in)

    def _inflections(self, fields: Fields) -> Iterator[str]:
        language = fields.language
        wanted = self._inflected.get(language)
        if wanted is None:
            wanted = {}
            for word in self._words:
                for key in {lemma(word, language), fold(word)}:
                    wanted.setdefault(key, []).append(inflection(word))
            self._inflected[language] = wanted
        for form in fields.written_forms():
            for key in (lemma(form, language), fold(form)):
                yield from wanted.get(key, ())


def _in_field(
    fields: Fields, name: str, read: Callable[[str, str], Iterable[str]]
) -> Iterator[str]:
    for space in fields.spaces(name):
        if space.is_open:
            yield unknown(name)
        if space.text:
            yield from read(name, space.text)


def _words_in(fields: Fields, asked: Mapping[str, str], name: str, text: str) -> Iterator[str]:
    """`asked`: features by their form."""
    yield something_in(name)
    # The title is scanned already, in front of the body.
    found = fields.scan.forms_until(len(text)) if name == "title" else forms(text)
    for form in asked.keys() & found:
        yield asked[form]


def _value_in(name: str, text: str) -> Iterator[str]:
    yield f"={name}"
    yield value_of(name, text)


def _sets(patterns: Iterable[str]) -> Iterator[Callable[[str], Iterator[str]]]:
    """Each finds which of some expressions match a text."""
    rest = iter(sorted(set(patterns)))
    while some := list(islice(rest, _PATTERNS_IN_A_SET)):
        yield _set_of(some)


def _set_of(patterns: list[str]) -> Callable[[str], Iterator[str]]:
    # A set whose automaton finds no room says that nothing matches.  What always matches tells
    # the two apart, and makes every search slower.
    has_room = _compiled([*patterns, ""]).Match(b"") is not None
    made = _compiled(patterns) if has_room else None

    def find(text: str) -> Iterator[str]:
        # Half a character is no UTF-8: the rule that reads it breaks, and not all of them here.
        numbers = made.Match(text.encode("utf-8", "replace")) if made else range(len(patterns))
        return (f"/{patterns[number]}" for number in numbers or ())

    return find


def _compiled(patterns: list[str]) -> re2.Set:
    made = re2.Set.SearchSet(options(memory=_SET_MEMORY))
    for pattern in patterns:
        made.Add(pattern)
    made.Compile()
    return made
