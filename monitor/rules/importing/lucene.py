"""Lucene's classic query syntax, as `query_string` of Elasticsearch and OpenSearch takes it.

Read as its own parser reads it: a row of clauses each of which must, should or must not be there,
where AND and OR only mark their neighbours.
https://lucene.apache.org/core/9_0_0/queryparser/org/apache/lucene/queryparser/classic/package-summary.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from monitor.rules.importing import leaves
from monitor.rules.importing.building import Draft, in_field
from monitor.rules.printer import show
from monitor.rules.tree import WHOLE_FIELDS, Node, Not, conjunction, disjunction

_SPACE = re.compile(r"\s*")
_OPERATOR = re.compile(r"(AND|OR|NOT)(?![^\s()])|(&&)|(\|\|)")
_MODIFIER = re.compile(r"[-+!](?=\S)")
_FIELD = re.compile(r"((?:\\.|[^\s\\:()\"\[\]{}^~/+!-])(?:\\.|[^\s\\:()\"\[\]{}^~/])*):\s*")
_BOOST = re.compile(r"\^(?:\d+(?:\.\d+)?|\.\d+)")
_SPELLED = {"&&": "AND", "||": "OR"}

# Common names of fields in other archives, and ours.
_FIELDS = {
    "title": "title", "headline": "title", "body": "body", "content": "body", "text": "text",
    "_all": "text", "lead": "lead", "url": "url", "link": "url", "uri": "url", "site": "site",
    "host": "site", "domain": "site", "source": "source", "publisher": "source",
    "section": "section", "category": "section", "author": "author", "byline": "author",
    "creator": "author", "lang": "lang", "language": "lang", "wire": "wire", "agency": "wire",
    "place": "place", "dateline": "place", "tag": "tag", "tags": "tag", "keyword": "tag",
    "keywords": "tag",
}  # fmt: skip
_DEEPEST = 50
_OF_WORDS = frozenset({"N-PARTS", "N-CASE"})  # of no concern where a value is compared whole


class _Occur(Enum):
    MUST = "+"
    SHOULD = ""
    NOT = "-"


@dataclass(slots=True)
class _Clause:
    occur: _Occur
    node: Node
    position: int


def read(query: str, draft: Draft) -> Node | None:
    """None where nothing is left of it."""
    reader = _Reader(query, draft)
    node = reader.clauses(0)
    if reader.at < len(query):
        raise draft.broken(reader.at, "this `)` closes no `(`")
    return node


class _Reader:
    def __init__(self, query: str, draft: Draft) -> None:
        self.at = 0
        self._query = query
        self._draft = draft

    def clauses(self, depth: int) -> Node | None:
        """What stands side by side, up to a `)` or the end."""
        found: list[_Clause] = []
        joined: set[str] = set()
        self._skip()
        while self.at < len(self._query) and self._query[self.at] != ")":
            operator, start = self._operator(), self.at
            sign = self._modifier()
            clause = self._clause(depth)
            if operator == "OR" and sign == "-":
                self._draft.note("N-NOT", start, "Lucene's OR NOT leaves out, as NOT alone does")
            if operator == "AND" and found and found[-1].occur is _Occur.SHOULD:
                found[-1].occur = _Occur.MUST
            joined |= {operator or "nothing"} if found else set()
            if clause is not None:
                found.append(_Clause(_occur(operator, sign), clause, start))
            self._skip()
        return self._together(found, joined)

    def _operator(self) -> str | None:
        """AND or OR; NOT is left for the modifier."""
        found = _OPERATOR.match(self._query, self.at)
        if found is None or found[1] == "NOT":
            return None
        self._go(found.end())
        return _SPELLED.get(found[0], found[0])

    def _modifier(self) -> str | None:
        found = _OPERATOR.match(self._query, self.at)
        if found and found[1] == "NOT":
            self._go(found.end())
            return "-"
        sign = _MODIFIER.match(self._query, self.at)
        if sign is None:
            return None
        self.at = sign.end()
        return "+" if sign[0] == "+" else "-"

    def _clause(self, depth: int) -> Node | None:
        start = self.at
        prefix = _FIELD.match(self._query, start)
        if prefix is None:
            return self._atom(depth)
        self.at = prefix.end()
        name = _FIELDS.get(prefix[1])
        if leaf := leaves.existence(self._query, self.at, prefix[1]):
            self.at = leaf.end
            self._draft.refuse("E-IMPORT", start, leaf.why)
            return None
        if name is None:
            known = ", ".join(sorted(_FIELDS))
            message = f"there is no field like `{prefix[1]}:` here; these are understood: {known}"
            self._draft.refuse("E-FIELD", start, message)
        elif name != prefix[1]:
            self._draft.note("N-FIELD", start, f"`{prefix[1]}:` is `{name}:` here")
        node = self._atom(depth)
        if name in WHOLE_FIELDS:
            self._draft.notes = [
                n for n in self._draft.notes if n.code not in _OF_WORDS or n.position < start
            ]
        return None if node is None or name is None else in_field(name, node, start)

    def _atom(self, depth: int) -> Node | None:
        start = self.at
        if self._query[start : start + 1] in ("", ")"):
            raise self._draft.broken(max(start - 1, 0), "a word, a phrase or `(` is wanted here")
        if second := _OPERATOR.match(self._query, start) or _MODIFIER.match(self._query, start):
            message = f"a word, a phrase or `(` is wanted here, not `{second[0]}`"
            raise self._draft.broken(start, message)
        if self._query[start] == "(":
            node = self._group(depth)
        else:
            leaf = leaves.read(self._query, start, self._draft)
            node, self.at = leaf.node, leaf.end
        if boost := _BOOST.match(self._query, self.at):
            self._draft.note("N-RANK", self.at, f"`{boost[0]}` only ranks, and is left out")
            self.at = boost.end()
        return node

    def _group(self, depth: int) -> Node | None:
        start = self.at
        if depth >= _DEEPEST:
            message = f"more than {_DEEPEST} parentheses inside one another"
            raise self._draft.broken(start, message)
        self.at += 1
        problems = len(self._draft.problems)
        node = self.clauses(depth + 1)
        if self.at >= len(self._query):
            raise self._draft.broken(start, "this `(` is never closed")
        self.at += 1
        if node is None and len(self._draft.problems) == problems:
            self._draft.refuse("E-EMPTY", start, "there is nothing in these parentheses")
        return node

    def _together(self, found: Sequence[_Clause], joined: set[str]) -> Node | None:
        must = [one.node for one in found if one.occur is _Occur.MUST]
        should = [one for one in found if one.occur is _Occur.SHOULD]
        kept = must or ([disjunction([one.node for one in should])] if should else [])
        if must and should:
            self._note_ranking(must, should, joined)
        elif len(should) > 1 and "nothing" in joined:
            message = "Lucene takes words side by side for alternatives, unless set up otherwise"
            self._draft.note("N-OR", should[1].position, f"{message}: they are OR-ed")
        excluded: list[Node] = [
            Not(one.node, one.position) for one in found if one.occur is _Occur.NOT
        ]
        return conjunction(kept + excluded) if kept or excluded else None

    def _note_ranking(self, must: list[Node], should: list[_Clause], joined: set[str]) -> None:
        left_out = ", ".join(show(one.node) for one in should)
        message = f"beside what must be there this only ranks, and is left out: {left_out}"
        if "OR" in joined:
            message += (
                "; Lucene's AND makes both its sides a must, whatever OR stands beside it: if that "
                "is not what was meant, set parentheses"
            )
        self._draft.note("N-RANK", should[0].position, message)

    def _go(self, at: int) -> None:
        self.at = at
        self._skip()

    def _skip(self) -> None:
        space = _SPACE.match(self._query, self.at)
        assert space is not None
        self.at = space.end()


def _occur(operator: str | None, sign: str | None) -> _Occur:
    if sign == "-":
        return _Occur.NOT
    return _Occur.MUST if sign == "+" or operator == "AND" else _Occur.SHOULD
