"""Make one query of what a rule asks for, and tell the query's problems at their places.

The beginner's form: (any OR-ed) AND every `all` AND NOT every `none`, each entry a phrase.
Does not know the rule language beyond quoting a phrase: `rules.syntax` judges every query.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.config.nodes import Document, Mapping, Place, Scalar, Sequence, scalars
from monitor.config.traps import BLOCK_FORM
from monitor.errors import Mistake, QueryError
from monitor.rules.syntax import parse

_LISTS = ("any", "all", "none")
_OPERATOR = re.compile(r"(?:^|\s)(?:AND|OR|NOT|SENT|PARA|O?NEAR/\d+)(?=\s|$)")
# In a plain text ` #` begins a comment; one that goes on without a blank was hardly meant as one.
_EATEN = re.compile(r"[ \t]+(#)\S")
_COMMENT = "YAML takes what follows ` #` for a comment"


@dataclass(frozen=True, slots=True)
class Composed:
    """A query made of lists; `starts[i]` is where the i-th entry (any, all, none) begins in it."""

    text: str
    starts: tuple[int, ...]


def compose(any_of: tuple[str, ...], all_of: tuple[str, ...], none_of: tuple[str, ...]) -> Composed:
    """The lists as one query; at least one entry of the first two is there."""
    entries = (*map(_phrase, any_of), *map(_phrase, all_of), *map(_phrase, none_of))
    grouped = len(any_of) > 1 and len(entries) > len(any_of)
    text, starts = "(" if grouped else "", []
    for index, entry in enumerate(entries):
        if index > 0:
            text += ")" if grouped and index == len(any_of) else ""
            text += _joint(index, len(any_of), len(any_of) + len(all_of))
        starts.append(len(text))
        text += entry
    return Composed(text, tuple(starts))


def _joint(index: int, any_end: int, all_end: int) -> str:
    if index < any_end:
        return " OR "
    return " AND " if index < all_end else " NOT "


def _phrase(entry: str) -> str:
    """An entry as a phrase of the rule language; `cs:` stays before it."""
    prefix, words = ("cs:", entry[3:]) if entry.startswith("cs:") else ("", entry)
    escaped = re.sub(r'["\\“”„]', r"\\\g<0>", words.strip())
    return f'{prefix}"{escaped}"'


def check_rule(document: Document, rule: Mapping) -> Iterator[Mistake]:
    """Every mistake in what one rule asks for."""
    query = rule.get("query")
    lists = [key for key in _LISTS if rule.get(key) is not None]
    if query is not None and lists:
        key = rule.key(lists[0])
        assert key is not None
        problem = f"`query` and `{lists[0]}` do not go together"
        yield document.mistake(key.place, problem, "keep one of them, or make it two rules")
    elif isinstance(query, Scalar) and not query.is_null:
        yield from _check_query(document, query)
    elif query is None:
        yield from _check_lists(document, rule)


def _check_query(document: Document, query: Scalar) -> Iterator[Mistake]:
    if eaten := _comment(document, query):
        yield document.mistake(eaten, _COMMENT, BLOCK_FORM)
        return
    for position, problem in _problems(query.text):
        yield document.mistake(document.place_in(query, position), problem)


def _comment(document: Document, scalar: Scalar) -> Place | None:
    """Where YAML cut a comment off a plain text that was hardly meant as one."""
    eaten = _EATEN.match(document.text, scalar.end) if scalar.style is None else None
    return document.place_at(eaten.start(1)) if eaten else None


def _check_lists(document: Document, rule: Mapping) -> Iterator[Mistake]:
    lists = [rule.get(key) for key in _LISTS]
    if any(node is not None and not isinstance(node, Sequence) for node in lists):
        return  # told where the values are held against the schema
    groups = [scalars(node) for node in lists]
    entries = [entry for group in groups for entry in group]
    if not groups[0] and not groups[1]:
        if any(isinstance(node, Sequence) and node.items for node in lists[:2]):
            return
        yield _looks_for_nothing(document, rule, bool(groups[2]))
        return
    faults = [m for entry in entries for m in _check_entry(document, entry)]
    yield from faults
    if not faults:
        yield from _check_composed(document, groups)


def _looks_for_nothing(document: Document, rule: Mapping, has_none: bool) -> Mistake:
    key = rule.key("none") if has_none else None
    if key is not None:
        problem = "E-NEG: `none` alone is true of nearly everything"
        return document.mistake(key.place, problem, "add `any: [...]` or `all: [...]`")
    problem = "this rule does not say what to look for"
    mend = "add `any: [car bomb, truck bomb]`, or `query: |` with a query"
    return document.mistake(rule.place, problem, mend)


def _check_entry(document: Document, entry: Scalar) -> Iterator[Mistake]:
    text, quotes = document.text, "put the whole text in quotes, '...'"
    if eaten := _comment(document, entry):
        yield document.mistake(eaten, _COMMENT, quotes)
    elif entry.style is None and re.match(r"\d,\d", text[entry.end - 1 : entry.end + 2]):
        yield document.mistake(entry.place, "YAML ends this entry at the comma", quotes)
    elif operator := _OPERATOR.search(entry.text):
        word = operator[0].strip()
        mend = "write a `query: |` for operators, or the word in lower case"
        yield document.mistake(entry.place, f"an entry is one phrase, `{word}` is no word", mend)


def _check_composed(document: Document, groups: list[tuple[Scalar, ...]]) -> Iterator[Mistake]:
    texts = [tuple(entry.text for entry in group) for group in groups]
    composed = compose(texts[0], texts[1], texts[2])
    entries = [entry for group in groups for entry in group]
    for position, problem in _problems(composed.text):
        index = max(sum(start <= position for start in composed.starts) - 1, 0)
        yield document.mistake(entries[index].place, problem)


def _problems(query: str) -> tuple[tuple[int, str], ...]:
    try:
        parse(query)
    except QueryError as e:
        return tuple((p.position, f"{p.code}: {p.message}") for p in e.problems)
    return ()
