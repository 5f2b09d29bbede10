"""What a query can be read as in two ways, with both readings written out."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.errors import QueryProblem
from monitor.rules.lexer import Lexeme, Sort
from monitor.rules.printer import show
from monitor.rules.tree import Node, conjunction, disjunction


@dataclass(frozen=True, slots=True)
class Row:
    """What stands between two ORs: operands of AND, and where the second of them begins."""

    operands: list[Node]
    joined_at: int | None


def mixed(rows: list[Row], position: int) -> QueryProblem:
    """E-MIX with both readings: AND first, and OR first."""
    and_first = disjunction([conjunction(row.operands) for row in rows])
    links: list[list[Node]] = [[]]
    for row in rows:
        first, *others = row.operands
        links[-1].append(first)
        links.extend([other] for other in others)
    or_first = conjunction([disjunction(link) for link in links])
    message = (
        "AND and OR stand side by side without parentheses: "
        f"write {show(and_first)} or {show(or_first)}"
    )
    return QueryProblem("E-MIX", position, message)


def bare_words(lexemes: list[Lexeme]) -> QueryProblem | None:
    """E-ADJ, where the whole query is words side by side."""
    if len(lexemes) < 2 or any(lexeme.sort is not Sort.TERM for lexeme in lexemes):
        return None
    words = [lexeme.written for lexeme in lexemes if any(map(str.isalnum, lexeme.written))]
    if len(words) < 2:  # the others are refused as empty
        return None
    phrase, both = " ".join(words), " AND ".join(words)
    message = f'words side by side can be read two ways: write "{phrase}" or {both}'
    return QueryProblem("E-ADJ", lexemes[0].position, message)
