"""What stands within reach of what, of sets of places (see `bits`)."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.rules.bits import Places, TooCostly, down, ends, mirrored, starts, to_bits, up

# Machine words that may be touched for one NEAR chain: some tenths of a second.
_MOST_WORK = 400_000_000


class Units:
    """The sentences or paragraphs of a text of `size` words: `first` are the positions of their
    first words."""

    def __init__(self, first: Iterable[int], size: int) -> None:
        self._size = size
        firsts = sorted({0, *first})
        nexts = [*firsts[1:], size]
        self.longest = max(after - before for before, after in zip(firsts, nexts, strict=True))
        self._bounds = to_bits(firsts[1:])
        self._nexts = to_bits(nexts)
        self._nexts_mirrored = to_bits(size - at for at in firsts if at < size)

    def inside(self, length: int) -> int:
        """Positions from which a place of this length stays within one unit."""
        everywhere = (1 << (self._size + 1)) - 1
        return everywhere & ~down(self._bounds >> 1, length - 1) if length else everywhere

    def only_inside(self, places: Places) -> Places:
        kept: Places = {}
        crossing = reached = 0
        for length in sorted(places):
            if not reached and length:
                crossing, reached = self._bounds >> 1, 1
            crossing, reached = down(crossing, length - reached), length
            kept[length] = places[length] & ~crossing
        return kept

    def before_last_start(self, places: Places) -> int:
        """Positions of a unit before the start of some place in it."""
        return self._before_last(starts(places))

    def after_first_end(self, places: Places) -> int:
        """Positions of a unit after the end of some place in it."""
        return _after_first(ends(places), self._nexts)

    def holding(self, places: Places) -> int:
        """All positions of the units that hold some place."""
        held = starts(places)
        return held | _after_first(held, self._nexts) | self._before_last(held)

    def _before_last(self, bits: int) -> int:
        found = _after_first(mirrored(bits, self._size), self._nexts_mirrored)
        return mirrored(found, self._size)


def _after_first(bits: int, nexts: int) -> int:
    """Positions of each unit above its first bit; `nexts`: where units begin but the first, and
    where the last one ends.

    A number less another flips what stands above the other's lowest bit.  Each unit's last position
    is set as well, so that no unit borrows from the one above.
    """
    if not bits:
        return 0
    bits |= nexts >> 1
    return (nexts - bits) ^ bits


def in_words(left: Places, right: Places, words: int, *, ordered: bool) -> tuple[Places, Places]:
    """What of either side has one of the other within so many words, and shares none with it."""
    return (
        _beside(left, right, words, ordered=ordered, after=True),
        _beside(right, left, words, ordered=ordered, after=False),
    )


def _beside(one: Places, other: Places, words: int, *, ordered: bool, after: bool) -> Places:
    """Those of `one` with some `other` after them, or before, or on either side."""
    ended = down(starts(other) >> 1, words) if after or not ordered else 0
    begun = up(ends(other) << 1, words) if not after or not ordered else 0
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
    reached = 0
    for length, bits in right.items():
        reached |= up(bits, length + 1 + words)
    return {length: bits & ~down(reached, length + 1 + words) for length, bits in left.items()}


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
        sides = (*left.items(), *right.items())
        size = max((length + bits.bit_length() for length, bits in sides), default=0)
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
