"""Decide which figure of one kind is told: higher than what was told, and not said by one alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A version of an item says a figure of one kind."""

    value: int
    outlet: str
    item_id: int
    version: int


def number_told(said: Sequence[Said], last_told: int | None) -> int | None:
    """The highest figure above `last_told` that two outlets say, or that a new version of an
    article says which said a lower one before; None where there is none.

    What was said stays said: so neither order nor a restart changes what has been told in the end.
    """
    outlets: defaultdict[int, set[str]] = defaultdict(set)
    for one in said:
        outlets[one.value].add(one.outlet)
    believed = {value for value, names in outlets.items() if len(names) > 1}
    believed |= {one.value for one in said if _is_raised(one, said)}
    higher = [value for value in believed if last_told is None or value > last_told]
    return max(higher, default=None)


def _is_raised(one: Said, said: Sequence[Said]) -> bool:
    return any(
        before.item_id == one.item_id and before.version < one.version and before.value < one.value
        for before in said
    )
