"""Why a query answers as it does, part by part: the tree of the query with the answer of each.

Words and layout are for others; decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import Answer, Span
from monitor.rules.evaluate import evaluate
from monitor.rules.fields import Fields
from monitor.rules.printer import operator, show
from monitor.rules.tree import (
    DEFAULT_FIELD,
    LEAVES,
    And,
    AtLeast,
    Field,
    Near,
    Node,
    Not,
    Or,
    parts_of,
)


@dataclass(frozen=True, slots=True)
class Part:
    """`written`: a leaf as it is printed, else the operator (`OR`, `NEAR/6`, `title:`).

    `spans`: where it is found, also below a NOT and in a branch whose answer is no, so that it can
    be seen what stood in the way; at most 100 a leaf.
    """

    written: str
    field: str
    answer: Answer
    spans: tuple[Span, ...]
    parts: tuple[Part, ...]

    @property
    def is_leaf(self) -> bool:
        return not self.parts


def account(node: Node, fields: Fields, field: str = DEFAULT_FIELD) -> Part:
    """What each part of a query says of an item by itself.

    Raises TooCostly where a chain of NEARs cannot be judged in a second.
    """
    found = evaluate(node, fields, field)
    inner = node.name if isinstance(node, Field) else field
    parts = tuple(account(part, fields, inner) for part in parts_of(node))
    return Part(_written(node), inner, found.answer, tuple(sorted(set(found.spans))), parts)


def _written(node: Node) -> str:
    if isinstance(node, LEAVES):
        return show(node)
    if isinstance(node, Near):
        return operator(node)
    if isinstance(node, Field):
        return f"{node.name}:"
    if isinstance(node, AtLeast):
        return f"ATLEAST/{node.count}"
    return {And: "AND", Or: "OR", Not: "NOT"}[type(node)]
