"""A parsed query as a tree, and its one normal way of being printed.

Says nothing of what a node means for an item: that is `evaluate`.  Positions, which count code
points of the query from 0, do not take part in equality.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

DEFAULT_FIELD = "text"
# In these a term is compared with the whole value; in the others it is looked for among the words.
WHOLE_FIELDS = frozenset({"source", "site", "lang", "wire", "tag"})
CASED_FIELDS = frozenset({"text", "title", "lead", "body"})
FIELDS = WHOLE_FIELDS | CASED_FIELDS | {"url", "section", "author", "place"}

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Term:
    """A bare word as written, escapes included; several tokens in it are a phrase."""

    written: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """What stands between two double quotes, as written."""

    written: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Node
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """`part` asked of one field; never holds another Field."""

    name: str
    part: Node


Leaf = Term | Phrase
Node = Leaf | And | Or | Not | Field


def leaf_text(leaf: Leaf) -> str:
    """What the leaf asks for, its escapes resolved."""
    return _ESCAPED.sub(r"\1", leaf.written)


def unescaped(written: str) -> str:
    """`written` without its escaped characters: what may have a meaning of its own."""
    return _ESCAPED.sub("", written)


def leaves(node: Node, field: str = DEFAULT_FIELD) -> Iterator[tuple[str, Leaf]]:
    """(field, leaf) of every leaf, in the order of the query."""
    if isinstance(node, Term | Phrase):
        yield field, node
    elif isinstance(node, Field):
        yield from leaves(node.part, node.name)
    elif isinstance(node, Not):
        yield from leaves(node.part, field)
    else:
        for part in node.parts:
            yield from leaves(part, field)


def conjunction(parts: list[Node]) -> Node:
    """AND of the parts, flat; one part stays itself."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(parts: list[Node]) -> Node:
    """OR of the parts, flat; one part stays itself."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def show(node: Node) -> str:
    """The query in normal form; parsing it again gives an equal tree."""
    if isinstance(node, Term):
        return node.written
    if isinstance(node, Phrase):
        return f'"{node.written}"'
    if isinstance(node, Field):
        single = isinstance(node.part, Term | Phrase)
        return f"{node.name}:{show(node.part) if single else _in_parentheses(node.part)}"
    if isinstance(node, Not):
        return f"NOT {_operand(node.part)}"
    if isinstance(node, Or):
        return " OR ".join(_operand(part) for part in node.parts)
    first, *others = node.parts
    return _operand(first) + "".join(
        f" {show(part)}" if isinstance(part, Not) else f" AND {_operand(part)}" for part in others
    )


def _operand(node: Node) -> str:
    return _in_parentheses(node) if isinstance(node, And | Or) else show(node)


def _in_parentheses(node: Node) -> str:
    return f"({show(node)})"
