"""Which spots list an article: by themselves, and by what others of the same build are.

The points are fitted to the labelled pages of the tests.  Knows no publisher.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from monitor.listing.addresses import HINT, HUB, LIKELY, slug_words
from monitor.listing.spots import Spot

ENOUGH = 3.0  # points, half by a spot itself and half by all of its build
_LABEL = 2.0  # points of a short text outside of a heading that are not enough by themselves
_KNOWN_PATH = 1.0  # less is enough where yesterday's shape says so
_MANY_FOREIGN = 8
REPEATED = 3
_MANY = 6  # so many texts in a row, as long as headlines are, need nothing else
FULL = 5.0  # words
_NEAR = 2  # spots before and after that tell whether one is among headlines
_LONGEST = 45  # words of a headline
_SHORT = 3  # words: fewer are a label rather than a headline


@dataclass(frozen=True, slots=True)
class Weighed:
    """`own`: a spot's points, `group`: the mean of those of its build."""

    spot: Spot
    own: float
    group: float

    @property
    def points(self) -> float:
        return (self.own + self.group) / 2


def weigh(spots: Sequence[Spot], declared: frozenset[str]) -> tuple[Weighed, ...]:
    """The spots outside of ruled-out zones with their points."""
    open_spots = [spot for spot in spots if spot.zone is None and spot.title is not None]
    groups = _groups(open_spots)
    own: dict[Spot, float] = {}
    for is_long in (True, False):
        alike = [spot for (_, long), group in groups.items() if long is is_long for spot in group]
        habits = _habits(alike)
        own.update((spot, _own(spot, habits, declared)) for spot in alike)
    weighed: dict[Spot, Weighed] = {}
    for group in groups.values():
        mean, traits = fmean(own[spot] for spot in group), _traits(group)
        for spot in group:
            weighed[spot] = Weighed(spot, own[spot], mean + traits.points(spot))
    return tuple(weighed[spot] for spot in open_spots)


def of_others(weighed: Iterable[Weighed]) -> list[Weighed]:
    """Articles of other publishers, on a page that lists nothing else: many, and of several."""
    found = [
        one
        for one in weighed
        if one.spot.address.foreign
        and one.points >= ENOUGH
        and one.spot.words > _SHORT
        and (one.spot.address.points or 0.0) >= HINT
    ]
    domains = {one.spot.address.domain for one in found}
    return found if len(found) >= _MANY_FOREIGN and len(domains) >= REPEATED else []


def is_among(own: Sequence[Weighed], others: Sequence[Weighed]) -> bool:
    """Whether a few articles of the page's own stand in one list with those of others."""
    paths = {one.spot.path for one in others}
    return 2 * len(own) < len(others) and all(one.spot.path in paths for one in own)


def _groups(spots: Iterable[Spot]) -> dict[tuple[str, bool], list[Spot]]:
    """Spots of one path, those among headlines apart from those among labels.

    Pages without any structure have navigation and news on one path, but not mingled.
    """
    by_path: dict[str, list[Spot]] = defaultdict(list)
    for spot in spots:
        by_path[spot.path].append(spot)
    groups: dict[tuple[str, bool], list[Spot]] = defaultdict(list)
    for path, alike in by_path.items():
        long = [spot.words > _SHORT for spot in alike]
        for number, spot in enumerate(alike):
            near = long[max(0, number - _NEAR) : number + _NEAR + 1]
            groups[path, 2 * sum(near) >= len(near)].append(spot)
    return groups


def taken(weighed: Iterable[Weighed], known: frozenset[str]) -> list[Weighed]:
    """Those that list an article; `known` are the paths of a shape."""
    return [
        one
        for one in weighed
        if not one.spot.address.foreign
        and one.points >= ENOUGH - (_KNOWN_PATH if one.spot.path in known else 0.0)
        and one.own > (0.0 if one.spot.in_heading or one.spot.words > _SHORT else _LABEL)
    ]


def sisters(
    weighed: Iterable[Weighed], chosen: Sequence[Weighed], masthead: frozenset[str]
) -> list[Weighed]:
    """Articles on another of the publisher's domains: listed and addressed just as its own.

    `masthead`: domains whose front pages the page links to.
    """
    paths = {one.spot.path for one in chosen}
    literals = {
        one.spot.address.literal for one in chosen if one.spot.address.literal.count("/") > 1
    }
    templates = {one.spot.address.template for one in chosen}
    return [
        one
        for one in weighed
        if one.spot.address.foreign
        and one.points >= ENOUGH
        and (
            (one.spot.address.literal in literals and one.spot.path in paths)
            or (one.spot.address.template in templates and one.spot.address.domain in masthead)
        )
    ]


def _habits(spots: Iterable[Spot]) -> Mapping[str, float]:
    """For every template of addresses what share of its links read as headlines, if enough do."""
    texts: dict[str, dict[str, int]] = defaultdict(dict)
    for spot in spots:
        best = texts[spot.address.template]
        best[spot.key] = max(best.get(spot.key, 0), spot.words)
    return {
        template: sum(words > _SHORT for words in best.values()) / len(best)
        for template, best in texts.items()
        if len(best) >= REPEATED
    }


@dataclass(frozen=True, slots=True)
class _Traits:
    """What most spots of one build share, and what it adds to those that share it too."""

    dated: bool = False
    often: bool = False  # so many dated ones that their headlines may be of two or three words
    full: bool = False
    many: bool = False
    short: bool = False

    def points(self, spot: Spot) -> float:
        points = -1.0 if self.short else 0.0
        if self.dated and spot.in_heading and spot.beside.dated:
            points += 3.0 if self.often else 2.0
        if self.full and spot.words > _SHORT:
            points += 3.0 if self.many and not self.dated else 1.0
        return points


def _traits(spots: Sequence[Spot]) -> _Traits:
    """None of less than three: what is not repeated is no build."""
    count = len({spot.key for spot in spots})
    if count < REPEATED:
        return _Traits()
    total = len(spots)
    dated = sum(spot.in_heading and spot.beside.dated for spot in spots)
    boxed = sum(spot.in_heading and bool(spot.beside.teaser) for spot in spots)
    long = sum(spot.words > _SHORT for spot in spots)
    full = long >= 0.7 * total and fmean(spot.words for spot in spots) >= FULL
    return _Traits(
        dated=dated >= 0.6 * total,
        often=dated >= 0.6 * total and count >= _MANY,
        full=full,
        many=full and count >= _MANY and long >= 0.8 * total,
        short=long < 0.2 * total and boxed < 0.6 * total and dated < 0.6 * total,
    )


def _own(spot: Spot, habits: Mapping[str, float], declared: frozenset[str]) -> float:
    points = spot.address.points if spot.address.points is not None else HUB
    points += _title_points(spot)
    beside = spot.beside
    points += 1.5 if spot.in_heading else 0.0
    points += 1.0 if beside.dated else 0.0
    points += 1.0 if beside.teaser else 0.0
    points += 0.5 if beside.image else 0.0
    points += 1.5 if spot.key in declared else 0.0
    habit = habits.get(spot.address.template)
    if habit is not None:
        points += 1.0 if habit >= 0.6 else -1.0 if habit < 0.25 and not spot.in_heading else 0.0
    return points


def _title_points(spot: Spot) -> float:
    words = spot.words
    if words > _SHORT + 1:
        return 2.0 if words <= _LONGEST else 0.0
    if words > _SHORT:
        return 1.5
    points = {3: 1.0, 2: 0.0}.get(words, -1.0)
    is_slug = slug_words(spot.address.slug) <= words and not spot.address.marked
    is_dated = spot.in_heading and spot.beside.dated
    if is_slug and not is_dated and (spot.address.points or 0.0) < LIKELY:
        points -= 1.0
    return points
