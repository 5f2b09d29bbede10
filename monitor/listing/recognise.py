"""The list of articles on any front or section page, told by its repeated structure.

Links are weighed by address, words and what stands beside them, then by the others of their build;
navigation, most read, adverts and the like are ruled out before.  Runs no scripts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from monitor import urls
from monitor.errors import ReadError, ReadReason
from monitor.listing import days, paging, refusals, shapes
from monitor.listing.addresses import Address, article_key, plain_address, weigh
from monitor.listing.links import Link, base_of, links_of
from monitor.listing.refusals import FEWEST
from monitor.listing.spots import Spot, Surroundings, spots_of
from monitor.listing.strays import (
    without_columns,
    without_inner,
    without_labels,
    without_services,
)
from monitor.listing.weigh import (
    Weighed,
    is_among,
    of_others,
    sisters,
    taken,
)
from monitor.listing.weigh import weigh as weigh_spots
from monitor.model import Item

_MOST_DECLARED = 5000
_SHOWN_PATHS = 2


@dataclass(frozen=True, slots=True)
class Recognised:
    """As in `Listing`, but for the next page."""

    items: tuple[Item, ...]
    shape: str
    found: str
    moved: bool


def recognise(tree: HtmlElement, *, url: str, timezone: str, shape: str | None) -> Recognised:
    """Raises ReadError(NO_LIST) where no list of articles is recognised."""
    missing = refusals.not_there(tree)
    if missing is not None:
        raise ReadError(ReadReason.NO_LIST, missing)
    links = links_of(tree, url)
    base = base_of(tree, url)
    addresses = _addresses(links, (url, base))
    around = Surroundings(base, days.reader(tree, timezone), _declared(tree, base))
    spots = spots_of(tree, links, addresses, around)
    weighed = weigh_spots(spots, around.declared)
    known = shapes.read(shape)
    chosen = taken(weighed, known)
    others = of_others(weighed)
    if is_among(chosen, others):
        chosen = [*chosen, *others]
    elif len({one.spot.key for one in chosen}) < FEWEST:
        chosen = others or chosen
    chosen = _in_order(spots, [*chosen, *sisters(weighed, chosen, _masthead(links))])
    if not urls.is_front_page(url) or paging.next_page(tree, url) is not None:
        chosen = without_columns(chosen, spots)
    chosen = without_services(without_labels(without_inner(chosen)))
    entries = _entries(chosen, links)
    by_shape = sum(one.spot.path in known for one in chosen)
    _refuse(tree, url, [one.spot for one in chosen], by_shape=by_shape, open_links=len(weighed))
    return Recognised(
        items=tuple(entries.values()),
        shape=shapes.write(one.spot.path for one in chosen),
        found=_found(entries, chosen, spots),
        moved=bool(shape) and 2 * by_shape < len(chosen),
    )


def _refuse(
    tree: HtmlElement, url: str, chosen: Sequence[Spot], *, by_shape: int, open_links: int
) -> None:
    others = open_links - len(chosen)
    count = len({spot.key for spot in chosen})
    why = refusals.sign_in(tree, count)
    why = why or refusals.article(tree, url, chosen)
    if why is None and count < (1 if by_shape else FEWEST):
        why = refusals.nothing(tree, len(links_of(tree, url)))
    why = why or refusals.directory(chosen, others)
    if not by_shape:  # what was a list yesterday was meant
        why = why or refusals.service(chosen)
    if why is not None:
        raise ReadError(ReadReason.NO_LIST, why)


def _addresses(links: Sequence[Link], homes: tuple[str, ...]) -> dict[str, Address]:
    own = frozenset(urls.registrable(urls.site(home) or "") for home in homes)
    weighed: dict[str, Address] = {}
    for link in links:
        if link.key not in weighed:
            weighed[link.key] = weigh(link.url, own)
    return weighed


def _masthead(links: Sequence[Link]) -> frozenset[str]:
    """The domains whose front pages are linked: a publisher's bar of its sites."""
    fronts = (one.url for one in links if urls.is_front_page(one.url))
    return frozenset(urls.registrable(urls.site(front) or "") for front in fronts)


def _in_order(spots: Sequence[Spot], chosen: Sequence[Weighed]) -> list[Weighed]:
    place = {spot: number for number, spot in enumerate(spots)}
    return sorted(chosen, key=lambda one: place[one.spot])


def _entries(chosen: Sequence[Weighed], links: Sequence[Link]) -> dict[str, Item]:
    """One item for each article, where it stands first, with the best that any spot gives.

    Its address is without parameters that only say where on the page it stood: they are others
    tomorrow, and the article would be another one.
    """
    spots: dict[str, list[Spot]] = {}
    for one in chosen:
        spots.setdefault(one.spot.key, []).append(one.spot)
    addresses: dict[str, str] = {}
    for link in links:
        known = addresses.get(link.key)
        if not link.to_part and (known is None or len(link.url) < len(known)):
            addresses[link.key] = link.url
    return {key: _item(alike, addresses.get(key)) for key, alike in spots.items()}


def _item(spots: Sequence[Spot], address: str | None) -> Item:
    best = max(spots, key=lambda spot: spot.said)
    besides = [spot.beside for spot in spots]
    return Item(
        url=plain_address(address or spots[0].url),
        title=best.title,
        published=next((b.published for b in besides if b.published is not None), None),
        body=next((b.teaser for b in besides if b.teaser is not None), None),
        byline=next((b.byline for b in besides if b.byline is not None), None),
        image=next((b.image for b in besides if b.image is not None), None),
    )


def _declared(tree: HtmlElement, base: str) -> frozenset[str]:
    """The keys of what the page's JSON-LD lists (schema.org ItemList)."""
    found = set()
    for script in tree.xpath("//script[contains(@type, 'ld+json')]")[:20]:
        text = script.text or ""
        if "ItemList" in text and len(text) < 1_000_000:
            for address in _listed(text):
                absolute = urls.absolute(base, address)
                key = article_key(absolute) if absolute is not None else None
                if key is not None:
                    found.add(key)
    return frozenset(found)


def _listed(text: str) -> Iterator[str]:
    try:
        waiting: list[object] = [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_DECLARED):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one[:_MOST_DECLARED])
        elif isinstance(one, dict):
            if one.get("@type") == "ListItem":
                inner = one.get("item")
                address = one.get("url") or (inner.get("url") if isinstance(inner, dict) else inner)
                if isinstance(address, str):
                    yield address
            elif one.get("@type") != "BreadcrumbList":
                names = ("@graph", "mainEntity", "itemListElement", "hasPart")
                waiting.extend(one[name] for name in names if name in one)


def _found(entries: dict[str, Item], chosen: Sequence[Weighed], spots: Sequence[Spot]) -> str:
    paths = Counter(one.spot.path for one in chosen)
    shown = ", ".join(f"`{path}`" for path, _ in paths.most_common(_SHOWN_PATHS))
    more = len(paths) - _SHOWN_PATHS
    others = f" and {more} more" if more > 0 else ""
    dated = sum(item.published is not None for item in entries.values())
    teasers = sum(item.body is not None for item in entries.values())
    took = {one.spot for one in chosen}
    passed = Counter(spot.zone or "other links" for spot in spots if spot not in took)
    over = ", ".join(f"{zone} {count}" for zone, count in passed.most_common(8))
    return (
        f"{len(entries)} headlines in {shown}{others}, {dated} with a date,"
        f" {teasers} with a teaser." + (f" Passed over: {over}." if over else "")
    )
