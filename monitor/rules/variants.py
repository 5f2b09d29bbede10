"""A query with one part left out, for each part that can be: does that part do anything?

Asks no article; `review` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from monitor.rules.printer import operator, show
from monitor.rules.tree import (
    And,
    AtLeast,
    Field,
    Near,
    Node,
    Not,
    Or,
    conjunction,
    disjunction,
)

_Rebuild = Callable[[Node], Node]


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """`node` is the query without `left_out`, which stands at `position`.

    `path` leads to the part: that of a part inside it begins with it.
    """

    node: Node
    left_out: str
    position: int
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A part of the query: how the whole is made of another in its place."""

    part: Node
    rebuild: _Rebuild
    path: tuple[int, ...]

    def inside(self, part: Node, rebuild: _Rebuild, number: int) -> _Spot:
        def whole(other: Node) -> Node:
            return self.rebuild(rebuild(other))

        return _Spot(part, whole, (*self.path, number))


def variants(node: Node) -> Iterator[Variant]:
    """One part left out at a time; nothing of what a list holds."""
    yield from _of(_Spot(node, lambda other: other, ()))


def _of(spot: _Spot) -> Iterator[Variant]:
    part = spot.part
    if isinstance(part, And | Or):
        yield from _of_row(spot, part)
    elif isinstance(part, Near):
        yield from _of_near(spot, part)
    elif isinstance(part, Not | Field | AtLeast):
        outer = part
        yield from _of(spot.inside(part.part, lambda other: replace(outer, part=other), 0))


def _of_row(spot: _Spot, row: And | Or) -> Iterator[Variant]:
    join = conjunction if isinstance(row, And) else disjunction
    for number, part in enumerate(row.parts):
        before, after = list(row.parts[:number]), list(row.parts[number + 1 :])
        rest = spot.rebuild(join(before + after))
        yield Variant(rest, show(part), _position(part), (*spot.path, number))
        yield from _of(spot.inside(part, _among(join, before, after), number))


def _among(join: Callable[[list[Node]], Node], before: list[Node], after: list[Node]) -> _Rebuild:
    return lambda other: join([*before, other, *after])


def _of_near(spot: _Spot, near: Near) -> Iterator[Variant]:
    """`a NEAR/3 b` without its `NEAR/3 b`; then the alternatives on either side."""
    right = f"({show(near.right)})" if isinstance(near.right, Or) else show(near.right)
    text = f"{operator(near)} {right}"
    yield Variant(spot.rebuild(near.left), text, near.position, (*spot.path, 1))
    yield from _of(spot.inside(near.left, lambda other: replace(near, left=other), 0))
    yield from _of(spot.inside(near.right, lambda other: replace(near, right=other), 1))


def _position(node: Node) -> int:
    if isinstance(node, And | Or):
        return _position(node.parts[0])
    if isinstance(node, Near):
        return _position(node.left)
    return node.position
