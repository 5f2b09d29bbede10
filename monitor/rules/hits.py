"""Where a word or phrase stands in a text: by positions of words, and by code points.

Finds nothing itself; what is looked for, and in which of an item's texts, is not known here.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from monitor.rules import bits
from monitor.rules.bits import Places, TooCostly
from monitor.rules.phrases import Link
from monitor.text import Kind, Token

MOST_STRETCHES = 100  # of one leaf: places to jump to, not a census
# Of a phrase: steps from one of its words to the next, times the length of a text in words.
_MOST_WORK = 1 << 30


@dataclass(frozen=True, slots=True)
class Hits:
    """Places in a text, and the code points at which those begin and end, by first and last
    position.  `has_signs`: some of these are those of a sign, not of the word beside it."""

    places: Places
    starts: MutableMapping[int, int] = field(default_factory=dict)
    ends: MutableMapping[int, int] = field(default_factory=dict)
    has_signs: bool = False


class Stretches(NamedTuple):
    """Code points (start, end) in order, none inside another; so many `more` were left out."""

    some: list[tuple[int, int]]
    more: int = 0


def of_tokens(found: Sequence[Token]) -> Hits:
    """Where these tokens stand."""
    if not found:
        return Hits({})
    firsts: dict[int, list[int]] = {}
    if all(token.first == token.last for token in found):
        firsts[0] = [token.first for token in found]
    else:
        for token in found:
            firsts.setdefault(token.last - token.first, []).append(token.first)
    places = {length: bits.to_bits(some) for length, some in firsts.items() if some}
    starts = {token.first: token.start for token in found}
    has_signs = any(token.kind is Kind.SIGN for token in found)
    # `#bom*` also means `#bomb#`, which ends later.
    last = sorted(found, key=attrgetter("end")) if has_signs else found
    return Hits(places, starts, {token.last: token.end for token in last}, has_signs)


def together(some: Iterable[Hits]) -> Hits:
    """All places of some that have no signs."""
    there = [one for one in some if one.places]
    if len(there) == 1:
        return there[0]
    starts, ends = (one.starts for one in there), (one.ends for one in there)
    return Hits(bits.union(one.places for one in there), ChainMap(*starts), ChainMap(*ends))


def of_phrase(
    chain: Sequence[Link], find: Callable[[str], Hits], breaks: Callable[[], int]
) -> Hits:
    """Where a phrase stands whose forms are found; it does not go on at any of the breaks."""
    if not chain:
        return Hits({})
    find = cache(find)
    reached: Places | None = None
    for link in chain:
        ahead: list[Places] = []
        for row in link:
            way = reached
            for form in row:
                there = find(form).places
                way = there if way is None else _followed(way, there, breaks()) if way else way
            ahead.append(way or {})
        reached = ahead[0] if len(ahead) == 1 else bits.union(ahead)
        if not reached:
            return Hits({})
    first, last = ([find(row[end]) for row in chain[end]] for end in (0, -1))
    has_signs = any(one.has_signs for one in first + last)
    return Hits(reached or {}, together(first).starts, together(last).ends, has_signs)


def _followed(places: Places, found: Places, breaks: int) -> Places:
    """The places with what follows them."""
    size = max(map(int.bit_length, found.values()), default=0)
    if len(places) * len(found) * size > _MOST_WORK:
        raise TooCostly("too many compounds of many lengths for this phrase")
    made: Places = {}
    for further, others in found.items():
        following = others & ~breaks if breaks else others
        for length, some in places.items():
            if both := some & (following >> (length + 1)):
                whole = length + 1 + further
                made[whole] = made.get(whole, 0) | both
    return made


def in_code_points(hits: Sequence[Hits]) -> Stretches:
    """Those of all hits in one text."""
    if len(hits) > 1 and any(one.has_signs for one in hits):
        # With a sign and without it one place is two stretches, and a longer one may hold neither.
        return outermost(
            {
                (one.starts[first], one.ends[first + length])
                for one in hits
                for length, some in one.places.items()
                for first in bits.positions(some)
            }
        )
    whole = together(hits)
    places = bits.outermost(whole.places)
    some = [
        (whole.starts[first], whole.ends[last])
        for first, last in bits.first(places, MOST_STRETCHES)
    ]
    return Stretches(some, bits.count(places) - len(some))


def outermost(some: Iterable[tuple[int, int]]) -> Stretches:
    """In order, without those that lie inside another."""
    kept: list[tuple[int, int]] = []
    for one in sorted(some, key=lambda one: (one[0], -one[1])):
        if not kept or one[1] > kept[-1][1]:
            kept.append(one)
    return Stretches(kept[:MOST_STRETCHES], max(len(kept) - MOST_STRETCHES, 0))
