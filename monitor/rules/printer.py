"""Print a query in its one normal form (clause 15 of the rule language).

Parsing what is printed gives an equal tree.  Changes nothing in how a word is written.
"""

from __future__ import annotations

from monitor.rules.tree import (
    And,
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
)


def show(node: Node) -> str:
    """The query in normal form."""
    if isinstance(node, Or):
        return " OR ".join(_grouped(part, And | Or) for part in node.parts)
    if isinstance(node, And):
        first, *others = node.parts
        return _grouped(first, And | Or) + "".join(map(_joined, others))
    if isinstance(node, Not):
        return f"NOT {_grouped(node.part, And | Or)}"
    if isinstance(node, Near):
        left, right = _grouped(node.left, And | Or), _grouped(node.right, And | Or | Near)
        return f"{left} {operator(node)} {right}"
    if isinstance(node, Field):
        return f"{node.name}:{_grouped(node.part, And | Or | Not | Near)}"
    if isinstance(node, AtLeast):
        return f"ATLEAST/{node.count} {_grouped(node.part, And | Or | Not | Near)}"
    return _leaf(node)


def operator(node: Near) -> str:
    """`NOT NEAR/6`"""
    counted = node.reach in (Reach.NEAR, Reach.ONEAR)
    return ("NOT " if node.free else "") + node.reach + (f"/{node.words}" if counted else "")


def _leaf(leaf: Term | Phrase | Cased | Forms | Listed | Regex) -> str:
    if isinstance(leaf, Term):
        return leaf.written
    if isinstance(leaf, Phrase):
        return f'"{leaf.written}"'
    if isinstance(leaf, Cased):
        return f"cs:{_leaf(leaf.part)}"
    if isinstance(leaf, Forms):
        return f"forms:{leaf.word.written}"
    if isinstance(leaf, Listed):
        return f"@{leaf.name}"
    pattern = leaf.pattern.replace("/", "\\/")
    return f"/{pattern}/{'i' if leaf.ignores_case else ''}"


def _joined(part: Node) -> str:
    return f" {show(part)}" if isinstance(part, Not) else f" AND {_grouped(part, And | Or)}"


def _grouped(part: Node, kinds: object) -> str:
    return f"({show(part)})" if isinstance(part, kinds) else show(part)  # type: ignore[arg-type]
