"""Cut a query into words, phrases, operators and field prefixes.

Refuses here what is another tool's syntax and what is not read yet.  Knows no grammar: which of
these may follow which is `syntax`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from monitor.errors import QueryError, QueryProblem
from monitor.rules.tree import FIELDS, unescaped
from monitor.text.folding import DASHES

QUOTES = '"“”„'
_TERM = re.compile(rf"(?:\\.|[^\s(){QUOTES}\\])++", re.DOTALL)
_PHRASE = re.compile(rf"[{QUOTES}]((?:\\.|[^{QUOTES}\\])*+)[{QUOTES}]", re.DOTALL)
_SPACE = re.compile(r"\s++")
_PREFIX = re.compile(r"([^\W\d_]\w*+):")
_LATER_PREFIX = re.compile(r"cs|forms|intitle|inurl|ingress|near\d*|repeat\d*")
_LATER_OPERATOR = re.compile(r"(?:O?NEAR|ATLEAST)(?:/.*)?|SENT|PARA")
_LATER_DISTANCE = re.compile(r"~\d*")
_WORD_OPERATOR = re.compile(r"(?:and|or|not|o?near)(?:/\d*)?", re.IGNORECASE)
_FOREIGN_START = re.compile(rf"(?!-)[+{DASHES}]")
_FOREIGN = re.compile(r"[~^\[\]{}]")


class Sort(Enum):
    TERM = "a word"
    PHRASE = "a phrase"
    FIELD = "a field"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    OPEN = "("
    CLOSE = ")"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """`written` is the term, the phrase without its quotes, the field's name or the operator."""

    sort: Sort
    written: str
    position: int


@dataclass(slots=True)
class Lexed:
    """A query cut up.  With problems, the lexemes are not fit to be parsed."""

    lexemes: list[Lexeme] = field(default_factory=list)
    problems: list[QueryProblem] = field(default_factory=list)
    notes: list[QueryProblem] = field(default_factory=list)


def syntax_error(query: str, position: int, message: str) -> QueryError:
    return QueryError(query, (QueryProblem("E-SYNTAX", position, message),))


def lex(query: str) -> Lexed:
    """All lexemes, and every problem that shows without grammar.

    Raises QueryError at once where what follows cannot be told any more: an unclosed quote, a `\\`
    at the end, a regex.
    """
    lexed = Lexed()
    at = 0
    while at < len(query):
        if space := _SPACE.match(query, at):
            at = space.end()
        elif query[at] in "()":
            sort = Sort.OPEN if query[at] == "(" else Sort.CLOSE
            lexed.lexemes.append(Lexeme(sort, query[at], at))
            at += 1
        elif query[at] in QUOTES:
            at = _lex_phrase(query, at, lexed)
        else:
            at = _lex_term(query, at, lexed)
    return lexed


def _lex_phrase(query: str, at: int, lexed: Lexed) -> int:
    phrase = _PHRASE.match(query, at)
    if phrase is None:
        raise syntax_error(query, at, "this double quote is never closed")
    lexed.lexemes.append(Lexeme(Sort.PHRASE, phrase[1], at))
    return phrase.end()


def _lex_term(query: str, at: int, lexed: Lexed) -> int:
    """Read the term at `at` or what stands at its start; give the place behind that."""
    following = query[at + 1 : at + 2]
    if query[at] in "-!" and following and following != ")" and not following.isspace():
        lexed.lexemes.append(Lexeme(Sort.NOT, query[at], at))
        return at + 1
    prefix = _PREFIX.match(query, at)
    if prefix and prefix[1] in FIELDS:
        lexed.lexemes.append(Lexeme(Sort.FIELD, prefix[1], at))
        return prefix.end()
    term = _TERM.match(query, at)
    end = term.end() if term else at
    if query[end : end + 1] == "\\":
        raise syntax_error(query, end, "`\\` has no character after it")
    written = query[at:end]
    if prefix:
        lexed.problems.append(_no_field(prefix[1], at))
    elif written in ("AND", "OR", "NOT"):
        lexed.lexemes.append(Lexeme(Sort[written], written, at))
    elif problem := _refused(query, at, written, lexed):
        lexed.problems.append(problem)
    else:
        lexed.lexemes.append(Lexeme(Sort.TERM, written, at))
        if _WORD_OPERATOR.fullmatch(written):
            lexed.notes.append(QueryProblem("N-CASE", at, _case_note(written)))
    return end


def _no_field(name: str, at: int) -> QueryProblem:
    if _LATER_PREFIX.fullmatch(name):
        return _later(at, f"`{name}:` is not read yet")
    message = (
        f"there is no field `{name}:`; the fields are {', '.join(sorted(FIELDS))}. "
        "A colon that belongs to the text needs double quotes around it"
    )
    return QueryProblem("E-FIELD", at, message)


def _refused(query: str, at: int, written: str, lexed: Lexed) -> QueryProblem | None:
    """What is wrong with a bare term by its characters alone."""
    plain = unescaped(written)
    if _LATER_OPERATOR.fullmatch(written):
        return _later(at, f"{written} is not read yet: use AND, or a phrase in double quotes")
    if written[0] == "/":
        regex = _later(
            at, "regular expressions are not read yet; put a slash that is text in quotes"
        )
        raise QueryError(query, (*lexed.problems, regex))
    if written[0] == "@" and len(written) > 1:
        return _later(at, f'lists are not read yet; the handle or address is `"{written}"`')
    after_phrase = bool(lexed.lexemes) and at > 0 and query[at - 1] in QUOTES
    if after_phrase and _LATER_DISTANCE.fullmatch(written):
        return _later(at, f"`{written}` after a phrase is not read yet")
    if written == "++" and query[at + 2 : at + 3] in tuple(QUOTES):
        return _later(at, '`++"..."` is not read yet')
    if _FOREIGN_START.match(written) or _FOREIGN.search(plain):
        return QueryProblem(
            "E-SYNTAX",
            at,
            f'`{written}` is the syntax of another tool: put it in double quotes, `"{written}"`',
        )
    return None


def _later(position: int, message: str) -> QueryProblem:
    return QueryProblem("E-LATER", position, message)


def _case_note(written: str) -> str:
    upper = written.upper()
    return f"`{written}` is a word here; the operator is written {upper}"
