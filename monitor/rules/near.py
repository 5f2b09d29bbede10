"""NEAR, ONEAR, SENT, PARA, their NOTs, and ATLEAST, in one space (clauses 8 and 12).

A chain is walked from the left with all pairs that fit, then back to tell what took part in one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.rules.bits import Places, among, apart, union
from monitor.rules.hits import Hits
from monitor.rules.occurrences import Words, alternatives, places
from monitor.rules.reach import (
    Joint,
    Units,
    in_unit,
    in_words,
    without_in_unit,
    without_in_words,
)
from monitor.rules.spaces import Space
from monitor.rules.tree import AtLeast, Near, Node, Reach

# What takes part, by leaf.
Found = dict[Words, list[Hits]]


@dataclass(frozen=True, slots=True)
class _Side:
    """One operand: its leaves' places, and all of them together."""

    found: Found
    places: Places


def near(node: Near, space: Space, language: str | None, *, maybes: bool) -> Found:
    """Each leaf's places that take part in some fit; empty if nothing fits."""
    first, links = _chain(node)
    left = _side(first, space, language, maybes)
    kept, sides = _kept(left, links, space, language, maybes)
    hits: Found = {}
    fitting: dict[Words, list[Places]] = {}
    for side, some in zip([left, *sides], kept, strict=True):
        for leaf, found in side.found.items():
            hits[leaf] = found
            fitting.setdefault(leaf, []).append(some)
    return _standing(
        {
            leaf: [replace(one, places=among(one.places, union(fitting[leaf]))) for one in found]
            for leaf, found in hits.items()
        }
    )


def at_least(node: AtLeast, space: Space, language: str | None, *, maybes: bool) -> Found:
    """Each leaf's places, if there are enough that do not overlap, counted from the left."""
    side = _side(node.part, space, language, maybes)
    return _standing(side.found) if apart(side.places, node.count) == node.count else {}


def _standing(found: Found) -> Found:
    """Less the leaves that stand nowhere."""
    return {leaf: hits for leaf, hits in found.items() if any(one.places for one in hits)}


def _chain(node: Near) -> tuple[Node, list[Near]]:
    """The first operand, and each NEAR with what is on its right."""
    links: list[Near] = []
    left: Node = node
    while isinstance(left, Near):
        links.append(left)
        left = left.left
    return left, links[::-1]


def _side(operand: Node, space: Space, language: str | None, maybes: bool) -> _Side:
    found = {leaf: places(leaf, space, language, maybes=maybes) for leaf in alternatives(operand)}
    return _Side(found, union(one.places for hits in found.values() for one in hits))


def _kept(
    left: _Side, links: list[Near], space: Space, language: str | None, maybes: bool
) -> tuple[list[Places], list[_Side]]:
    """What takes part of the first side and of each link's right one, and those sides."""
    sides: list[_Side] = []
    steps: list[Joint | None] = []
    pairs = left.places
    nothing: list[Places] = [{} for _ in range(len(links) + 1)]
    last: tuple[Places, Places] = (pairs, {})
    for number, link in enumerate(links):
        if not any(pairs.values()):
            return nothing[: len(sides) + 1], sides
        side = _side(link.right, space, language, maybes != link.free)
        # What must not stand there takes no part, though the same leaf may elsewhere.
        sides.append(_Side({}, {}) if link.free else side)
        if link.free:
            pairs, joint = _free(link, pairs, side.places, space), None
            last = (pairs, {})
        elif number == len(links) - 1:
            joint = None
            last = _last(link, pairs, side.places, space)
        else:
            joint, pairs = _joined(link, pairs, side.places, space)
        steps.append(joint)
    kept, rights = last[0], [last[1]]
    for joint in steps[-2::-1]:
        kept, right = joint.kept_sides(kept) if joint is not None else (kept, {})
        rights.append(right)
    return [kept, *rights[::-1]], sides


def _free(link: Near, left: Places, right: Places, space: Space) -> Places:
    if link.words is not None:
        return without_in_words(left, right, link.words)
    return without_in_unit(left, right, _units(link, space))


def _last(link: Near, left: Places, right: Places, space: Space) -> tuple[Places, Places]:
    if link.words is not None:
        return in_words(left, right, link.words, ordered=link.reach is Reach.ONEAR)
    return in_unit(left, right, _units(link, space))


def _joined(link: Near, left: Places, right: Places, space: Space) -> tuple[Joint, Places]:
    if link.words is not None:
        joint = Joint(left, right, link.words, ordered=link.reach is Reach.ONEAR)
        return joint, joint.pairs()
    units = _units(link, space)
    joint = Joint(left, right, units.longest, ordered=False)
    return joint, units.only_inside(joint.pairs())


def _units(link: Near, space: Space) -> Units:
    return space.sentences if link.reach is Reach.SENT else space.paragraphs
