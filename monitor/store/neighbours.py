"""What grouping asks of stored items: the one to be grouped, its neighbours, how rare words are."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.store.db import Row, Tx

_MOST_OF_A_STORY = 3


def to_group(tx: Tx, item_id: int) -> Row | None:
    """The item as grouping asks of it; None for one that was merged into another."""
    return tx.one(
        """SELECT item_id, title, body, partial, body_state, byline, authors, place, wire, url,
             site, source_id, story_key, first_seen_at, changed_at, grouped_at, copy_of_id, origin
           FROM items WHERE item_id = :item_id AND merged_into_id IS NULL""",
        item_id=item_id,
    )


def of(tx: Tx, item_ids: Sequence[int], item_id: int) -> Sequence[Row]:
    """Those of the items that another may be grouped with: older ones, and what is grouped."""
    return tx.all(
        """SELECT i.item_id, i.title, i.body, i.site, i.first_seen_at, i.copy_of_id, i.origin,
             coalesce(s.merged_into, i.story_key) AS story_key,
             coalesce(r.matched_at, r.active_at, i.first_seen_at) AS active_at
           FROM json_each(:ids) AS wanted CROSS JOIN items i ON i.item_id = wanted.value
           LEFT JOIN stories s ON s.story_key = i.story_key
           LEFT JOIN stories r ON r.story_key = coalesce(s.merged_into, i.story_key)
           WHERE i.item_id <> :item_id AND i.merged_into_id IS NULL
             AND (i.item_id < :item_id OR i.grouped_at IS NOT NULL)""",
        ids=json.dumps(list(item_ids)), item_id=item_id,
    )  # fmt: skip


def grouped(tx: Tx, item_id: int, copy_of_id: int | None, origin: str | None, now: int) -> None:
    """The item has its story."""
    tx.run(
        """UPDATE items SET grouped_at = :now, copy_of_id = :copy_of_id, origin = :origin
           WHERE item_id = :item_id""",
        item_id=item_id, copy_of_id=copy_of_id, origin=origin, now=now,
    )  # fmt: skip


def not_grouped(tx: Tx, limit: int) -> list[int]:
    """Items that no rule asked for, once all of their text is here, oldest first."""
    rows = tx.all(
        """SELECT item_id FROM items WHERE grouped_at IS NULL
             AND (body_state <> 'wanted' OR merged_into_id IS NOT NULL)
           ORDER BY item_id LIMIT :limit""",
        limit=limit,
    )
    return [row["item_id"] for row in rows]


def first_seen_since(tx: Tx, at: int) -> int:
    """About the lowest id of an item that was first seen at this time or later: ids are in the
    order of arrival.  Looks at as many items as it takes to halve them all down to one."""
    found: int = tx.value(
        """WITH RECURSIVE search (low, high) AS (
             SELECT 1, (SELECT coalesce(max(item_id), 0) + 1 FROM items)
             UNION ALL
             SELECT iif(i.first_seen_at < :at, i.item_id + 1, low),
               iif(i.first_seen_at < :at, high, (low + high) / 2)
             FROM search CROSS JOIN items i
               ON i.item_id = (SELECT min(item_id) FROM items WHERE item_id >= (low + high) / 2)
             WHERE low < high
           ) SELECT low FROM search WHERE low >= high""",
        at=at,
    )
    return found


def counted_words(tx: Tx) -> tuple[int, str]:
    """Up to which item words were counted, and what tells these counts from others."""
    row = tx.one("SELECT up_to, digest FROM rarity")
    return (row["up_to"], row["digest"]) if row is not None else (0, "")


def word_counts(tx: Tx) -> str:
    counted: str = tx.value("SELECT counted FROM rarity")
    return counted


def keep_word_counts(tx: Tx, up_to: int, digest: str, counted: str) -> None:
    tx.run(
        """INSERT INTO rarity (one, up_to, digest, counted) VALUES (1, :up_to, :digest, :counted)
           ON CONFLICT DO UPDATE SET up_to = excluded.up_to, digest = excluded.digest,
             counted = excluded.counted""",
        up_to=up_to, digest=digest, counted=counted,
    )  # fmt: skip


def sample(tx: Tx, after: int, up_to: int) -> Sequence[Row]:
    """Title and text of the items behind one id, up to another: of each story only some, or the
    words of an event that all report would count as common."""
    return tx.all(
        """SELECT title, body FROM (
             SELECT item_id, title, body,
               row_number() OVER (PARTITION BY story_key ORDER BY item_id) AS place
             FROM items WHERE item_id > :after AND item_id <= :up_to
           ) WHERE place <= :most ORDER BY item_id""",
        after=after, up_to=up_to, most=_MOST_OF_A_STORY,
    )  # fmt: skip
