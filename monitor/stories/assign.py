"""Which story an item belongs to by the event it tells of, and what tells it.

A story is as alike as the words of those of its items that were found beside the item, taken
together: six headlines of one event have few words in common with any one of them.  Of texts it is
as alike as the most alike of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp2, fsum, sqrt
from operator import mul
from typing import Any

from monitor.stories import agreement, events
from monitor.stories.agreement import Agreement
from monitor.stories.events import Weights
from monitor.stories.rarity import Rarity
from monitor.stories.telling import Telling

CLOSES_AFTER_MS = 72 * 3_600_000
# How alike an item must be to a story: where either has more than a title, and else.  What is
# here was chosen on pairs of wire texts and a day of headlines, none of which a bound is held to.
ALIKE_TEXTS = 0.90
ALIKE_TITLES = 0.32
_MORE_FOR_FEW = 1.2  # where the title is held against one or two others
# Beside the title: what else a text has in common with another.
_OF_NUMBERS = 0.7
_OF_WORDS = 0.15
# Of two long texts: the log odds of one event but for a constant, as benchmarks/fit_stories.py fits
# them.  7.6 make the odds even, and the bound asks for somewhat more.
WEIGHTS = Agreement(
    root=9.0, spread=5.3, names=1.0, deeds=2.6, pattern=-4.1, fewer=1.8, again=-8.2,
    subject=2.2, other_subject=-3.4, heads=-3.4, untold=-1.3,
)  # fmt: skip
ALIKE_LONG_TEXTS = 8.5
_FEWEST_WORDS_ALIKE = 0.2
FADES_MS = 20 * 86_400_000  # what is so much older must be twice as alike
RECURS_AFTER_MS = 12 * 3_600_000
HOUR_MS = 3_600_000
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
    site: str | None = None


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
    rarity: Rarity
    site: str | None = None

    @property
    def weights(self) -> Weights:
        return events.weights(self.telling, self.rarity)

    def recurs(self, other: Neighbour) -> bool:
        """Whether it is the next of a column that always has the same title."""
        later = abs(self.at - other.at) >= RECURS_AFTER_MS
        same = self.telling.title == other.telling.title and self.site == other.site
        return later and same and bool(self.telling.title)


def assign(subject: Subject, neighbours: Sequence[Neighbour]) -> Assigned | None:
    """None: the item founds a story of its own."""
    by_story: dict[str, list[Neighbour]] = {}
    for one in neighbours:
        if subject.recurs(one):
            continue
        by_story.setdefault(one.story_key, []).append(one)
    alike = {key: _alike(subject, found) for key, found in by_story.items()}
    best = max(alike, key=lambda key: (alike[key][0], key), default=None)
    if best is None or alike[best][0] < 1.0:
        return None
    share, nearest = alike[best]
    why = {"share": round(share, 3), **_shared(subject, nearest.telling)}
    return Assigned(best, nearest.item_id, why)


def _alike(subject: Subject, found: Sequence[Neighbour]) -> tuple[float, Neighbour]:
    """How alike the items of one story are, as part of what they have to be, and the nearest."""
    has_text = subject.telling.has_text
    texts = [one for one in found if has_text or one.telling.has_text]
    titles = [one for one in found if not (has_text or one.telling.has_text)]
    alike = [(_by_text(subject, one), one) for one in texts]
    if titles:
        alike.append(_by_titles(subject, titles))
    return max(alike, key=lambda one: (one[0], -one[1].item_id))


def _by_text(subject: Subject, other: Neighbour) -> float:
    """Two items of which one has a text."""
    own, theirs = subject.telling, other.telling
    if own.is_long and theirs.is_long:
        return _by_long_texts(subject, other)
    evidence = events.compare(own, theirs, subject.rarity)
    # The title of one should be told by the other, and what figures there are be the same: reports
    # by one pattern have other names and other figures.
    if evidence.words < _FEWEST_WORDS_ALIKE:
        return 0.0
    told = evidence.title + _OF_NUMBERS * (evidence.numbers - 0.5)
    return _faded((told + _OF_WORDS * evidence.words) / ALIKE_TEXTS, subject, other)


def _by_long_texts(subject: Subject, other: Neighbour) -> float:
    own, theirs = subject.telling, other.telling
    hours = abs(subject.at - other.at) / HOUR_MS
    found = agreement.compare(own, theirs, subject.rarity, hours)
    alike: float = sum(map(mul, WEIGHTS, found))
    if alike >= ALIKE_LONG_TEXTS and events.of_one_pattern(own, theirs):
        return 0.0
    return max(alike, 0.0) / ALIKE_LONG_TEXTS


def _by_titles(subject: Subject, found: Sequence[Neighbour]) -> tuple[float, Neighbour]:
    elsewhere = found[0]
    found = [one for one in found if not _of_other_names(subject.telling, one.telling)]
    if not found:
        return 0.0, elsewhere
    weights = [events.weights(one.telling, subject.rarity) for one in found]
    each = [events.likeness(subject.weights, one) for one in weights]
    at = max(range(len(found)), key=lambda place: (each[place], -found[place].item_id))
    together = _added(weights) if len(weights) > 1 else weights[0]
    alike = events.likeness(subject.weights, together)
    if len(found) < _ENOUGH_FOR_A_MEAN:
        alike = max(alike, each[at]) / _MORE_FOR_FEW
    if not _says_enough(subject, together):
        return 0.0, found[at]
    newest = max(found, key=lambda one: one.at)
    return _faded(alike / ALIKE_TITLES, subject, newest), found[at]


def _of_other_names(own: Telling, theirs: Telling) -> bool:
    """Whether each title names what the other does not, and no name or number is in both."""
    named = own.names & theirs.names or own.numbers & theirs.numbers
    return not named and bool(own.names and theirs.names)


def _faded(share: float, subject: Subject, other: Neighbour) -> float:
    return share * exp2(-abs(subject.at - other.at) / FADES_MS)


def _added(weights: Sequence[Weights]) -> dict[str, float]:
    together: dict[str, float] = {}
    for one in weights:
        for form, weight in one.items():
            together[form] = together.get(form, 0.0) + weight
    length = sqrt(fsum([weight * weight for weight in together.values()]))
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

    forms = telling.lead if len(telling.lead) >= most else telling.lead | telling.rest
    worth = {form: rarity.of(form) for form in forms}
    for some, times in ((telling.names, 1.5), (telling.title, 1.5), (telling.numbers, 0.7)):
        for form in some & worth.keys():
            worth[form] *= times
    return sorted(sorted(forms), key=worth.__getitem__, reverse=True)[:most]
