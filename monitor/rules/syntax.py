"""Read a query: text to tree, or every problem of the text with code and position.

Refuses ambiguity instead of guessing.  Not read yet, and refused with E-LATER: wildcards, NEAR,
ONEAR, SENT, PARA, ATLEAST, `cs:`, `forms:`, regular expressions, lists, other tools' spellings.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.errors import QueryError, QueryProblem
from monitor.rules.lexer import Lexeme, Sort, lex, syntax_error
from monitor.rules.lint import lint
from monitor.rules.tree import (
    Field,
    Node,
    Not,
    Phrase,
    Term,
    conjunction,
    disjunction,
    show,
)

LONGEST_QUERY = 10_000  # code points
DEEPEST_NESTING = 50  # parentheses, fields and NOTs inside one another


def parse(query: str, *, rule: bool = True) -> Node:
    """The tree of a query.  Raises QueryError with all its problems.

    `rule`: bare words side by side are refused (E-ADJ), since YAML takes quotes away unseen;
    a search may have them.
    """
    return check(query, rule=rule)[0]


def check(query: str, *, rule: bool = True) -> tuple[Node, tuple[QueryProblem, ...]]:
    """As `parse`, with the notes: what is allowed but likely not meant (N-CASE)."""
    if len(query) > LONGEST_QUERY:
        message = f"a query has at most {LONGEST_QUERY:,} characters, this one {len(query):,}"
        raise syntax_error(query, LONGEST_QUERY, message)
    lexed = lex(query)
    if lexed.problems:
        raise QueryError(query, tuple(lexed.problems))
    parser = _Parser(query, lexed.lexemes)
    node = parser.parse()
    problems = parser.problems + lint(node)
    if rule and _is_bare_words(lexed.lexemes):
        problems.append(_bare_words(lexed.lexemes))
    if problems:
        raise QueryError(query, tuple(sorted(problems, key=lambda problem: problem.position)))
    return node, tuple(lexed.notes)


def _is_bare_words(lexemes: list[Lexeme]) -> bool:
    return len(lexemes) > 1 and all(lexeme.sort is Sort.TERM for lexeme in lexemes)


def _bare_words(lexemes: list[Lexeme]) -> QueryProblem:
    words = [lexeme.written for lexeme in lexemes]
    phrase, both = " ".join(words), " AND ".join(words)
    message = f'words side by side can be read two ways: write "{phrase}" or {both}'
    return QueryProblem("E-ADJ", lexemes[0].position, message)


@dataclass(frozen=True, slots=True)
class _Row:
    """What stands between two ORs: operands of AND, and where the second of them begins."""

    operands: list[Node]
    joined_at: int | None


class _Parser:
    """Recursive descent over the lexemes; one method for each line of the grammar."""

    def __init__(self, query: str, lexemes: list[Lexeme]) -> None:
        self.problems: list[QueryProblem] = []
        self._query = query
        self._lexemes = lexemes
        self._next = 0
        self._depth = 0
        self._in_field = False

    def parse(self) -> Node:
        if not self._lexemes:
            raise self._error("E-EMPTY", 0, "the query is empty")
        node = self._or()
        if extra := self._peek():
            raise self._error("E-SYNTAX", extra.position, "this `)` closes no `(`")
        return node

    def _or(self) -> Node:
        rows = [self._and()]
        or_at = None
        while self._peek_sort() is Sort.OR:
            lexeme = self._take()
            or_at = lexeme.position if or_at is None else or_at
            rows.append(self._and())
        and_at = next((row.joined_at for row in rows if row.joined_at is not None), None)
        if or_at is not None and and_at is not None:
            self.problems.append(_mixed(rows, max(or_at, and_at)))
        return disjunction([conjunction(row.operands) for row in rows])

    def _and(self) -> _Row:
        operands = [self._not()]
        joined_at = None
        while (following := self._peek()) and following.sort not in (Sort.OR, Sort.CLOSE):
            joined_at = following.position if joined_at is None else joined_at
            if following.sort is Sort.AND:
                self._take()
            operands.append(self._not())
        return _Row(operands, joined_at)

    def _not(self) -> Node:
        if self._peek_sort() is not Sort.NOT:
            return self._atom()
        lexeme = self._take()
        self._enter(lexeme)
        part = self._not()
        self._depth -= 1
        return Not(part, lexeme.position)

    def _atom(self) -> Node:
        lexeme = self._take()
        if lexeme.sort is Sort.TERM:
            return Term(lexeme.written, lexeme.position)
        if lexeme.sort is Sort.PHRASE:
            return Phrase(lexeme.written, lexeme.position)
        if lexeme.sort is Sort.OPEN:
            return self._group(lexeme)
        if lexeme.sort is Sort.FIELD:
            return self._field(lexeme)
        message = f"a word, a phrase or `(` is wanted here, not `{lexeme.written}`"
        raise self._error("E-SYNTAX", lexeme.position, message)

    def _group(self, opening: Lexeme) -> Node:
        self._enter(opening)
        if self._peek_sort() is Sort.CLOSE:
            raise self._error("E-EMPTY", opening.position, "there is nothing in these parentheses")
        if self._peek() is None:
            raise self._error("E-SYNTAX", opening.position, "this `(` is never closed")
        node = self._or()
        if self._peek() is None:
            raise self._error("E-SYNTAX", opening.position, "this `(` is never closed")
        self._take()
        self._depth -= 1
        return node

    def _field(self, prefix: Lexeme) -> Node:
        name = prefix.written
        if self._in_field:
            message = f"`{name}:` stands inside another field; a field holds one word or group"
            raise self._error("E-FIELD", prefix.position, message)
        following = self._peek_sort()
        if following not in (Sort.TERM, Sort.PHRASE, Sort.OPEN, Sort.FIELD):
            message = f"`{name}:` must be followed by a word, a phrase or `(`"
            raise self._error("E-SYNTAX", prefix.position, message)
        self._in_field = True
        node = self._atom()
        self._in_field = False
        return Field(name, node)

    def _peek(self) -> Lexeme | None:
        return self._lexemes[self._next] if self._next < len(self._lexemes) else None

    def _peek_sort(self) -> Sort | None:
        following = self._peek()
        return following.sort if following else None

    def _take(self) -> Lexeme:
        lexeme = self._peek()
        if lexeme is None:
            last = self._lexemes[-1]
            message = f"a word, a phrase or `(` is wanted after `{last.written}`"
            raise self._error("E-SYNTAX", last.position, message)
        self._next += 1
        return lexeme

    def _enter(self, lexeme: Lexeme) -> None:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            message = f"more than {DEEPEST_NESTING} parentheses and NOTs inside one another"
            raise self._error("E-SYNTAX", lexeme.position, message)

    def _error(self, code: str, position: int, message: str) -> QueryError:
        return QueryError(self._query, (*self.problems, QueryProblem(code, position, message)))


def _mixed(rows: list[_Row], position: int) -> QueryProblem:
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


__all__ = ["check", "parse", "show"]
