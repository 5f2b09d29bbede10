"""Parts of our trees as translations need them, and a place for what is to be said of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from monitor.errors import QueryError, QueryProblem
from monitor.rules.lexer import MOST_WORDS, QUOTES, Sort, lex
from monitor.rules.parser import WIDE_NEAR
from monitor.rules.tree import (
    And,
    Field,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Reach,
    Term,
    Word,
    parts_of,
)

_OPERATORS = frozenset({"AND", "OR", "NOT"})
_SPECIAL = re.compile(rf"[\\*?{QUOTES}]")


@dataclass(slots=True)
class Draft:
    """A translation under way."""

    query: str
    problems: list[QueryProblem] = field(default_factory=list)
    notes: list[QueryProblem] = field(default_factory=list)

    def refuse(self, code: str, position: int, message: str) -> None:
        """What does not keep the rest from being read."""
        self.problems.append(QueryProblem(code, position, message))

    def broken(self, position: int, message: str) -> QueryError:
        """What does, together with what was found before it."""
        problem = QueryProblem("E-SYNTAX", position, message)
        return QueryError(self.query, (*self.problems, problem))

    def note(self, code: str, position: int, message: str) -> None:
        self.notes.append(QueryProblem(code, position, message))

    def note_case(self, word: str, position: int) -> None:
        """N-CASE, as for a query of ours."""
        if word.upper() in _OPERATORS and not word.isupper():
            message = f"`{word}` is a word here; the operator is written {word.upper()}"
            self.note("N-CASE", position, message)


def literal(text: str) -> str:
    """`text` as it is written in a word or phrase of ours that means just that."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def word(written: str, position: int) -> Word:
    """Bare, where it means the same without quotes."""
    try:
        lexed = lex(written)
    except QueryError:
        return Phrase(written, position)
    found = [(one.sort, one.written) for one in lexed.lexemes]
    is_bare = found == [(Sort.TERM, written)] and "\\" not in written
    if is_bare and not lexed.problems and not lexed.notes:
        return Term(written, position)
    return Phrase(written, position)


def near(sides: Sequence[Node], words: int, position: int, *, ordered: bool = False) -> Node:
    """The sides, each near the next."""
    node, *others = sides
    reach = Reach.ONEAR if ordered else Reach.NEAR
    for other in others:
        node = Near(node, other, reach, words, position=position)
    return node


def is_distance(digits: str) -> bool:
    return len(digits) < 4 and int(digits) <= MOST_WORDS


def is_operand(node: Node) -> bool:
    """Whether it can stand beside a NEAR."""
    if isinstance(node, Or):
        return all(map(is_operand, node.parts))
    return isinstance(node, Term | Phrase)


def in_field(name: str, node: Node, position: int) -> Node:
    """`node` asked of a field, but for what is asked of one already."""
    if not _has_field(node):
        return Field(name, node, position)
    if isinstance(node, And | Or):
        return type(node)(tuple(in_field(name, part, position) for part in node.parts))
    if isinstance(node, Not):
        return Not(in_field(name, node.part, position), node.position)
    return node


def _has_field(node: Node) -> bool:
    return isinstance(node, Field) or any(map(_has_field, parts_of(node)))


def wide_nears(node: Node) -> Iterator[QueryProblem]:
    """N-NEAR, as for a query of ours, at the places of the original."""
    if isinstance(node, Near) and (node.words or 0) > WIDE_NEAR:
        message = f"above {WIDE_NEAR} words most of what stands so is chance"
        yield QueryProblem("N-NEAR", node.position, f"NEAR/{node.words} is wide: {message}")
    for part in parts_of(node):
        yield from wide_nears(part)
