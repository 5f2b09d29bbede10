"""Sets of places as numbers, one bit for each position of a text.

A set of places is a number for each length: bit p of `places[n]` says that a place begins at
position p and goes n positions further (0: a single word).  So a step over all places of a text is
a few shifts of one long number, and a text of one repeated word costs what any other does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from monitor.errors import WirewatchError

Places = dict[int, int]

_FEW = 64  # positions that are set one by one sooner than by a string of digits


class TooCostly(WirewatchError):
    """What a query asks would take too long over this text."""


def to_bits(positions: Iterable[int]) -> int:
    some = list(positions)
    if len(some) <= _FEW:
        bits = 0
        for position in some:
            bits |= 1 << position
        return bits
    digits = bytearray(b"0") * (max(some) + 1)
    for position in some:
        digits[position] = 49  # "1"
    digits.reverse()
    return int(digits, 2)


def positions(bits: int) -> Iterator[int]:
    """Where the bits are, ascending."""
    digits = f"{bits:b}"[::-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def mirrored(bits: int, size: int) -> int:
    """Position p as size - 1 - p."""
    return int(f"{bits:0{size}b}"[::-1], 2)


def up(bits: int, more: int) -> int:
    """Each position and so many above it."""
    reached = 0
    while reached < more:
        step = min(reached + 1, more - reached)
        bits |= bits << step
        reached += step
    return bits


def down(bits: int, more: int) -> int:
    """Each position and so many below it."""
    reached = 0
    while reached < more:
        step = min(reached + 1, more - reached)
        bits |= bits >> step
        reached += step
    return bits


def starts(places: Places) -> int:
    """Positions at which some place begins."""
    found = 0
    for bits in places.values():
        found |= bits
    return found


def ends(places: Places) -> int:
    """Positions at which some place ends."""
    found = 0
    for length, bits in places.items():
        found |= bits << length
    return found


def union(some: Iterable[Places]) -> Places:
    found: Places = {}
    for places in some:
        for length, bits in places.items():
            found[length] = found.get(length, 0) | bits
    return found


def among(places: Places, others: Places) -> Places:
    """What both hold."""
    both = {length: bits & others.get(length, 0) for length, bits in places.items()}
    return {length: bits for length, bits in both.items() if bits}


def outermost(places: Places) -> Places:
    """Those that do not lie inside another."""
    kept: Places = {}
    covered = longer = 0  # positions at which a place of the length before lies inside a longer one
    for length in sorted(places, reverse=True):
        if kept:
            covered = up(covered | places[longer], longer - length)
        kept[length] = places[length] & ~covered
        longer = length
    return kept


def count(places: Places) -> int:
    return sum(bits.bit_count() for bits in places.values())


def first(places: Places, most: int) -> list[tuple[int, int]]:
    """(first, last) of so many places in order; no two may begin at one position."""
    begun = list(islice(positions(starts(places)), most))
    if not begun:
        return []
    near = (1 << (begun[-1] + 1)) - 1
    return sorted(
        (at, at + length) for length, bits in places.items() for at in positions(bits & near)
    )


def apart(places: Places, most: int) -> int:
    """How many places do not overlap, counted from the left, but no more than so many."""
    found = at = 0
    while found < most:
        ahead = {length: rest for length, bits in places.items() if (rest := bits >> at)}
        if not ahead:
            break
        begin, length = min(((rest & -rest).bit_length(), length) for length, rest in ahead.items())
        at += begin + length
        found += 1
    return found
