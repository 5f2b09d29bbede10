"""Make one query of what a rule asks for, and tell the query's problems at their places.

The beginner's form: (any OR-ed) AND every `all` AND NOT every `none`, each entry a phrase.
Does not know the rule language: `rules.syntax` judges every query.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Texts

from monitor.config import nodes
from monitor.config.entries import (
    COMMENT,
    Lists,
    Read,
    check_entry,
    comment,
    phrase,
    read,
)
from monitor.config.nodes import Document, Scalar, Sequence, scalars
from monitor.config.nodes import Mapping as Keys
from monitor.config.traps import block_form
from monitor.errors import Mistake
from monitor.rules.lexer import Sort, lex

_LISTS = ("any", "all", "none")


def compose(any_of: Texts[str], all_of: Texts[str], none_of: Texts[str]) -> str:
    """The lists as one query; at least one entry of the first two is there."""
    either = " OR ".join(map(phrase, any_of))
    must = [*([either] if any_of else ()), *map(phrase, all_of)]
    if len(any_of) > 1 and (all_of or none_of):
        must[0] = f"({either})"
    return " AND ".join(must) + "".join(f" NOT {phrase(entry)}" for entry in none_of)


def named(query: str, lists: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Of the lists those that a sound query names."""
    return {name: lists[name] for name in names(query)}


def names(query: str) -> dict[str, None]:
    """Of the lists that a query names, each once."""
    if "@" not in query:
        return {}
    found = lex(query).lexemes
    return dict.fromkeys(one.written for one in found if one.sort is Sort.LISTED)


def check_rule(
    document: Document, rule: Keys, lists: Lists
) -> tuple[Read | None, tuple[Mistake, ...]]:
    """What one rule asks for, where that can be read, and every mistake in it."""
    query = rule.get("query")
    given = [key for key in _LISTS if rule.get(key) is not None]
    if query is not None and given:
        key = rule.key(given[0])
        assert key is not None
        problem = f"`query` and `{given[0]}` do not go together"
        mend = "keep one of them, or make it two rules"
        return None, (document.mistake(key.place, problem, mend),)
    if query is not None:
        return check_query(document, query, lists, "query")
    return _check_lists(document, rule)


def check_query(
    document: Document, query: nodes.Node, lists: Lists, key: str
) -> tuple[Read | None, tuple[Mistake, ...]]:
    """The query under `key`, and every problem of it; what is no text is told by the schema."""
    if not isinstance(query, Scalar) or query.is_null:
        return None, ()
    if eaten := comment(document, query):
        return None, (document.mistake(eaten, COMMENT, block_form(key)),)
    found = read(query.text, lists)
    return found, tuple(
        document.mistake(document.place_in(query, position), problem)
        for position, problem in found.problems
    )


def _check_lists(document: Document, rule: Keys) -> tuple[Read | None, tuple[Mistake, ...]]:
    listed = [rule.get(key) for key in _LISTS]
    if any(node is not None and not isinstance(node, Sequence) for node in listed):
        return None, ()  # told where the values are held against the schema
    groups = [scalars(node) for node in listed]
    if not groups[0] and not groups[1]:
        if any(isinstance(node, Sequence) and node.items for node in listed[:2]):
            return None, ()
        return None, (_looks_for_nothing(document, rule, bool(groups[2])),)
    faults = [m for group in groups for entry in group for m in check_entry(document, entry)]
    if faults:
        return None, tuple(faults)
    texts = [[entry.text for entry in group] for group in groups]
    found = read(compose(texts[0], texts[1], texts[2]))
    place = next(group[0].place for group in groups if group)
    return found, tuple(document.mistake(place, problem) for _, problem in found.problems)


def _looks_for_nothing(document: Document, rule: Keys, has_none: bool) -> Mistake:
    key = rule.key("none") if has_none else None
    if key is not None:
        problem = "E-NEG: `none` alone is true of nearly everything"
        return document.mistake(key.place, problem, "add `any: [...]` or `all: [...]`")
    problem = "this rule does not say what to look for"
    mend = "add `any: [car bomb, truck bomb]`, or `query: |` with a query"
    return document.mistake(rule.place, problem, mend)
