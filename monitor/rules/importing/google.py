"""Google's search syntax, as its web search, news and alerts take it.

Side by side is AND; OR, which may be written `|`, holds closer than that.
https://support.google.com/websearch/answer/2466433
"""

from __future__ import annotations

import re
from collections.abc import Callable

from monitor.rules.importing import operators
from monitor.rules.importing.building import (
    Draft,
    in_field,
    is_distance,
    is_operand,
    literal,
    near,
    word,
)
from monitor.rules.tree import Near, Node, Not, Phrase, conjunction, disjunction

_SPACE = re.compile(r"\s*")
_END = r"(?![^\s()])"
_OR = re.compile(rf"(?:OR{_END}|\|)")
_AND = re.compile(rf"AND{_END}")
_NOT = re.compile(rf"NOT{_END}")
_AROUND = re.compile(r"AROUND\s*\(\s*(\d+)\s*\)")
_PHRASE = re.compile(r'["“”„]([^"“”„]*)["“”„]')
_OPERATOR = re.compile(r"(\w+):")
_STAR = re.compile(rf"\*{_END}")
_WORD = re.compile(r'[^\s()"“”„|]+')
_GAP = 5  # words: what a `*` between two words of a phrase may stand for
_DEEPEST = 50


def read(query: str, draft: Draft) -> Node | None:
    """None where nothing is left of it."""
    reader = _Reader(query, draft)
    node = reader.row(0)
    if reader.at < len(query):
        raise draft.broken(reader.at, "this `)` closes no `(`")
    return node


class _Reader:
    def __init__(self, query: str, draft: Draft) -> None:
        self.at = 0
        self._query = query
        self._draft = draft
        self._stemmed = False

    def row(self, depth: int) -> Node | None:
        """What stands side by side, up to a `)` or the end."""
        found: list[Node] = []
        self._take(_SPACE)
        while not self._ended():
            self._take(_AND)
            either = self._either(depth)
            found += [] if either is None else [either]
        return conjunction(found) if found else None

    def _either(self, depth: int) -> Node | None:
        found = [self._around(depth)]
        while self._take(_OR):
            found.append(self._around(depth))
        kept = [node for node in found if node is not None]
        return disjunction(kept) if kept else None

    def _around(self, depth: int) -> Node | None:
        start = self.at
        node = self._negated(depth)
        while found := self._take(_AROUND):
            right = self._negated(depth)
            if not is_distance(found[1]):
                message = f"words are at most 50 apart here, not {found[1]}"
                self._draft.refuse("E-IMPORT", found.start(), message)
            elif node is not None and right is not None:
                node = self._near(node, right, int(found[1]), start)
        return node

    def _near(self, left: Node, right: Node, words: int, start: int) -> Node:
        if not (isinstance(left, Near) or is_operand(left)) or not is_operand(right):
            message = "AROUND stands between words, phrases, or an OR of those"
            self._draft.refuse("E-NEAR", start, message)
            return left
        return near([left, right], words, start)

    def _negated(self, depth: int) -> Node | None:
        start = self.at
        if self._ended() or _OR.match(self._query, start):
            raise self._draft.broken(max(start - 1, 0), "a word, a phrase or `(` is wanted here")
        if _NOT.match(self._query, start):
            self._draft.refuse(
                "E-IMPORT", start, "Google has no NOT, it is a word there: write -word"
            )
            self.at += len("NOT")
            self._take(_SPACE)
            return None if self._ended() else self._negated(depth)
        if self._query[start] == "-" and self._query[start + 1 : start + 2].strip(" )"):
            self.at += 1
            node = self._atom(depth)
            return None if node is None else Not(node, start)
        return self._atom(depth)

    def _atom(self, depth: int) -> Node | None:
        """One of what can be sought, and the blanks behind it."""
        letter = self._query[self.at]
        if letter == "|":
            raise self._draft.broken(self.at, "a word, a phrase or `(` is wanted here")
        if letter == "(":
            node = self._group(depth)
        elif operator := _OPERATOR.match(self._query, self.at):
            node = self._operator(operator, depth)
        elif letter in '"“”„':
            node = self._phrase()
        else:
            node = self._word()
        self._take(_SPACE)
        return node

    def _group(self, depth: int) -> Node | None:
        start = self.at
        if depth >= _DEEPEST:
            message = f"more than {_DEEPEST} parentheses inside one another"
            raise self._draft.broken(start, message)
        self.at += 1
        node = self.row(depth + 1)
        if self.at >= len(self._query):
            raise self._draft.broken(start, "this `(` is never closed")
        self.at += 1
        return node

    def _operator(self, operator: re.Match[str], depth: int) -> Node | None:
        name, start = operator[1].lower(), self.at
        if name in operators.IN_FIELD:
            return self._in_field(operators.IN_FIELD[name], operator.end(), self._atom, depth)
        if name in operators.ALL_IN_FIELD:
            return self._in_field(operators.ALL_IN_FIELD[name], operator.end(), self.row, depth)
        value = _WORD.match(self._query, operator.end())
        quoted = _PHRASE.match(self._query, operator.end())
        taken = quoted or value
        end = taken.end() if taken else operator.end()
        if name == "site":
            if not taken:
                message = "`site:` must be followed by one host, as in site:example.org"
                raise self._draft.broken(start, message)
            self.at = end
            return self._site(quoted[1] if quoted else taken[0], start)
        if name in operators.DROPPED:
            self.at = end
            message = f"`{self._query[start:end]}` is left out: rules judge what arrives, whenever"
            self._draft.note("N-DATE", start, message)
            return None
        if why := operators.refusal(name):
            self.at = end
            self._draft.refuse("E-IMPORT", start, why)
            return None
        return self._word()

    def _site(self, value: str, start: int) -> Node | None:
        if "*" in value.removeprefix("*"):
            message = "`*` stands only before the dot of a host here: write the hosts, OR-ed"
            self._draft.refuse("E-IMPORT", start, message)
            return None
        return operators.site(value, start)

    def _in_field(
        self, field: str, end: int, read: Callable[[int], Node | None], depth: int
    ) -> Node | None:
        start, self.at = self.at, end
        self._take(_SPACE)
        if self._ended():
            name = self._query[start:end]
            raise self._draft.broken(start, f"`{name}` must be followed by a word or a phrase")
        node = read(depth)
        return None if node is None else in_field(field, node, start)

    def _phrase(self) -> Node | None:
        found = _PHRASE.match(self._query, self.at)
        if found is None:
            raise self._draft.broken(self.at, "this double quote is never closed")
        start, self.at = self.at, found.end()
        parts = [" ".join(part.split()) for part in re.split(r"(?:^|\s)(?:\*(?:\s|$))+", found[1])]
        sides: list[Node] = [Phrase(self._written(part, start), start) for part in parts if part]
        if len(sides) > 1:
            message = f"`*` stands for some words; here for {_GAP} at most"
            self._draft.note("N-STAR", start, message)
            bare = [word(side.written, start) for side in sides if isinstance(side, Phrase)]
            return near(bare, _GAP, start, ordered=True)
        return sides[0] if sides else Phrase("", start)

    def _word(self) -> Node | None:
        found = _WORD.match(self._query, self.at)
        assert found is not None
        start, self.at = self.at, found.end()
        if _STAR.match(self._query, start):
            self._draft.note("N-STAR", start, "`*` by itself asks for nothing, and is left out")
            return None
        if ".." in found[0] and re.fullmatch(r"\$?\d+\.\.\$?\d*|\$?\d*\.\.\$?\d+", found[0]):
            message = "ranges cannot be asked for: articles are not compared by size"
            self._draft.refuse("E-IMPORT", start, message)
            return None
        text = found[0].lstrip("+~") if found[0][0] in "+~" else found[0]
        if not any(map(str.isalnum, text)):
            return None  # Google takes no notice of it either
        self._note_stems(found[0], start)
        self._draft.note_case(text, start)
        return word(self._written(text, start), start)

    def _written(self, text: str, start: int) -> str:
        """Google knows no letters left open; who writes `bomb*` means some all the same."""
        if re.search(r"\w\*", text):
            message = "Google takes no notice of a `*` in a word; here it is a wildcard"
            self._draft.note("N-STAR", start, message)
            return re.sub(r"(?<=\w)\\\*", "*", literal(text))
        return literal(text)

    def _note_stems(self, written: str, start: int) -> None:
        if not self._stemmed and written[0] != "+" and written.isalpha():
            self._stemmed = True
            message = (
                f"Google also finds other forms and synonyms of `{written}` and of other words "
                f"without quotes; here a word is itself: write forms:{written} or list them"
            )
            self._draft.note("N-FORMS", start, message)

    def _ended(self) -> bool:
        return self._query[self.at : self.at + 1] in ("", ")")

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What stands here, and the blanks behind it."""
        found = pattern.match(self._query, self.at)
        if found is not None:
            space = _SPACE.match(self._query, found.end())
            self.at = space.end() if space else found.end()
        return found
