"""Items, their keys and versions.  Says nothing about what is new: `dedupe` does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.model import BodyState, Item, Known, Precision, SideStory, Stamp, StoredItem
from monitor.store.db import Row, Tx

_TEXT = (
    "url", "canonical_url", "guid", "title", "byline", "place", "wire", "section", "lang",
    "body", "image",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new item as it is to be stored."""

    item: Item
    source_id: str
    site: str | None
    fingerprint: str
    story_key: str
    now: int
    body_state: BodyState
    body_try_at: int | None


def find(tx: Tx, kinds: Sequence[str], key: str, source_id: str) -> Known | None:
    """The item that has this key under one of `kinds`."""
    item_id = tx.value(
        """SELECT min(item_id) FROM item_keys
           WHERE key = :key AND kind IN (SELECT value FROM json_each(:kinds))""",
        kinds=json.dumps(list(kinds)), key=key,
    )  # fmt: skip
    return None if item_id is None else known(tx, item_id, source_id)


def known(tx: Tx, item_id: int, source_id: str) -> Known | None:
    """What is known of an item.  None: it was merged into another."""
    row = tx.one(
        """SELECT i.*, v.partial AS open, s.fingerprint AS shown
           FROM items i
           JOIN versions v ON v.item_id = i.item_id AND v.version = i.version
           LEFT JOIN sightings s ON s.item_id = i.item_id AND s.source_id = :source_id
           WHERE i.item_id = :item_id AND i.merged_into_id IS NULL""",
        item_id=item_id, source_id=source_id,
    )  # fmt: skip
    if row is None:
        return None
    return Known(
        row["item_id"], row["title"], row["body"], bool(row["partial"]), row["fingerprint"],
        BodyState(row["body_state"]), bool(row["open"]), row["shown"],
    )  # fmt: skip


def insert(tx: Tx, arrival: Arrival) -> int:
    """Store a new item with its first version; returns its id."""
    columns = _columns(arrival.item) | {
        "source_id": arrival.source_id,
        "site": arrival.site,
        "version": 1,
        "fingerprint": arrival.fingerprint,
        "story_key": arrival.story_key,
        "first_seen_at": arrival.now,
        "changed_at": arrival.now,
        "body_state": arrival.body_state,
        "body_try_at": arrival.body_try_at,
    }
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    item_id: int = tx.value(
        f"INSERT INTO items ({names}) VALUES ({values}) RETURNING item_id",
        **columns,
    )
    _insert_version(tx, item_id, 1, arrival.now)
    return item_id


def replace_text(tx: Tx, item_id: int, item: Item, fingerprint: str, now: int) -> None:
    """Complete the newest version in place: its article page was read.

    What it read before stays beside it, for the alerts that were raised on that.
    """
    _update(tx, item_id, item, fingerprint)
    tx.run(
        """UPDATE versions SET teaser_title = title, teaser = body, completed_at = :now,
             (fingerprint, title, body, partial) =
             (SELECT fingerprint, title, body, partial FROM items WHERE item_id = :item_id)
           WHERE item_id = :item_id
             AND version = (SELECT version FROM items WHERE item_id = :item_id)""",
        item_id=item_id, now=now,
    )  # fmt: skip
    tx.run("UPDATE items SET changed_at = :now WHERE item_id = :item_id", item_id=item_id, now=now)


def add_version(tx: Tx, item_id: int, item: Item, fingerprint: str, now: int) -> None:
    """Store an edit as the next version."""
    _update(tx, item_id, item, fingerprint)
    version = tx.value(
        """UPDATE items SET version = version + 1, changed_at = :now
           WHERE item_id = :item_id RETURNING version""",
        item_id=item_id, now=now,
    )  # fmt: skip
    _insert_version(tx, item_id, version, now)


def reopen(tx: Tx, item_id: int, try_at: int) -> None:
    """Want the article page again: a source shows something else than before."""
    tx.run(
        """UPDATE items SET body_state = 'wanted', body_try_at = :try_at, body_tries = 0
           WHERE item_id = :item_id""",
        item_id=item_id, try_at=try_at,
    )  # fmt: skip


def open_version(tx: Tx, item_id: int) -> None:
    """Mark the newest version as waiting for its article page."""
    tx.run(
        """UPDATE versions SET partial = 1 WHERE item_id = :item_id
             AND version = (SELECT version FROM items WHERE item_id = :item_id)""",
        item_id=item_id,
    )


def add_keys(tx: Tx, item_id: int, keys: Iterable[tuple[str, str]]) -> None:
    """Remember (kind, key) pairs; a key that is already another item's stays with that one."""
    tx.many(
        """INSERT INTO item_keys (kind, key, item_id) VALUES (:kind, :key, :item_id)
           ON CONFLICT DO NOTHING""",
        [{"kind": kind, "key": key, "item_id": item_id} for kind, key in keys],
    )


def keys(tx: Tx, item_id: int) -> list[str]:
    """Everything that tells an item again, as `kind:key`."""
    rows = tx.all("SELECT kind, key FROM item_keys WHERE item_id = :id", id=item_id)
    return [f"{row['kind']}:{row['key']}" for row in rows]


def root(tx: Tx, item_id: int) -> int:
    """The item itself, or the one that it was merged into."""
    found: int = tx.value(
        "SELECT coalesce(merged_into_id, item_id) FROM items WHERE item_id = :id", id=item_id
    )
    return found


def merge(tx: Tx, item_id: int, into: int) -> None:
    """Two items are one: keys, sightings and earlier merges move, the row stays as it is."""
    tx.run(
        """UPDATE items SET merged_into_id = :into, body_state = 'gave_up', body_reason = 'merged'
           WHERE item_id = :id""",
        id=item_id, into=into,
    )  # fmt: skip
    tx.run(
        "UPDATE items SET merged_into_id = :into WHERE merged_into_id = :id", id=item_id, into=into
    )
    tx.run("UPDATE item_keys SET item_id = :into WHERE item_id = :id", id=item_id, into=into)
    tx.run(
        """INSERT INTO sightings SELECT :into, source_id, seen_at, baseline, listed, fingerprint,
             guid, guid_changes FROM sightings WHERE item_id = :id ON CONFLICT DO NOTHING""",
        id=item_id, into=into,
    )  # fmt: skip
    tx.run("DELETE FROM sightings WHERE item_id = :id", id=item_id)


def stories(tx: Tx, item_id: int) -> list[str]:
    """The story keys that an item stands for: its own, then those of what was merged into it."""
    rows = tx.all(
        """SELECT story_key FROM items WHERE item_id = :id OR merged_into_id = :id
           ORDER BY item_id <> :id, item_id""",
        id=item_id,
    )
    return [row["story_key"] for row in rows]


def load(tx: Tx, item_id: int) -> StoredItem:
    row = tx.one("SELECT * FROM items WHERE item_id = :id", id=item_id)
    assert row is not None, item_id
    return from_row(row)


def from_row(row: Row) -> StoredItem:
    """A StoredItem from a whole row of `items`."""
    item = Item(
        **{name: row[name] for name in _TEXT},
        authors=tuple(json.loads(row["authors"])),
        published=_stamp(row, "published"),
        updated=_stamp(row, "updated"),
        partial=bool(row["partial"]),
        side_stories=tuple(SideStory(**story) for story in json.loads(row["side_stories"])),
        tags=tuple(json.loads(row["tags"])),
    )
    return StoredItem(
        row["item_id"], item, row["source_id"], row["first_seen_at"], row["version"],
        BodyState(row["body_state"]), row["story_key"], row["body_reason"],
        row["site"],
    )  # fmt: skip


def _update(tx: Tx, item_id: int, item: Item, fingerprint: str) -> None:
    columns = _columns(item) | {"fingerprint": fingerprint}
    assigned = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(f"UPDATE items SET {assigned} WHERE item_id = :item_id", item_id=item_id, **columns)


def _insert_version(tx: Tx, item_id: int, version: int, now: int) -> None:
    tx.run(
        """INSERT INTO versions (item_id, version, fingerprint, title, body, partial, seen_at)
           SELECT item_id, :version, fingerprint, title, body, partial, :now
           FROM items WHERE item_id = :item_id""",
        item_id=item_id, version=version, now=now,
    )  # fmt: skip


def _columns(item: Item) -> dict[str, object]:
    columns: dict[str, object] = {name: getattr(item, name) for name in _TEXT}
    for name, stamp in (("published", item.published), ("updated", item.updated)):
        columns[f"{name}_at"] = stamp.at if stamp else None
        columns[f"{name}_precision"] = stamp.precision if stamp else None
        columns[f"{name}_day"] = stamp.day if stamp else None
    stories = [
        {"headline": story.headline, "dateline": story.dateline, "text": story.text}
        for story in item.side_stories
    ]
    return columns | {
        "authors": json.dumps(item.authors, ensure_ascii=False),
        "side_stories": json.dumps(stories, ensure_ascii=False),
        "tags": json.dumps(item.tags, ensure_ascii=False),
        "partial": item.partial,
    }


def _stamp(row: Row, name: str) -> Stamp | None:
    if row[f"{name}_at"] is None:
        return None
    return Stamp(row[f"{name}_at"], Precision(row[f"{name}_precision"]), row[f"{name}_day"])
