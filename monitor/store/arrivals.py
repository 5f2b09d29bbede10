"""New items of one document, stored in a few statements however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from monitor.model import BodyState, Item
from monitor.store import items, words
from monitor.store.db import Tx

OTHERS = (
    "item_id", "source_id", "site", "version", "fingerprint", "story_key", "first_seen_at",
    "changed_at", "news_at", "body_state", "body_try_at", "texts",
)  # fmt: skip


class Arrival(NamedTuple):
    """A new item as it is to be stored.  `keys` are (kind, key) pairs that tell it again.

    `shown` and `listed` are how its source showed it, `baseline` whether that was at first sight.
    """

    item: Item
    source_id: str
    site: str | None
    fingerprint: str
    story_key: str
    now: int
    body_state: BodyState
    body_try_at: int | None
    keys: Sequence[tuple[str, str]] = ()
    shown: str = ""
    listed: bool = True
    baseline: bool = False
    words: str = ""  # of title and body, for the index


def next_id(tx: Tx) -> int:
    """The id of the next item.  It stays free as long as the transaction is the writing one."""
    last: int | None = tx.value("SELECT max(item_id) FROM items")
    return (last or 0) + 1


def insert(tx: Tx, first_id: int, arrivals: Sequence[Arrival]) -> None:
    """Store new items with first version, sighting, keys and words, from id `first_id` up."""
    numbered = list(enumerate(arrivals, first_id))
    items.insert(tx, OTHERS, [_row(item_id, arrival) for item_id, arrival in numbered])
    tx.run(
        """INSERT INTO versions (item_id, version, fingerprint, partial, seen_at)
           SELECT item_id, version, fingerprint, partial, first_seen_at
           FROM items WHERE item_id >= :first_id""",
        first_id=first_id,
    )
    tx.many(
        """INSERT INTO sightings
             (item_id, source_id, seen_at, baseline, listed, fingerprint, guid)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                item_id, one.source_id, one.now, int(one.baseline), int(one.listed), one.shown,
                one.item.guid,
            )
            for item_id, one in numbered
        ],
    )  # fmt: skip
    items.add_keys(
        tx, [(kind, key, item_id) for item_id, one in numbered for kind, key in one.keys]
    )
    words.add(tx, [(item_id, one.words) for item_id, one in numbered])


def _row(item_id: int, one: Arrival) -> tuple[object, ...]:
    """Its row of `items`: the item's own columns, then OTHERS."""
    news_at = one.now if one.listed and not one.baseline else None
    return (
        *items.values(one.item), item_id, one.source_id, one.site, 1, one.fingerprint,
        one.story_key, one.now, one.now, news_at, one.body_state.value, one.body_try_at, 1,
    )  # fmt: skip
