"""What stands within reach of what: sets of places as numbers, one bit for each position.

A set of places is a number for each length: bit p of `places[n]` says that a place begins at
position p and goes n positions further (0: a single word).  So a step over all places of a text is
a few shifts of one long number, and a text of one repeated word costs what any other does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from monitor.errors import WirewatchError

Places = dict[int, int]

# Machine words that may be touched for one NEAR chain: some tenths of a second.
_MOST_WORK = 400_000_000


class TooCostly(WirewatchError):
    """A chain of NEARs over this text would take too long."""


class Units:
    """The sentences or paragraphs of a text: `starts` are the positions of their first words."""

    def __init__(self, starts: Iterable[int], size: int) -> None:
        self._starts = sorted({0, *starts})
        self._ends = [start - 1 for start in self._starts[1:]] + [max(size - 1, 0)]
        self._bounds = to_bits(self._starts[1:], size)
        self._inside = [(1 << (size + 1)) - 1]

    @property
    def longest(self) -> int:
        lengths = (end - start for start, end in zip(self._starts, self._ends, strict=True))
        return max(lengths) + 1

    def inside(self, length: int) -> int:
        """Positions from which a place of this length stays within one unit."""
        while len(self._inside) <= length:
            shifted = self._bounds >> len(self._inside)
            self._inside.append(self._inside[-1] & ~shifted)
        return self._inside[length]

    def only_inside(self, places: Places) -> Places:
        return {length: bits & self.inside(length) for length, bits in places.items()}

    def before_last_start(self, places: Places) -> int:
        """Positions of a unit before the start of some place in it."""
        last: dict[int, int] = {}
        for position in positions(starts(places)):
            last[self._unit(position)] = position
        return _ranges((self._starts[unit], at - 1) for unit, at in last.items())

    def after_first_end(self, places: Places) -> int:
        """Positions of a unit after the end of some place in it."""
        first: dict[int, int] = {}
        for position in positions(ends(places)):
            first.setdefault(self._unit(position), position)
        return _ranges((at + 1, self._ends[unit]) for unit, at in first.items())

    def holding(self, places: Places) -> int:
        """All positions of the units that hold some place."""
        units = sorted({self._unit(position) for position in positions(starts(places))})
        return _ranges((self._starts[unit], self._ends[unit]) for unit in units)

    def _unit(self, position: int) -> int:
        return bisect_right(self._starts, position) - 1


def to_bits(positions: Iterable[int], size: int) -> int:
    """`size`: above all positions."""
    made = bytearray(size // 8 + 1)
    for position in positions:
        made[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(made, "little")


def positions(bits: int) -> list[int]:
    """Where the bits are, ascending."""
    digits = f"{bits:b}"[::-1]
    found, at = [], digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return found


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


def in_words(left: Places, right: Places, words: int, *, ordered: bool) -> tuple[Places, Places]:
    """What of either side has one of the other within so many words, and shares none with it."""
    return (
        _beside(left, right, words, ordered=ordered, after=True),
        _beside(right, left, words, ordered=ordered, after=False),
    )


def _beside(one: Places, other: Places, words: int, *, ordered: bool, after: bool) -> Places:
    """Those of `one` with some `other` after them, or before, or on either side."""
    ended = _down(starts(other) >> 1, words) if after or not ordered else 0
    begun = _up(ends(other) << 1, words) if not after or not ordered else 0
    return {length: bits & ((ended >> length) | begun) for length, bits in one.items()}


def in_unit(left: Places, right: Places, units: Units) -> tuple[Places, Places]:
    """What of either side has one of the other in its unit, and shares no word with it."""
    left, right = units.only_inside(left), units.only_inside(right)
    return _beside_in_unit(left, right, units), _beside_in_unit(right, left, units)


def _beside_in_unit(one: Places, other: Places, units: Units) -> Places:
    ended, begun = units.before_last_start(other), units.after_first_end(other)
    return {length: bits & ((ended >> length) | begun) for length, bits in one.items()}


def without_in_words(left: Places, right: Places, words: int) -> Places:
    """What of `left` has nothing of `right` within so many words, nor shares a word with it."""
    free = {}
    for length, bits in left.items():
        below = length + 1 + words
        taken = 0
        for other_length, other in right.items():
            taken |= _up(other, below + other_length + 1 + words) >> below
        free[length] = bits & ~taken
    return free


def without_in_unit(left: Places, right: Places, units: Units) -> Places:
    """What of `left` has nothing of `right` in its unit, nor shares a word with it."""
    held = units.holding(units.only_inside(right))
    apart = without_in_words(left, right, -1)
    return {length: bits & ~(held & units.inside(length)) for length, bits in apart.items()}


class Joint:
    """Pairs of two sides as places of their own, from the first word of either to the last.

    For what follows in a chain; `kept_sides` leads back from the pairs that were of use.
    """

    def __init__(self, left: Places, right: Places, words: int, *, ordered: bool) -> None:
        self._left, self._right, self._ordered = left, right, ordered
        self._width = words + 1
        self._most = max(left, default=0) + words + 1 + max(right, default=0)
        size = max((bits.bit_length() for bits in (*left.values(), *right.values())), default=0)
        steps = (self._width.bit_length() + 3 * len(right)) * 6
        if self._most * steps * (size // 64 + 1) > _MOST_WORK:
            raise TooCostly("too many words near one another for this chain of NEARs")
        # By length: starts of left places, and where they end.
        self._from = self._windows([left.get(n, 0) for n in range(self._most + 1)])
        self._upto = self._windows([left.get(n, 0) << n for n in range(self._most + 1)])

    def pairs(self) -> Places:
        made = {}
        for length in range(1, self._most + 1):
            bits = 0
            for other in self._right:
                bits |= self._after(length, other) | self._before(length, other)
            if bits:
                made[length] = bits
        return made

    def kept_sides(self, kept: Places) -> tuple[Places, Places]:
        """What of the left and of the right stands in one of these pairs."""
        ahead, behind = ([0] * (self._most + 1) for _ in range(2))
        right = dict.fromkeys(self._right, 0)
        for length, bits in kept.items():
            for other in (other for other in self._right if other < length):
                after = bits & self._after(length, other)
                before = bits & self._before(length, other)
                right[other] |= (after << (length - other)) | before
                ahead[length - other - 1] |= after
                behind[length - other - 1] |= before << length
        ahead, behind = self._windows(ahead[::-1])[::-1], self._windows(behind[::-1])[::-1]
        left = {n: bits & (ahead[n] | (behind[n] >> n)) for n, bits in self._left.items()}
        return left, right

    def _after(self, length: int, other: int) -> int:
        """Starts of the pairs of this length that end with a right place of length `other`."""
        gap = length - other
        return self._from[gap - 1] & (self._right[other] >> gap) if gap > 0 else 0

    def _before(self, length: int, other: int) -> int:
        """Starts of those that begin with it."""
        gap = length - other
        if self._ordered or gap <= 0:
            return 0
        return self._right[other] & (self._upto[gap - 1] >> length)

    def _windows(self, row: list[int]) -> list[int]:
        """Each number OR-ed with the `width - 1` before it."""
        reached = 1
        while reached * 2 <= self._width:
            row = [n | row[at - reached] if at >= reached else n for at, n in enumerate(row)]
            reached *= 2
        rest = self._width - reached
        return [n | row[at - rest] if at >= rest else n for at, n in enumerate(row)]


def _up(bits: int, more: int) -> int:
    """Each position and so many above it."""
    reached = 0
    while reached < more:
        step = min(reached + 1, more - reached)
        bits |= bits << step
        reached += step
    return bits


def _down(bits: int, more: int) -> int:
    """Each position and so many below it."""
    reached = 0
    while reached < more:
        step = min(reached + 1, more - reached)
        bits |= bits >> step
        reached += step
    return bits


def _ranges(spans: Iterable[tuple[int, int]]) -> int:
    """All positions from first to last of spans that do not overlap."""
    some = [(first, last) for first, last in spans if first <= last]
    if not some:
        return 0
    size = max(last for _, last in some) + 2
    return to_bits((last + 1 for _, last in some), size) - to_bits(
        (first for first, _ in some), size
    )
