"""How alike two tellings are: the rare words, names and numbers that both have.

A word weighs by how rare it is, where it stands, and more when it is a name.  Two long texts are
compared in `agreement`.

Sums are exact to the last bit (`fsum`), as a process holds words in an order of its own: of two
texts that are alike to the same degree none must win by that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import fsum, sqrt
from operator import mul
from typing import NamedTuple

from monitor.stories.rarity import Rarity
from monitor.stories.telling import Telling

OF_THE_REST = 0.5  # a word behind the lead
_OF_A_NAME = 1.5
_OF_A_NUMBER = 0.8  # in a title: numbers are asked for by themselves
TOO_COMMON = 0.3
_SHARE_OF_A_PATTERN = 0.75
_SHORTEST_STEM = 4  # letters of a name
_FEW_OF_THE_NAMES = 0.2
_REMEMBERED = 128
_FEWEST_NUMBERS = 2  # to tell anything by which of them both have

Weights = Mapping[str, float]


class Evidence(NamedTuple):
    """`words`: the cosine of all, from 0 to 1; `title`: how much of a title stands in the other, of
    the better one; `numbers`: of those of the one that has fewer, 0.5 where that tells nothing."""

    words: float
    title: float
    numbers: float


@lru_cache(maxsize=_REMEMBERED)
def weights(telling: Telling, rarity: Rarity) -> dict[str, float]:
    """Of each word that is not all too common, so that the squares of all are 1 together."""
    found: dict[str, float] = {}
    for forms, worth in ((telling.rest, OF_THE_REST), (telling.lead, 1.0)):
        for form in forms:
            rare = rarity.of(form)
            if rare > TOO_COMMON:
                found[form] = rare * rare * worth
    for name in telling.names & found.keys():
        found[name] *= _OF_A_NAME
    return _of_length_one(found)


def _of_length_one(weighed: dict[str, float]) -> dict[str, float]:
    whole = length(weighed)
    return {form: weight / whole for form, weight in weighed.items()}


def length(weighed: Weights) -> float:
    """The root of the sum of the squares of all."""
    return sqrt(fsum(map(mul, weighed.values(), weighed.values())))


def likeness(one: Weights, other: Weights) -> float:
    """From 0, nothing in common, to 1, the same words."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    return fsum([few[form] * many[form] for form in few.keys() & many.keys()])


def compare(one: Telling, other: Telling, rarity: Rarity) -> Evidence:
    """What two tellings have in common, at least one of which has more than a title."""
    words = likeness(weights(one, rarity), weights(other, rarity))
    title = max(_told(one, other, rarity), _told(other, one, rarity))
    return Evidence(words, title, _numbers(one, other))


def _told(one: Telling, other: Telling, rarity: Rarity) -> float:
    """How much of the title of `one` the other says, rare words for more."""
    said, told = [], []
    for form in one.title:
        weight = rarity.of(form) ** 2
        if form[0].isdecimal():
            weight *= _OF_A_NUMBER
        said.append(weight)
        if form in other.lead or form in other.rest:
            told.append(weight)
    all_of_it = fsum(said)
    return fsum(told) / all_of_it if all_of_it else 0.0


def of_one_pattern(one: Telling, other: Telling) -> bool:
    """Whether two tellings are the same but for names, of which each has its own: reports by one
    pattern, of two places or two people."""
    own, others = (plain(telling) for telling in (one, other))
    if len(own & others) < _SHARE_OF_A_PATTERN * max(len(own), len(others), 1):
        return False
    return all(_own_names(*pair) for pair in ((one, other), (other, one)))


@lru_cache(maxsize=_REMEMBERED)
def plain(telling: Telling) -> frozenset[str]:
    """Of its words those that are neither names nor numbers."""
    return telling.lead.union(telling.rest).difference(telling.names, telling.numbers)


def _own_names(one: Telling, other: Telling) -> bool:
    """Whether it has names that the other has not in any form, and they are no slips: of its title,
    or not few."""
    known = other.lead | other.rest
    own = {name for name in one.named - known if not _has_a_form(name, known)}
    return bool(own & one.title) or len(own) > _FEW_OF_THE_NAMES * len(one.named)


def _has_a_form(name: str, words: frozenset[str]) -> bool:
    """Whether one begins with the other: Saren and Sarenese, Iraq and Iraqi."""
    return any(
        min(len(name), len(word)) >= _SHORTEST_STEM
        and (word.startswith(name) or name.startswith(word))
        for word in words
    )


def _numbers(one: Telling, other: Telling) -> float:
    fewest, shared = min(len(one.numbers), len(other.numbers)), len(one.numbers & other.numbers)
    if fewest < _FEWEST_NUMBERS:
        return 0.5
    # Briefs by one pattern have the same figures easily: only others' may speak for being one.
    briefs = one.has_text and other.has_text
    return min(shared / fewest, 0.5) if briefs else shared / fewest
