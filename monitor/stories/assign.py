"""Which story an item belongs to by the event it tells of, and what tells it.

A story is as alike as the words of those of its items that were found beside the item, taken
together: six headlines of one event have few words in common with any one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp2, sqrt
from typing import Any

from monitor.stories import events
from monitor.stories.events import Weights
from monitor.stories.rarity import Rarity
from monitor.stories.telling import Telling

CLOSES_AFTER_MS = 72 * 3_600_000
# How alike an item must be to a story: where both have more than a title or teaser, and else.
ALIKE_TEXTS = 0.40
ALIKE_TITLES = 0.33
FADES_MS = 7 * 86_400_000  # what is so much older must be twice as alike
_FEWEST_WORDS = 2  # that say something, and that both have
_SAYS_SOMETHING = 0.5  # of a word's rarity
_ENOUGH_FOR_A_MEAN = 3  # items of a story
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An item that has telling words in common with the one to be told apart."""

    item_id: int
    story_key: str
    at: int
    telling: Telling


@dataclass(frozen=True, slots=True)
class Assigned:
    """The story joined, the item of it that is most alike, and why: JSON-able.

    `share` in it: how alike the story is, as part of how alike it had to be.
    """

    story_key: str
    item_id: int
    why: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """The item to be told apart."""

    telling: Telling
    at: int
    weights: Weights
    rarity: Rarity

    @classmethod
    def of(cls, telling: Telling, at: int, rarity: Rarity) -> Subject:
        return cls(telling, at, events.weights(telling, rarity), rarity)


def assign(subject: Subject, neighbours: Sequence[Neighbour]) -> Assigned | None:
    """None: the item founds a story of its own."""
    by_story: dict[str, list[Neighbour]] = {}
    for one in neighbours:
        by_story.setdefault(one.story_key, []).append(one)
    alike = {key: _Alike(subject, found) for key, found in by_story.items()}
    best = max(alike, key=lambda key: (alike[key].share, key), default=None)
    if best is None or alike[best].share < 1.0:
        return None
    nearest = alike[best].nearest
    why = {"share": round(alike[best].share, 3), **_shared(subject, nearest.telling)}
    return Assigned(best, nearest.item_id, why)


class _Alike:
    """`share`: how alike the items of one story are, as part of what they have to be."""

    def __init__(self, subject: Subject, found: Sequence[Neighbour]) -> None:
        weights = [events.weights(one.telling, subject.rarity) for one in found]
        each = [events.likeness(subject.weights, one) for one in weights]
        at = max(range(len(found)), key=lambda place: (each[place], -found[place].item_id))
        self.nearest = found[at]
        together = _added(weights)
        alike = events.likeness(subject.weights, together)
        if len(found) < _ENOUGH_FOR_A_MEAN:
            alike = max(alike, each[at])
        has_text = subject.telling.has_text and any(one.telling.has_text for one in found)
        age = abs(subject.at - max(one.at for one in found))
        fewest = (ALIKE_TEXTS if has_text else ALIKE_TITLES) * exp2(age / FADES_MS)
        self.share = alike / fewest if _says_enough(subject, together) else 0.0


def _added(weights: Sequence[Weights]) -> dict[str, float]:
    together: dict[str, float] = {}
    for one in weights:
        for form, weight in one.items():
            together[form] = together.get(form, 0.0) + weight
    length = sqrt(sum(weight * weight for weight in together.values()))
    return {form: weight / length for form, weight in together.items()} if length else {}


def _says_enough(subject: Subject, theirs: Weights) -> bool:
    rarity = subject.rarity
    said = sum(form in theirs and rarity.of(form) >= _SAYS_SOMETHING for form in subject.weights)
    return said >= _FEWEST_WORDS


def _shared(subject: Subject, theirs: Telling) -> dict[str, list[str]]:
    own = subject.telling
    shared = (own.lead | own.rest) & (theirs.lead | theirs.rest)
    rarest = sorted(shared, key=lambda form: (-subject.rarity.of(form), form))
    numbers = [form for form in rarest if form[0].isdecimal()]
    names = [form for form in rarest if form in own.names and form in theirs.names]
    words = [form for form in rarest if form not in {*numbers, *names}]
    return {"names": names[:_SHOWN], "words": words[:_SHOWN], "numbers": numbers[:_SHOWN]}


def sought(telling: Telling, rarity: Rarity, most: int) -> list[str]:
    """The words that find the item's neighbours, the most telling first."""

    def worth(form: str) -> float:
        weight = rarity.of(form)
        if form in telling.names:
            weight *= 1.5
        if form in telling.title:
            weight *= 1.5
        return weight * 0.7 if form[0].isdecimal() else weight

    forms = telling.lead if len(telling.lead) >= most else telling.lead | telling.rest
    return sorted(forms, key=lambda form: (-worth(form), form))[:most]
