"""Recursive descent over the lexemes of a query: one method for each line of the grammar.

Gathers problems that do not keep the rest from being read; what a tree means is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.errors import QueryError, QueryProblem
from monitor.rules.entries import entry
from monitor.rules.lexer import ALIASES, Lexeme, Sort
from monitor.rules.pairs import pair
from monitor.rules.readings import Row, mixed
from monitor.rules.tree import (
    AtLeast,
    Cased,
    Field,
    Forms,
    Listed,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Reach,
    Regex,
    Term,
    conjunction,
    disjunction,
)

DEEPEST_NESTING = 50  # parentheses, fields and NOTs inside one another
LONGEST_CHAIN = 12  # NEARs one after the other
WIDE_NEAR = 10  # from here on a NEAR finds what belongs together only by chance

Lists = Mapping[str, Sequence[str]]

# What may stand beside a NEAR or behind ATLEAST, alone or OR-ed.
_OPERANDS = (Term, Phrase, Cased, Forms, Listed)
_ATOMS = frozenset({
    Sort.TERM, Sort.PHRASE, Sort.OPEN, Sort.FIELD, Sort.CASED, Sort.FORMS, Sort.LISTED, Sort.REGEX,
    Sort.PAIR, Sort.AT_LEAST,
})  # fmt: skip


@dataclass(slots=True)
class Parser:
    """Recursive descent over the lexemes; one method for each line of the grammar."""

    query: str
    lexemes: list[Lexeme]
    lists: Lists
    problems: list[QueryProblem]
    notes: list[QueryProblem] = field(default_factory=list)
    _next: int = 0
    _depth: int = 0
    _in_field: bool = False

    def parse(self) -> Node:
        if not self.lexemes:
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
            self.problems.append(mixed(rows, max(or_at, and_at)))
        return disjunction([conjunction(row.operands) for row in rows])

    def _and(self) -> Row:
        operands = [self._not()]
        joined_at = None
        while (following := self._peek()) and following.sort not in (Sort.OR, Sort.CLOSE):
            joined_at = following.position if joined_at is None else joined_at
            if following.sort is Sort.AND:
                self._take()
            operands.append(self._not())
        return Row(operands, joined_at)

    def _not(self) -> Node:
        if self._peek_sort() is not Sort.NOT:
            return self._near()
        lexeme = self._take()
        self._enter(lexeme)
        part = self._not()
        self._depth -= 1
        return Not(part, lexeme.position)

    def _near(self) -> Node:
        start = self._position()
        node = self._atom()
        end = self._position()
        length = 0
        while (near := self._take_near()) is not None:
            operator, free = near
            length += 1
            if length == 1:
                self._check_operand(node, (start, end), operator)
            right_at = self._position()
            right = self._atom()
            self._check_operand(right, (right_at, self._position()), operator)
            at, reach = operator.position, operator.reach
            assert reach is not None
            node = Near(node, right, reach, operator.number, free, at)
            self._note_width(operator, operator.written)
            if length > LONGEST_CHAIN:
                message = f"more than {LONGEST_CHAIN} NEARs one after the other"
                raise self._error("E-NEAR", at, message)
        return node

    def _take_near(self) -> tuple[Lexeme, bool] | None:
        """The operator that follows, and whether NOT stands before it; None if none follows."""
        following = self._peek()
        if following and following.sort is Sort.NEAR:
            return self._take(), False
        behind = self._peek(1)
        if _is_free(following, behind):
            self._take()
            return self._take(), True
        return None

    def _note_width(self, operator: Lexeme, written: str) -> None:
        if operator.number is not None and operator.number > WIDE_NEAR:
            self.notes.append(QueryProblem("N-NEAR", operator.position, _wide(written)))

    def _check_operand(self, operand: Node, place: tuple[int, int], operator: Lexeme) -> None:
        start, end = place
        if not _is_operand(operand):
            message = (
                f"{operator.written} stands between words, phrases, wildcards, lists, or an "
                f"OR of those; `{self.query[start:end].strip()}` is none"
            )
            if isinstance(operand, Field):
                message += f", write {operand.name}:(a {operator.written} b)"
            self.problems.append(QueryProblem("E-NEAR", start, message))

    def _atom(self) -> Node:
        lexeme = self._take()
        if lexeme.sort is Sort.TERM:
            return Term(lexeme.written, lexeme.position)
        if lexeme.sort is Sort.PHRASE:
            return Phrase(lexeme.written, lexeme.position)
        if lexeme.sort is Sort.REGEX:
            return Regex(lexeme.written, lexeme.ignores_case, lexeme.position)
        if lexeme.sort is Sort.OPEN:
            return self._group(lexeme)
        if lexeme.sort is Sort.LISTED:
            return self._listed(lexeme)
        if lexeme.sort is Sort.PAIR:
            return self._pair(lexeme)
        if lexeme.sort in _ATOMS:
            return self._prefixed(lexeme)
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

    def _pair(self, lexeme: Lexeme) -> Node:
        self._enter(lexeme)  # in a field it is printed in parentheses
        self._depth -= 1
        self._note_width(lexeme, f"NEAR/{lexeme.number}")
        return pair(lexeme, self.problems)

    def _listed(self, lexeme: Lexeme) -> Node:
        at, name = lexeme.position, lexeme.written
        entries = self.lists.get(name)
        if not entries:
            known = ", ".join(sorted(self.lists)) or "none"
            what = "is empty" if entries is not None else f"is not there; there are: {known}"
            mend = f'the handle or address is "@{name}"'
            self.problems.append(QueryProblem("E-LIST", at, f"the list @{name} {what}; {mend}"))
        return Listed(name, tuple(entry(text, at) for text in entries or ()), at)

    def _prefixed(self, prefix: Lexeme) -> Node:
        following = self._peek()
        if following is None or following.sort not in _ATOMS:
            message = f"`{prefix.written}` must be followed by a word, a phrase or `(`"
            raise self._error("E-SYNTAX", prefix.position, message)
        self._enter(prefix)
        read = {Sort.FIELD: self._field, Sort.CASED: self._cased, Sort.FORMS: self._forms}
        node = read.get(prefix.sort, self._at_least)(prefix)
        self._depth -= 1
        return node

    def _at_least(self, prefix: Lexeme) -> Node:
        part_at, part = self._position(), self._atom()
        if not _is_operand(part):
            message = (
                "ATLEAST counts a word, phrase, wildcard or list, or an OR of those; a field "
                "stands before it"
            )
            self.problems.append(QueryProblem("E-ATLEAST", part_at, message))
        return AtLeast(prefix.number or 1, part, prefix.position)

    def _field(self, prefix: Lexeme) -> Node:
        name = prefix.written.removesuffix(":")
        if self._in_field:
            message = (
                f"`{prefix.written}` stands inside another field; a field holds one word or group"
            )
            self.problems.append(QueryProblem("E-FIELD", prefix.position, message))
        outer, self._in_field = self._in_field, True
        node = self._atom()
        self._in_field = outer
        return Field(ALIASES.get(name, name), node, prefix.position)

    def _cased(self, prefix: Lexeme) -> Node:
        lexeme = self._take()
        if lexeme.sort is Sort.TERM:
            return Cased(Term(lexeme.written, lexeme.position), prefix.position)
        if lexeme.sort is Sort.PHRASE:
            return Cased(Phrase(lexeme.written, lexeme.position), prefix.position)
        message = f"`{prefix.written}` must be followed by a word or a phrase"
        raise self._error("E-SYNTAX", prefix.position, message)

    def _forms(self, prefix: Lexeme) -> Node:
        start, is_group = self._position(), self._peek_sort() is Sort.OPEN
        part = self._atom()
        if isinstance(part, Term) and not is_group:
            return Forms(part, prefix.position)
        written = self.query[start : self._position()].strip()
        message = f"`forms:` takes one plain word, not `{written}`"
        self.problems.append(QueryProblem("E-FORMS", prefix.position, message))
        return part

    def _peek(self, ahead: int = 0) -> Lexeme | None:
        at = self._next + ahead
        return self.lexemes[at] if at < len(self.lexemes) else None

    def _peek_sort(self) -> Sort | None:
        following = self._peek()
        return following.sort if following else None

    def _position(self) -> int:
        following = self._peek()
        return following.position if following else len(self.query)

    def _take(self) -> Lexeme:
        lexeme = self._peek()
        if lexeme is None:
            last = self.lexemes[-1]
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
        problems = [*self.problems, QueryProblem(code, position, message)]
        return QueryError(self.query, tuple(sorted(problems, key=lambda one: one.position)))


def _is_operand(node: Node) -> bool:
    if isinstance(node, Or):
        return all(map(_is_operand, node.parts))
    return isinstance(node, _OPERANDS)


def _is_free(lexeme: Lexeme | None, behind: Lexeme | None) -> bool:
    """Whether these are NOT NEAR, NOT SENT or NOT PARA."""
    if lexeme is None or lexeme.sort is not Sort.NOT or lexeme.written != "NOT":
        return False
    return behind is not None and behind.sort is Sort.NEAR and behind.reach is not Reach.ONEAR


def _wide(written: str) -> str:
    return f"{written} is wide: above {WIDE_NEAR} words most of what stands so is chance"
