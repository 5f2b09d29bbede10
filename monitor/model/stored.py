"""An item as the store has it, and what an arriving one is against it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from monitor.model.items import Item


class BodyState(StrEnum):
    """Whether the article's own text is here."""

    WANTED = "wanted"  # the page is still to be read; `body` holds the teaser
    FULL = "full"
    NONE = "none"  # the source says `article: false`: the summary is all there will be
    GAVE_UP = "gave_up"


class Change(StrEnum):
    """An item against the store."""

    NEW = "new"
    COMPLETED = "completed"  # its body came: no new version
    MODIFIED = "modified"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item with our id and times; `source_id` is the source that showed it first."""

    id: int
    item: Item
    source_id: str
    first_seen_at: int
    version: int
    body_state: BodyState
    story_key: str
    body_reason: str | None = None
    site: str | None = None
    fingerprint: str = ""
    origin: str | None = None  # who reports it independently


class Tally(NamedTuple):
    """How many articles a story has, and who reported it first-hand, in the order of coming."""

    articles: int
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of the item that an arriving one was found to be.

    `open`: the newest version still waits for its article page.  `shown`: fingerprint of what the
    asking source showed last, None when it never showed it; `guid` and `listed` of that showing.
    """

    item_id: int
    title: str | None
    partial: bool
    fingerprint: str
    body_state: BodyState
    open: bool
    shown: str | None
    guid: str | None = None
    listed: bool = False
