"""Cut a query into words, phrases, regexes, operators and prefixes.

Refuses here what is another tool's syntax, and turns other tools' spellings into ours.  Knows no
grammar: which of these may follow which is `syntax`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from monitor.errors import QueryError, QueryProblem
from monitor.rules.tree import FIELDS, Reach, unescaped
from monitor.text.folding import DASHES, FORMAT

QUOTES = '"“”„'
_TERM = re.compile(rf"(?:\\.|[^\s(){QUOTES}\\])++", re.DOTALL)
_PHRASE = re.compile(rf"[{QUOTES}]((?:\\.|[^{QUOTES}\\])*+)[{QUOTES}]", re.DOTALL)
_REGEX = re.compile(r"/((?:\\.|[^/\\])*+)/(i?)", re.DOTALL)
_SPACE = re.compile(rf"[\s{FORMAT}]++")
_PREFIX = re.compile(r"([^\W\d_]\w*+):")
_NEAR_PREFIX = re.compile(r"near(\d+)")
_REPEAT_PREFIX = re.compile(r"repeat(\d+)")
_NUMBER = re.compile(r"[0-9]{1,3}")
_DISTANCE = re.compile(r"~(\d*+)")
_CASED_PHRASE = re.compile(rf"\+\+(?=[{QUOTES}])")
_COUNTED = re.compile(r"(NEAR|ONEAR|ATLEAST)(?:/(.*))?", re.DOTALL)
_LOWER_OPERATOR = re.compile(r"(?:and|or|not|(?:o?near|atleast)(?:/\d*)?)", re.IGNORECASE)
_FOREIGN_START = re.compile(rf"(?!-)[+{DASHES}]")
_FOREIGN = re.compile(r"[~^\[\]{}]")

ALIASES = {"intitle": "title", "inurl": "url", "ingress": "lead"}
_WORDS = ("AND", "OR", "NOT")
_REACHES = ("SENT", "PARA")
# So many words at most may lie between the sides of a NEAR, so many times may a word be asked for.
MOST_WORDS = 50
MOST_TIMES = 50


class Sort(Enum):
    TERM = "a word"
    PHRASE = "a phrase"
    FIELD = "a field"
    CASED = "cs:"
    FORMS = "forms:"
    LISTED = "a list"
    REGEX = "a regular expression"
    PAIR = "two words near one another"  # `"a b"~5`, `near5:"a b"`
    AT_LEAST = "ATLEAST"
    NEAR = "NEAR, ONEAR, SENT or PARA"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    OPEN = "("
    CLOSE = ")"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """`written` is the term, the phrase or pattern without its quotes or slashes, the name of a
    list, the prefix with its colon, or the operator.  `number` is what NEAR/n, ATLEAST/n and a pair
    count."""

    sort: Sort
    written: str
    position: int
    number: int | None = None
    reach: Reach | None = None
    ignores_case: bool = False


@dataclass(slots=True)
class Lexed:
    """A query cut up.  `problems` are such as do not keep the rest from being read."""

    lexemes: list[Lexeme] = field(default_factory=list)
    problems: list[QueryProblem] = field(default_factory=list)
    notes: list[QueryProblem] = field(default_factory=list)


def syntax_error(query: str, position: int, message: str) -> QueryError:
    return QueryError(query, (QueryProblem("E-SYNTAX", position, message),))


def lex(query: str) -> Lexed:
    """All lexemes, and every problem that shows without grammar.

    Raises QueryError at once where what follows cannot be told any more: an unclosed quote or
    regular expression, a `\\` at the end.
    """
    lexer = _Lexer(query)
    at = 0
    while at < len(query):
        at = lexer.step(at)
    return lexer.lexed


class _Lexer:
    def __init__(self, query: str) -> None:
        self.lexed = Lexed()
        self._query = query

    def step(self, at: int) -> int:
        """Read what stands at `at`; the place behind it."""
        letter = self._query[at]
        if space := _SPACE.match(self._query, at):
            return space.end()
        if letter in "()":
            self._add(Sort.OPEN if letter == "(" else Sort.CLOSE, letter, at)
            return at + 1
        if letter in QUOTES:
            return self._phrase(at)
        if letter == "/":
            return self._regex(at)
        if letter in "-!" and self._starts_term(at + 1):
            self._add(Sort.NOT, letter, at)
            return at + 1
        if cased := _CASED_PHRASE.match(self._query, at):
            self._add(Sort.CASED, cased[0], at)
            return cased.end()
        return self._prefix(at) or self._term(at)

    def _add(self, sort: Sort, written: str, at: int, number: int | None = None) -> None:
        self.lexed.lexemes.append(Lexeme(sort, written, at, number))

    def _refuse(self, code: str, at: int, message: str) -> None:
        self.lexed.problems.append(QueryProblem(code, at, message))

    def _starts_term(self, at: int) -> bool:
        following = self._query[at : at + 1]
        return bool(following) and following != ")" and not following.isspace()

    def _phrase(self, at: int, pair: int | None = None, pair_at: int | None = None) -> int:
        """A phrase; `pair`: the words between its two that a `near5:` at `pair_at` allows."""
        phrase = _PHRASE.match(self._query, at)
        if phrase is None:
            raise self._syntax(at, "this double quote is never closed")
        end = phrase.end()
        distance = _DISTANCE.match(self._query, end)
        if distance and pair is None:
            end = distance.end()
            pair = self._number("E-NEAR", distance[1], (0, MOST_WORDS), distance.start())
        sort = Sort.PHRASE if pair is None else Sort.PAIR
        self._add(sort, phrase[1], at if pair_at is None else pair_at, pair)
        return end

    def _regex(self, at: int) -> int:
        regex = _REGEX.match(self._query, at)
        if regex is None:
            message = "this regular expression is never closed; a slash that is text wants quotes"
            raise self._syntax(at, message)
        if self._starts_term(regex.end()) and self._query[regex.end()] != "(":
            message = (
                f"after `{regex[0]}` only a blank or a parenthesis may stand; an address or a path "
                "is put in double quotes"
            )
            raise self._syntax(at, message)
        pattern = re.sub(r"\\(.)", _unslashed, regex[1], flags=re.DOTALL)
        self.lexed.lexemes.append(Lexeme(Sort.REGEX, pattern, at, ignores_case=bool(regex[2])))
        return regex.end()

    def _prefix(self, at: int) -> int | None:
        """The place behind `name:`; None where there is none."""
        prefix = _PREFIX.match(self._query, at)
        if prefix is None:
            return None
        name = prefix[1]
        if name in FIELDS or name in ALIASES:
            self._add(Sort.FIELD, prefix[0], at)
        elif name in ("cs", "forms"):
            self._add(Sort.CASED if name == "cs" else Sort.FORMS, prefix[0], at)
        elif times := _REPEAT_PREFIX.fullmatch(name):
            number = self._number("E-ATLEAST", times[1], (1, MOST_TIMES), at)
            self._add(Sort.AT_LEAST, prefix[0], at, number)
        elif words := _NEAR_PREFIX.fullmatch(name):
            return self._near_prefix(words[1], prefix)
        else:
            return self._unknown_field(prefix)
        return prefix.end()

    def _unknown_field(self, prefix: re.Match[str]) -> int:
        """What stands behind it is most likely no query either: the rest of an address, a time."""
        self._refuse("E-FIELD", prefix.start(), _no_field(prefix[1]))
        term = _TERM.match(self._query, prefix.start())
        assert term is not None
        is_group = term.end() == prefix.end()
        self._add(Sort.FIELD if is_group else Sort.PHRASE, term[0], prefix.start())
        return term.end()

    def _near_prefix(self, digits: str, prefix: re.Match[str]) -> int:
        at = prefix.end()
        if space := _SPACE.match(self._query, at):
            at = space.end()
        number = self._number("E-NEAR", digits, (0, MOST_WORDS), prefix.start())
        if self._query[at : at + 1] not in tuple(QUOTES):
            message = f'`{prefix[0]}` wants two words in double quotes: {prefix[0]}"a b"'
            raise self._syntax(prefix.start(), message)
        return self._phrase(at, number, prefix.start())

    def _term(self, at: int) -> int:
        term = _TERM.match(self._query, at)
        end = term.end() if term else at
        if self._query[end : end + 1] == "\\":
            raise self._syntax(end, "`\\` has no character after it")
        written = self._query[at:end]
        if counted := _COUNTED.fullmatch(written):
            self._counted(counted, at)
        elif written in _WORDS:
            self._add(Sort[written], written, at)
        elif written in _REACHES:
            self.lexed.lexemes.append(Lexeme(Sort.NEAR, written, at, reach=Reach(written)))
        elif written[0] == "@" and len(written) > 1:
            self._add(Sort.LISTED, written[1:], at)
        else:
            self._word(written, at)
        return end

    def _counted(self, counted: re.Match[str], at: int) -> None:
        name, digits, written = counted[1], counted[2] or "", counted[0]
        if name == "ATLEAST":
            number = self._number("E-ATLEAST", digits, (1, MOST_TIMES), at)
            self._add(Sort.AT_LEAST, written, at, number)
        else:
            number = self._number("E-NEAR", digits, (0, MOST_WORDS), at)
            self.lexed.lexemes.append(Lexeme(Sort.NEAR, written, at, number, Reach(name)))

    def _word(self, written: str, at: int) -> None:
        if _FOREIGN_START.match(written) or _FOREIGN.search(unescaped(written)):
            message = (
                f'`{written}` is the syntax of another tool: put it in double quotes, "{written}"'
            )
            self._refuse("E-SYNTAX", at, message)
        self._add(Sort.TERM, written, at)
        if _LOWER_OPERATOR.fullmatch(written):
            message = f"`{written}` is a word here; the operator is written {written.upper()}"
            self.lexed.notes.append(QueryProblem("N-CASE", at, message))

    def _number(self, code: str, digits: str, bounds: tuple[int, int], at: int) -> int:
        """The number, or the least one where it is refused."""
        least, most = bounds
        number = int(digits) if _NUMBER.fullmatch(digits) else -1
        if least <= number <= most:
            return number
        example = "ATLEAST/3" if code == "E-ATLEAST" else "NEAR/5"
        self._refuse(code, at, f"a number from {least} to {most} is wanted here, as in {example}")
        return least

    def _syntax(self, at: int, message: str) -> QueryError:
        """What stops the reading, after what was found before it."""
        problem = QueryProblem("E-SYNTAX", at, message)
        return QueryError(self._query, (*self.lexed.problems, problem))


def _unslashed(escape: re.Match[str]) -> str:
    return "/" if escape[1] == "/" else escape[0]


def _no_field(name: str) -> str:
    return (
        f"there is no field `{name}:`; the fields are {', '.join(sorted(FIELDS))}. "
        "A colon that belongs to the text needs double quotes around it"
    )
