"""A parsed query as a tree: what was asked, as it was written.

Says neither how a node is printed (`printer`) nor what it means for an item (`evaluate`).
Positions, which count code points of the query from 0, do not take part in equality.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

DEFAULT_FIELD = "text"
# In these a term is compared with the whole value; in the others it is looked for among the words.
WHOLE_FIELDS = frozenset({"source", "site", "lang", "wire", "tag"})
CASED_FIELDS = frozenset({"text", "title", "lead", "body"})
FIELDS = WHOLE_FIELDS | CASED_FIELDS | {"url", "section", "author", "place"}

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Reach(StrEnum):
    """How far from one another the two sides of a NEAR may stand."""

    NEAR = "NEAR"  # so many words, either order
    ONEAR = "ONEAR"  # so many words, in the order given
    SENT = "SENT"  # one sentence
    PARA = "PARA"  # one paragraph


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
class Cased:
    """`cs:` and a word or phrase: exact case and marks."""

    part: Term | Phrase
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Forms:
    """`forms:` and a word: all that has the same lemma in the item's language."""

    word: Term
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """`@name`: a named list, its entries OR-ed.  They are part of what the query asks for."""

    name: str
    entries: tuple[Phrase | Cased, ...]
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Regex:
    """`/pattern/` for RE2 over the text as stored; `\\/` is read as `/`."""

    pattern: str
    ignores_case: bool = False
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Two sides within a reach; `words` for NEAR and ONEAR.  Only `left` may be another Near.

    `free`: NOT NEAR, that is a `left` with no `right` in reach.
    """

    left: Node
    right: Node
    reach: Reach
    words: int | None = None
    free: bool = False
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`part` at least `count` times in one field."""

    count: int
    part: Node
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
    position: int = field(default=0, compare=False)


Word = Term | Phrase
Leaf = Term | Phrase | Cased | Forms | Listed | Regex
Node = Leaf | Near | AtLeast | And | Or | Not | Field
LEAVES = (Term, Phrase, Cased, Forms, Listed, Regex)


def leaf_text(leaf: Word) -> str:
    """What the word or phrase asks for, its escapes resolved."""
    return _ESCAPED.sub(r"\1", leaf.written)


def unescaped(written: str) -> str:
    """`written` without its escaped characters: what may have a meaning of its own."""
    return _ESCAPED.sub("", written)


def parts_of(node: Node) -> tuple[Node, ...]:
    """What the node is made of, in the order of the query; nothing for a leaf."""
    if isinstance(node, And | Or):
        return node.parts
    if isinstance(node, Near):
        return (node.left, node.right)
    if isinstance(node, Not | Field | AtLeast):
        return (node.part,)
    return ()


def leaves(node: Node, field: str = DEFAULT_FIELD) -> Iterator[tuple[str, Leaf]]:
    """(field, leaf) of every leaf, in the order of the query."""
    if isinstance(node, LEAVES):
        yield field, node
        return
    inner = node.name if isinstance(node, Field) else field
    for part in parts_of(node):
        yield from leaves(part, inner)


def conjunction(parts: list[Node]) -> Node:
    """AND of the parts, flat; one part stays itself."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(parts: list[Node]) -> Node:
    """OR of the parts, flat; one part stays itself."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))
