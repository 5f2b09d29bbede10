"""Read a query: text to tree, or every problem of the text with code and position.

Refuses ambiguity instead of guessing.
"""

from __future__ import annotations

from monitor.errors import QueryError, QueryProblem
from monitor.rules.lexer import lex, syntax_error
from monitor.rules.lint import lint
from monitor.rules.parser import Lists, Parser
from monitor.rules.readings import bare_words
from monitor.rules.tree import Node

LONGEST_QUERY = 10_000  # code points


def parse(query: str, *, rule: bool = True, lists: Lists | None = None) -> Node:
    """The tree of a query.  Raises QueryError with all its problems.

    `rule`: bare words side by side are refused (E-ADJ), since YAML takes quotes away unseen;
    a search may have them.  `lists`: the entries of each named list, as written.
    """
    return check(query, rule=rule, lists=lists)[0]


def check(
    query: str, *, rule: bool = True, lists: Lists | None = None
) -> tuple[Node, tuple[QueryProblem, ...]]:
    """As `parse`, with the notes: what is allowed but likely not meant (N-CASE, N-NEAR)."""
    if len(query) > LONGEST_QUERY:
        message = f"a query has at most {LONGEST_QUERY:,} characters, this one {len(query):,}"
        raise syntax_error(query, LONGEST_QUERY, message)
    lexed = lex(query)
    parser = Parser(query, lexed.lexemes, lists or {}, lexed.problems)
    node = parser.parse()
    problems = parser.problems + lint(node)
    if rule and (ambiguous := bare_words(lexed.lexemes)):
        problems.append(ambiguous)
    if problems:
        unique = dict.fromkeys(sorted(problems, key=lambda problem: problem.position))
        raise QueryError(query, tuple(unique))
    notes = lexed.notes + parser.notes
    return node, tuple(sorted(notes, key=lambda note: note.position))
