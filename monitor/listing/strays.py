"""What was taken beside the list and is no part of it: columns, topics, services, links in posts.

Looks at the chosen links together, as each of them had enough points by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import takewhile
from statistics import fmean

from lxml.html import HtmlElement

from monitor.listing.addresses import LIKELY
from monitor.listing.links import climb
from monitor.listing.spots import Spot
from monitor.listing.titles import Said
from monitor.listing.weigh import FULL, REPEATED, Weighed

_RIVER = 5  # dated entries with teasers that are the one list of a section page
_NEARLY_ALL = 0.8
_FULL_CHARS = 35


def without_columns(chosen: Sequence[Weighed], spots: Sequence[Spot]) -> list[Weighed]:
    """The chosen without bare lists behind the one list of a section, all dated and with teasers.

    `chosen` and `spots` in the page's order.  Such lists stand in a column beside it and lead to
    other sections; a front page has several lists and is not to be read so.
    """
    place = {spot: number for number, spot in enumerate(spots)}
    groups: dict[str, list[Weighed]] = defaultdict(list)
    for one in chosen:
        groups[one.spot.path].append(one)
    river = max(groups.values(), key=_richness, default=[])
    if _richness(river) < _RIVER:
        return list(chosen)
    last = place[river[-1].spot]
    ends = set(climb(river[0].spot.link))
    column = next((at for at in climb(river[-1].spot.link) if at in ends), None)
    dropped = {
        one
        for group in groups.values()
        if len(group) >= REPEATED
        and place[group[0].spot] > last
        and _is_bare(group)
        and not any(at is column for at in climb(group[0].spot.link))
        for one in group
    }
    return [one for one in chosen if one not in dropped]


def without_labels(chosen: Sequence[Weighed]) -> list[Weighed]:
    """The chosen without groups of short bare links, where most others have more than words.

    So read blocks of topics ("War in the Gulf") on pages whose articles stand in boxes.
    """
    if 5 * sum(is_told(one.spot) for one in chosen) < 3 * len(chosen):
        return list(chosen)
    groups: dict[str, list[Weighed]] = defaultdict(list)
    for one in chosen:
        groups[one.spot.path].append(one)
    return [one for one in chosen if not _is_of_labels(groups[one.spot.path])]


def without_inner(chosen: Sequence[Weighed]) -> list[Weighed]:
    """The chosen without links inside another one's post, by a picture or in a paragraph."""
    posts: dict[HtmlElement, set[str]] = defaultdict(set)
    for one in chosen:
        if one.spot.in_heading and (post := _post(one.spot)) is not None:
            posts[post].add(one.spot.key)
    return [one for one in chosen if not _is_inner(one.spot, posts)]


def _is_inner(spot: Spot, posts: Mapping[HtmlElement, set[str]]) -> bool:
    post = _post(spot)
    heads = posts.get(post, set()) if post is not None else set()
    if spot.in_heading or len(heads) != 1 or spot.key in heads:
        return False
    above = takewhile(lambda at: at is not post, climb(spot.link))
    return spot.said is Said.BESIDE or any(at.tag == "p" for at in above)


def _post(spot: Spot) -> HtmlElement | None:
    return next((at for at in climb(spot.link) if at.tag == "article"), None)


def without_services(chosen: Sequence[Weighed]) -> list[Weighed]:
    """The chosen without bare links to pages named by a word or two ("Speeches by the Minister" at
    `speeches.aspx`), where nearly all others have a number or date in their address."""
    if sum(one.spot.address.marked for one in chosen) < max(_RIVER, _NEARLY_ALL * len(chosen)):
        return list(chosen)
    return [
        one
        for one in chosen
        if _is_told_without_picture(one.spot) or (one.spot.address.points or 0.0) >= LIKELY
    ]


def _is_of_labels(group: Sequence[Weighed]) -> bool:
    if any(is_told(one.spot) for one in group):
        return False
    length = fmean(len(one.spot.title or "") for one in group)
    return length < _FULL_CHARS and fmean(one.spot.words for one in group) < FULL


def is_told(spot: Spot) -> bool:
    """Whether more than words speaks for an article: a number or date, or a box around it."""
    return _is_told_without_picture(spot) or spot.beside.image is not None


def _is_told_without_picture(spot: Spot) -> bool:
    beside = spot.beside
    return bool(spot.address.marked or spot.in_heading or beside.dated or beside.teaser)


def _richness(group: Sequence[Weighed]) -> int:
    rich = [one for one in group if one.spot.beside.dated and one.spot.beside.teaser]
    return len(rich) if len(rich) >= 0.8 * len(group) else 0


def _is_bare(group: Sequence[Weighed]) -> bool:
    told = sum(one.spot.beside.dated or one.spot.beside.teaser is not None for one in group)
    return told <= 0.2 * len(group)
