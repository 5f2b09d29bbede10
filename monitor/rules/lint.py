"""What is wrong with a query that can be parsed: its meaning is empty, unsafe or not read yet.

Looks at the query alone, never at the archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import normalize

from monitor.errors import QueryProblem
from monitor.model import Answer
from monitor.rules.logic import all_of, any_of, opposite
from monitor.rules.phrases import links
from monitor.rules.tree import (
    CASED_FIELDS,
    WHOLE_FIELDS,
    And,
    Field,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Term,
    leaf_text,
    leaves,
    unescaped,
)
from monitor.text import Kind, tokens

# Words that are also written as acronyms, then English function words, of up to four letters.
_COMMON_WORDS = """
    us it who un ice aid mod
    a an the this that such some any all both each few more most much many none no not
    and or but nor so yet if as than then when what how why
    at by for from in into of off on onto out over per to up upon via with down near past till
    i me my we our ours you your he him his she her hers its they them one whom
    am is are was were be been do does did done has have had may must can will
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_LONGEST_COMMON = max(map(len, _COMMON))


def lint(node: Node) -> list[QueryProblem]:
    """All problems of a parsed query, in the order of their positions."""
    problems = [problem for field, leaf in leaves(node) for problem in _of_leaf(field, leaf)]
    if _when_all_absent(node) is Answer.YES:
        message = "this matches what holds none of its words: say what must be there, with AND"
        problems.append(QueryProblem("E-NEG", next(_nots(node)).position, message))
    return sorted(problems, key=lambda problem: problem.position)


def _of_leaf(field: str, leaf: Leaf) -> Iterator[QueryProblem]:
    text = leaf_text(leaf)
    whole = field in WHOLE_FIELDS
    signs = set("*") if whole else set("*?")
    if signs.intersection(unescaped(leaf.written)):
        yield QueryProblem(
            "E-LATER",
            leaf.position,
            "wildcards are not read yet: write the forms out, or use any:; "
            "a sign that belongs to the text is written `\\*` or `\\?`",
        )
    elif not (any(map(str.isalnum, text)) if whole else links(text)):
        shown = f"`{leaf.written}`" if isinstance(leaf, Term) else f'`"{leaf.written}"`'
        yield QueryProblem("E-EMPTY", leaf.position, f"{shown} holds no letter and no digit")
    elif field in CASED_FIELDS and (word := _common_in_capitals(text)):
        yield QueryProblem(
            "E-ACRO",
            leaf.position,
            f"{word} is also the word `{word.lower()}`, and would find it: write "
            f"{word.lower()} if that is wanted, else a phrase that tells the two apart "
            f"(cs:{word}, for the capitals alone, is not read yet)",
        )


def _common_in_capitals(text: str) -> str | None:
    """The one word of `text` without its dots, if it is in capitals and a common English word."""
    found = tokens(text)
    if len(found) != 1 or found[0].kind is not Kind.WORD:
        return None
    word = normalize("NFKC", text[found[0].start : found[0].end]).replace(".", "")
    known = len(word) <= _LONGEST_COMMON and word.lower() in _COMMON
    return word if known and word.isupper() else None


def _when_all_absent(node: Node) -> Answer:
    """The answer for an item that holds none of the leaves."""
    if isinstance(node, Term | Phrase):
        return Answer.NO
    if isinstance(node, Field):
        return _when_all_absent(node.part)
    if isinstance(node, Not):
        return opposite(_when_all_absent(node.part))
    combine = all_of if isinstance(node, And) else any_of
    return combine(map(_when_all_absent, node.parts))


def _nots(node: Node) -> Iterator[Not]:
    if isinstance(node, Not):
        yield node
    elif isinstance(node, Field):
        yield from _nots(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from _nots(part)
