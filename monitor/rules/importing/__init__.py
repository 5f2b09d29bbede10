"""Queries of other tools in our language, with a note for each change of meaning.

Refuses what has no counterpart instead of guessing.  A translation is a tree of ours, whose
positions count in the query as given; `show` prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from monitor.errors import QueryError, QueryProblem
from monitor.rules.importing import google, lucene
from monitor.rules.importing.building import Draft, wide_nears
from monitor.rules.lint import lint
from monitor.rules.printer import show
from monitor.rules.syntax import LONGEST_QUERY, check
from monitor.rules.tree import Node

TOOLS: Mapping[str, Callable[[str, Draft], Node | None]] = {
    "lucene": lucene.read,
    "google": google.read,
}


def translate(query: str, tool: str) -> tuple[Node, tuple[QueryProblem, ...]]:
    """The query as a rule of ours, and what is different about it.

    Raises QueryError with the problems' places in the query as given.
    """
    if len(query) > LONGEST_QUERY:
        message = f"a query has at most {LONGEST_QUERY:,} characters, this one {len(query):,}"
        raise QueryError(query, (QueryProblem("E-SYNTAX", LONGEST_QUERY, message),))
    draft = Draft(query)
    node = TOOLS[tool](query, draft)
    if node is not None:
        draft.problems += lint(node)
    elif not draft.problems:
        draft.refuse("E-EMPTY", 0, "nothing is left to look for")
    if node is None or draft.problems:
        raise QueryError(query, _in_order(draft.problems))
    _check(query, node)
    return node, _in_order([*draft.notes, *wide_nears(node)])


def _check(query: str, node: Node) -> None:
    """What only shows in the whole, such as too many parentheses, has no place in the original."""
    try:
        check(show(node))
    except QueryError as error:
        problems = tuple(replace(problem, position=0) for problem in error.problems)
        raise QueryError(query, problems) from error


def _in_order(problems: list[QueryProblem]) -> tuple[QueryProblem, ...]:
    return tuple(dict.fromkeys(sorted(problems, key=lambda problem: problem.position)))
