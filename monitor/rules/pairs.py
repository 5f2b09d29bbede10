"""Other tools' `"a b"~5` and `near5:"a b"`: two words near one another."""

from __future__ import annotations

import re

from monitor.errors import QueryError, QueryProblem
from monitor.rules.lexer import Lexeme, Sort, lex
from monitor.rules.tree import Near, Node, Phrase, Reach, Term, Word

_WORD = re.compile(r"(?:\\.|[^\s\\])+", re.DOTALL)


def pair(lexeme: Lexeme, problems: list[QueryProblem]) -> Node:
    """The pair as NEAR; its phrase, and a problem more, where it is no pair."""
    words = _WORD.findall(lexeme.written)
    at = lexeme.position
    if len(words) != 2:
        message = f'this wants exactly two words between the quotes, not "{lexeme.written}"'
        problems.append(QueryProblem("E-NEAR", at, message))
        return Phrase(lexeme.written, at)
    left, right = (_word(word, at) for word in words)
    return Near(left, right, Reach.NEAR, lexeme.number, position=at)


def _word(written: str, at: int) -> Word:
    """A bare word, where it means the same outside of quotes."""
    try:
        lexed = lex(written)
    except QueryError:
        return Phrase(written, at)
    found = [(lexeme.sort, lexeme.written) for lexeme in lexed.lexemes]
    is_bare = found == [(Sort.TERM, written)] and not lexed.problems and not lexed.notes
    return Term(written, at) if is_bare else Phrase(written, at)
