"""How alike two tellings are: the rare words, names and numbers that both have.

A word weighs by how rare it is, where it stands, and more when it is a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import log1p, sqrt
from typing import NamedTuple

from monitor.stories.rarity import Rarity
from monitor.stories.telling import Telling

_OF_THE_REST = 0.5  # a word behind the lead
_OF_A_NAME = 1.5
_OF_A_NUMBER = 0.8  # in a title: numbers are asked for by themselves
_TOO_COMMON = 0.3
_RARE_NAME, _RARE_WORD = 0.4, 0.5
_SHARE_OF_A_PATTERN = 0.75
_SHORTEST_STEM = 4  # letters of a name
_FEW_OF_THE_NAMES = 0.2
_REMEMBERED = 128
_FEWEST_NUMBERS = 2  # to tell anything by which of them both have

Weights = Mapping[str, float]


class Evidence(NamedTuple):
    """`words`: the cosine of all, from 0 to 1; `title`: how much of a title stands in the other, of
    the better one; `titles`: how much of one title the other title has; `numbers`: of those of the
    one that has fewer, 0.5 where that tells nothing; `who` and `what`: how many rare names of both
    leads, and other rare words, both have."""

    words: float
    title: float
    titles: float
    numbers: float
    who: float
    what: float

    @property
    def who_did_what(self) -> float:
        """Names alone are two matters of one company, words alone two reports by one pattern."""
        return sqrt(log1p(self.who) * log1p(self.what))


@lru_cache(maxsize=_REMEMBERED)
def weights(telling: Telling, rarity: Rarity) -> dict[str, float]:
    """Of each word that is not all too common, so that the squares of all are 1 together."""
    found: dict[str, float] = {}
    for forms, worth in ((telling.rest, _OF_THE_REST), (telling.lead, 1.0)):
        for form in forms:
            rare = rarity.of(form)
            if rare > _TOO_COMMON:
                found[form] = rare * rare * worth
    for name in telling.names & found.keys():
        found[name] *= _OF_A_NAME
    length = sqrt(sum(weight * weight for weight in found.values()))
    return {form: weight / length for form, weight in found.items()}


def likeness(one: Weights, other: Weights) -> float:
    """From 0, nothing in common, to 1, the same words."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    return sum(few[form] * many[form] for form in few.keys() & many.keys())


def compare(one: Telling, other: Telling, rarity: Rarity) -> Evidence:
    """What two tellings have in common, at least one of which has more than a title."""
    words = likeness(weights(one, rarity), weights(other, rarity))
    title = max(_told(one, other, rarity), _told(other, one, rarity))
    titles = _titles(one, other, rarity)
    return Evidence(words, title, titles, _numbers(one, other), *_who_and_what(one, other, rarity))


def _told(one: Telling, other: Telling, rarity: Rarity) -> float:
    """How much of the title of `one` the other says, rare words for more."""
    told = all_of_it = 0.0
    for form in one.title:
        weight = rarity.of(form) ** 2
        if form[0].isdecimal():
            weight *= _OF_A_NUMBER
        all_of_it += weight
        if form in other.lead or form in other.rest:
            told += weight
    return told / all_of_it if all_of_it else 0.0


def _titles(one: Telling, other: Telling, rarity: Rarity) -> float:
    shorter = min(_worth(one.title, rarity), _worth(other.title, rarity))
    return _worth(one.title & other.title, rarity) / shorter if shorter else 0.0


def _worth(forms: frozenset[str], rarity: Rarity) -> float:
    return sum(rarity.of(form) ** 2 for form in forms)


def _who_and_what(one: Telling, other: Telling, rarity: Rarity) -> tuple[float, float]:
    shared = (one.lead | one.rest) & (other.lead | other.rest)
    named = one.names & other.names
    who = sum(max(0.0, rarity.of(form) - _RARE_NAME) for form in named & one.lead & other.lead)
    what = sum(
        max(0.0, rarity.of(form) - _RARE_WORD) for form in shared - named if form[0].isalpha()
    )
    return who, what


def of_one_pattern(one: Telling, other: Telling) -> bool:
    """Whether two tellings are the same but for names, of which each has its own: reports by one
    pattern, of two places or two people."""
    own, others = (_plain(telling) for telling in (one, other))
    if len(own & others) < _SHARE_OF_A_PATTERN * max(len(own), len(others), 1):
        return False
    return all(_own_names(*pair) for pair in ((one, other), (other, one)))


def _plain(telling: Telling) -> frozenset[str]:
    return frozenset(
        form for form in (telling.lead | telling.rest) - telling.names if form[0].isalpha()
    )


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
    fewest = min(len(one.numbers), len(other.numbers))
    if fewest < _FEWEST_NUMBERS:
        return 0.5
    share = len(one.numbers & other.numbers) / fewest
    # Briefs by one pattern have the same figures easily: only others' may speak for being one.
    briefs = one.has_text and other.has_text and not (one.is_long and other.is_long)
    return min(share, 0.5) if briefs else share
