"""What a publisher gave us: items, feeds, and the times they state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from itertools import starmap
from operator import attrgetter

from monitor.model.twins import twin_of


class Precision(StrEnum):
    """How exactly the publisher states a time."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A publisher's time.  A bare date is the end of its day in the source's zone."""

    at: int
    precision: Precision = Precision.SECOND
    day: str | None = None

    def __reduce__(self) -> tuple[Callable[..., Stamp], tuple[object, ...]]:
        """A fifth of a frozen dataclass's usual time, as on Item: these cross to other processes
        by the thousand."""
        if self.precision is Precision.SECOND and self.day is None:
            return quick_stamp, (self.at,)
        return quick_stamp, (self.at, self.precision, self.day)

    def iso(self) -> str:
        """ISO 8601 UTC to the second, or the bare date where the publisher gave no time."""
        return self.day if self.day is not None else iso(self.at)


@dataclass(frozen=True, slots=True)
class SideStory:
    """A short story of its own, boxed inside another article's page."""

    headline: str
    dateline: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One article as the publisher gave it.  No id and no time of ours.

    `url` is the address it was found under, absolute; `canonical_url` what the page declares.
    `body` is plain text, paragraphs parted by one blank line; None when nothing is known of it.
    `partial`: `body` is only a teaser or summary, so what is not found in it is unknown.
    `byline` is printed text ("By Sarah Benhaida"); `authors` the names in it; of them and of `tags`
    None says that it is not known whether there are any.
    `stated_by`: pairs of a field's name and the statement its value was taken from, in words
    ("published", "JSON-LD datePublished"); a field without one is as the source stated it.
    """

    url: str
    title: str | None = None
    guid: str | None = None
    canonical_url: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] | None = ()
    place: str | None = None
    wire: str | None = None
    published: Stamp | None = None
    updated: Stamp | None = None
    section: str | None = None
    lang: str | None = None
    body: str | None = None
    partial: bool = True
    image: str | None = None
    side_stories: tuple[SideStory, ...] = ()
    tags: tuple[str, ...] | None = ()
    stated_by: tuple[tuple[str, str], ...] = ()

    def __reduce__(self) -> tuple[Callable[..., Item], tuple[object, ...]]:
        return _remade, _all_values(self)

    @property
    def lede(self) -> str | None:
        """The first paragraph of the body."""
        return self.body.split("\n\n", 1)[0] if self.body else None


_new_stamp = twin_of(Stamp)


def quick_stamp(*values: object) -> Stamp:
    """As `Stamp(*values)`, in half the time."""
    stamp = _new_stamp(*values)
    stamp.__class__ = Stamp
    return stamp


_all_values = attrgetter(*(field.name for field in fields(Item)))
_twin = twin_of(Item)


def _remade(*values: object) -> Item:
    item = _twin(*values)
    item.__class__ = Item
    return item


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed document, read.

    `skipped` counts entries that could not be read at all, `cut` those behind the most that one
    document may have, `misdated` those left without a date because none that they state can be
    read, of which `unread_date` is the first, as written.  `read_by` is `fast`, `json`, or the
    doubt that made feedparser read it.
    """

    title: str | None
    link: str | None
    items: tuple[Item, ...]
    skipped: int = 0
    repeated_guids: frozenset[str] = frozenset()
    cut: int = 0
    read_by: str = ""
    misdated: int = 0
    unread_date: str | None = None

    def __reduce__(self) -> tuple[Callable[..., Feed], tuple[object, ...]]:
        """Four fifths of the usual time: no item is asked how it is to be packed."""
        title, link, items, *others = _all_of_feed(self)
        return _remade_feed, (title, link, tuple(map(_all_values, items)), *others)


_all_of_feed = attrgetter(*(field.name for field in fields(Feed)))
_new_feed = twin_of(Feed)


def _remade_feed(
    title: str | None, link: str | None, items: tuple[tuple[object, ...], ...], *others: object
) -> Feed:
    made = tuple(starmap(_twin, items))
    for item in made:
        item.__class__ = Item
    feed = _new_feed(title, link, made, *others)
    feed.__class__ = Feed
    return feed


def iso(at: int) -> str:
    """Epoch milliseconds as ISO 8601 UTC with a Z, to the second."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
