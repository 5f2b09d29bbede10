"""How alike two tellings are, and why: the rare words, names and numbers that both have.

The cosine of two lists of words; a word weighs by how rare it is, where it stands, and more when
it is a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from monitor.stories.rarity import Rarity
from monitor.stories.telling import Telling

_OF_THE_REST = 0.5  # a word behind the lead
_OF_A_NAME = 1.5

Weights = Mapping[str, float]


def weights(telling: Telling, rarity: Rarity) -> dict[str, float]:
    """Of each word, so that the squares of all are 1 together; nothing for a telling of none."""
    found = {form: _weight(form, telling, rarity) for form in telling.lead}
    for form in telling.rest:
        found[form] = _OF_THE_REST * _weight(form, telling, rarity)
    length = sqrt(sum(weight * weight for weight in found.values()))
    return {form: weight / length for form, weight in found.items()} if length else {}


def _weight(form: str, telling: Telling, rarity: Rarity) -> float:
    weight = rarity.of(form) * rarity.of(form)
    return weight * _OF_A_NAME if form in telling.names else weight


def likeness(one: Weights, other: Weights) -> float:
    """From 0, nothing in common, to 1, the same words."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * many[form] for form, weight in few.items() if form in many)
