"""A section page to the list of articles on it: by selectors, or by its repeated structure.

Does not fetch, and knows no publisher.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, Unpack

from monitor import markup
from monitor.errors import ReadError, ReadReason
from monitor.listing.paging import next_page
from monitor.listing.recognise import recognise
from monitor.listing.selected import by_selectors
from monitor.model import Item
from monitor.settings import Selectors

__all__ = ["Listing", "read"]


@dataclass(frozen=True, slots=True)
class Listing:
    """What was read from one section page.

    `items`: in the page's order, each address once, partial; `body` is a teaser or None.
    `shape`: how the list was told, at most 500 characters, to be given back with tomorrow's page;
    None when selectors told it.  `next_url`: the next page of the same list on the same site.
    `found`: a sentence or two for people.  `moved`: a shape was given, and most of the list was
    not found by it.
    """

    items: tuple[Item, ...]
    shape: str | None
    next_url: str | None
    found: str
    moved: bool = False


class _Known(TypedDict, total=False):
    selectors: Selectors | None
    shape: str | None


def read(
    html: bytes, *, url: str, content_type: str | None, timezone: str, **known: Unpack[_Known]
) -> Listing:
    """The articles that a front or section page lists.

    `selectors`: how its source says to find them, else the list is recognised; `shape`: what an
    earlier reading of the same address gave.  Raises ReadError(NO_LIST) where no list of articles
    is told apart with confidence, never an empty list.
    """
    if (what := markup.file_of(html, content_type)) is not None:
        raise ReadError(ReadReason.NO_LIST, f"this is {what}, not a page")
    tree = markup.parse(markup.decode(html, content_type))
    selectors = known.get("selectors")
    if selectors is not None:
        items = by_selectors(tree, url=url, selectors=selectors, timezone=timezone)
        next_url = next_page(tree, url) if tree is not None else None
        found = f"{len(items)} headlines in boxes of `{selectors.item}`, as the selectors say."
        return Listing(items, None, next_url, found)
    if tree is None:
        raise ReadError(ReadReason.NO_LIST, "the page is empty")
    told = recognise(tree, url=url, timezone=timezone, shape=known.get("shape"))
    return Listing(told.items, told.shape, next_page(tree, url), told.found, told.moved)
