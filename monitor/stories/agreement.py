"""What two long texts have in common: figures that tell whether they tell one event.

A word weighs by how rare it is, where it stands, how often it is said and whether it is a name.
Against one event speaks what reports by one pattern have: the same words beside other numbers,
titles that begin alike or name what the other text does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from heapq import nlargest
from math import fsum, log, sqrt
from typing import NamedTuple

from monitor.stories.events import OF_THE_REST, TOO_COMMON, Weights, length, plain
from monitor.stories.rarity import Rarity
from monitor.stories.telling import Telling

_OF_A_NAME = 2.0
_OF_A_NUMBER = 1.5
_FEW_WORDS = 3  # such as the name of a company that has several matters in a week
_SPREAD_HALVES_HOURS = 48
_ANOTHER_SESSION_HOURS = 12
_TELLS_SOMETHING = 0.15  # of a word's rarity
_HEAD = 4  # telling words of a title
_SUBJECT = 2
_REMEMBERED = 128


class Agreement(NamedTuple):
    """Each from 0 to 1.

    `root` is the square root of the cosine, `spread` that of what is left of it without the words
    that have most of it: of texts two days apart half as much.  `names`: how rare the second
    rarest name is that both have, as one name may have several matters.

    Of words that are neither names nor numbers: `deeds`, how much of the titles the other text
    says; `pattern`, the share of all that is in both; `fewer`, of those of the text that has fewer;
    `again`, the pattern of two sessions, as far as it comes with other numbers.

    Of titles: `subject`, how much of how one begins the other text says, of the better one;
    `other_subject`, how little of the worse one, in texts by one pattern; `heads`, how alike both
    begin; `untold`, how rare the rarest word is that the other text does not say.
    """

    root: float
    spread: float
    names: float
    deeds: float
    pattern: float
    fewer: float
    again: float
    subject: float
    other_subject: float
    heads: float
    untold: float


def compare(one: Telling, other: Telling, rarity: Rarity, hours: float) -> Agreement:
    """What two long texts have in common, so many hours apart."""
    shared = _shared(one, other, rarity)
    few = max(min(len(plain(one)), len(plain(other))), 1)
    both = len(plain(one) & plain(other))
    pattern = both / max(len(plain(one)) + len(plain(other)) - both, 1)
    better, worse = sorted(
        (_subject(one, other, rarity), _subject(other, one, rarity)), reverse=True
    )
    return Agreement(
        root=sqrt(sum(shared)),
        spread=sqrt(sum(shared[:-_FEW_WORDS])) / (1.0 + hours / _SPREAD_HALVES_HOURS),
        names=_second_rarest(one.names & other.names, rarity),
        deeds=_deeds(one, other, rarity),
        pattern=pattern,
        fewer=both / few,
        again=pattern * _other_numbers(one, other) * (hours >= _ANOTHER_SESSION_HOURS),
        subject=better,
        other_subject=pattern * (1.0 - worse),
        heads=_alike(_head(one, rarity), _head(other, rarity), rarity),
        untold=max(_untold(one, other, rarity), _untold(other, one, rarity)),
    )


class _Weighed(NamedTuple):
    weights: Weights
    length: float


@lru_cache(maxsize=_REMEMBERED)
def _weighed(telling: Telling, rarity: Rarity) -> _Weighed:
    """Each word that is not all too common; the more often it is said, the more it weighs, by the
    logarithm (Salton and Buckley 1988)."""
    of = rarity.of
    found = {form: rare * OF_THE_REST for form in telling.rest if (rare := of(form)) > TOO_COMMON}
    found.update({form: rare for form in telling.lead if (rare := of(form)) > TOO_COMMON})
    for form, times in telling.often.items():
        if form in found:
            found[form] *= 1.0 + log(times)
    for name in telling.names & found.keys():
        found[name] *= _OF_A_NAME
    for number in telling.numbers & found.keys():
        found[number] *= _OF_A_NUMBER
    return _Weighed(found, length(found))


def _shared(one: Telling, other: Telling, rarity: Rarity) -> list[float]:
    """What each word adds to the cosine, the least first."""
    own, theirs = _weighed(one, rarity), _weighed(other, rarity)
    whole = own.length * theirs.length or 1.0
    few, many = own.weights, theirs.weights
    return sorted([few[form] * many[form] / whole for form in few.keys() & many.keys()])


def _second_rarest(names: frozenset[str], rarity: Rarity) -> float:
    rarest = nlargest(2, map(rarity.of, names))
    return rarest[1] if len(rarest) > 1 else 0.0


def _deeds(one: Telling, other: Telling, rarity: Rarity) -> float:
    said, told = [], []
    for own, theirs in ((one, other), (other, one)):
        for form in own.title & plain(own):
            weight = rarity.of(form) ** 2
            said.append(weight)
            if form in theirs.lead or form in theirs.rest:
                told.append(weight)
    return (fsum(told) + 0.5) / (fsum(said) + 1.0)


def _other_numbers(one: Telling, other: Telling) -> float:
    """The share of them, by Laplace's rule: of few, none is no sure sign."""
    fewest = min(len(one.numbers), len(other.numbers))
    return 1.0 - (len(one.numbers & other.numbers) + 1) / (fewest + 2)


@lru_cache(maxsize=_REMEMBERED)
def _head(telling: Telling, rarity: Rarity) -> tuple[str, ...]:
    """The first words of its title that tell something."""
    of = rarity.of
    return tuple([form for form in telling.headline if of(form) > _TELLS_SOMETHING][:_HEAD])


def _subject(one: Telling, other: Telling, rarity: Rarity) -> float:
    """How much of how the title of `one` begins the other says, rare words for more; halfway where
    it begins with nothing."""
    subject = _head(one, rarity)[:_SUBJECT]
    told = [form for form in subject if form in other.lead or form in other.rest]
    return (_worth(told, rarity) + 0.1) / (_worth(subject, rarity) + 0.2)


def _alike(one: Sequence[str], other: Sequence[str], rarity: Rarity) -> float:
    either = {*one, *other}
    both = either.intersection(one).intersection(other)
    return _worth(both, rarity) / (_worth(either, rarity) or 1.0)


def _untold(one: Telling, other: Telling, rarity: Rarity) -> float:
    if not one.title:
        return 1.0  # as of most titles: in them is something that the other text does not say
    untold = one.title - one.numbers - other.lead - other.rest
    return max(map(rarity.of, untold), default=0.0)


def _worth(forms: Iterable[str], rarity: Rarity) -> float:
    return fsum([rarity.of(form) ** 2 for form in forms])
