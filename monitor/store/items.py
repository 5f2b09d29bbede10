"""Items, their keys and versions.  Says nothing about what is new: `dedupe` does."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from operator import attrgetter

from monitor.model import BodyState, Item, Known, Precision, SideStory, Stamp, StoredItem
from monitor.store import versions
from monitor.store.db import Row, Tx

_TEXT = (
    "url", "canonical_url", "guid", "title", "byline", "place", "wire", "section", "lang",
    "body", "image",
)  # fmt: skip
_texts = attrgetter(*_TEXT)
_NO_STAMP = (None, None, None)
_REMEMBERED = 256
_json = json.JSONEncoder(ensure_ascii=False).encode
COLUMNS = (
    *_TEXT, "published_at", "published_precision", "published_day", "updated_at",
    "updated_precision", "updated_day", "authors", "side_stories", "tags", "stated_by", "partial",
)  # fmt: skip


def asked(keys: Sequence[str]) -> str:
    """Keys of one kind as `find` looks them up."""
    return _json(keys)


def find(tx: Tx, asked: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """Which item is under each (kind, key) pair, of what is `asked` of each kind; nothing where
    there is none."""
    found: dict[tuple[str, str], int] = {}
    for kind, keys in asked.items():
        rows = tx.all(
            # Without CROSS, SQLite may read the whole of item_keys for it.
            """SELECT k.key, k.item_id FROM json_each(:keys) AS wanted
               CROSS JOIN item_keys AS k ON k.kind = :kind AND k.key = wanted.value""",
            kind=kind, keys=keys,
        )  # fmt: skip
        found |= {(kind, row["key"]): row["item_id"] for row in rows}
    return found


def has_key(tx: Tx, kind: str, start: str) -> bool:
    """Whether there is a key of this kind that begins so."""
    found = tx.value(
        """SELECT EXISTS (SELECT 1 FROM item_keys
             WHERE kind = :kind AND key >= :start AND key < :start || char(0x10FFFF))""",
        kind=kind, start=start,
    )  # fmt: skip
    return bool(found)


def known(tx: Tx, item_ids: Collection[int], source_id: str) -> dict[int, Known]:
    """What is known of items, by id; nothing of those that were merged into another."""
    rows = tx.all(
        """SELECT i.item_id, i.title, i.partial, i.fingerprint, i.body_state, v.partial AS open,
             s.fingerprint AS shown, s.guid, s.listed
           FROM json_each(:ids) AS wanted
           CROSS JOIN items i ON i.item_id = wanted.value AND i.merged_into_id IS NULL
           CROSS JOIN versions v ON v.item_id = i.item_id AND v.version = i.version
           LEFT JOIN sightings s ON s.item_id = i.item_id AND s.source_id = :source_id""",
        ids=json.dumps(list(item_ids)), source_id=source_id,
    )  # fmt: skip
    return {
        row["item_id"]: Known(
            row["item_id"], row["title"], bool(row["partial"]), row["fingerprint"],
            BodyState(row["body_state"]), bool(row["open"]), row["shown"], row["guid"],
            bool(row["listed"]),
        )
        for row in rows
    }  # fmt: skip


def insert(tx: Tx, others: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Store new rows of `items`: an item's own columns, then these `others`."""
    names = (*COLUMNS, *others)
    marks = ", ".join("?" for _ in names)
    tx.many(f"INSERT INTO items ({', '.join(names)}) VALUES ({marks})", rows)


def replace_text(tx: Tx, item_id: int, item: Item, fingerprint: str, now: int) -> None:
    """Complete the newest version in place: its article page was read.

    What it read before stays beside it, for the alerts that were raised on that.
    """
    before = _changed_fields(tx, item_id, item)
    versions.keep_text(tx, item_id)
    _update(tx, item_id, item, fingerprint)
    tx.run(
        """UPDATE versions SET teaser_title = title, teaser = body, completed_at = :now,
             teaser_fields = :before, title = NULL, body = NULL,
             (fingerprint, partial) =
             (SELECT fingerprint, partial FROM items WHERE item_id = :item_id)
           WHERE item_id = :item_id
             AND version = (SELECT version FROM items WHERE item_id = :item_id)""",
        item_id=item_id, now=now, before=before,
    )  # fmt: skip
    tx.run("UPDATE items SET changed_at = :now WHERE item_id = :item_id", item_id=item_id, now=now)


def add_version(tx: Tx, item_id: int, item: Item, fingerprint: str, now: int) -> None:
    """Store an edit as the next version."""
    versions.keep_text(tx, item_id)
    tx.run(
        """UPDATE versions SET fields = :before WHERE item_id = :item_id
             AND version = (SELECT version FROM items WHERE item_id = :item_id)""",
        item_id=item_id, before=_changed_fields(tx, item_id, item),
    )  # fmt: skip
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


def add_keys(tx: Tx, keys: Sequence[tuple[str, str, int]]) -> None:
    """Remember (kind, key, item id); a key that is already another item's stays with that one."""
    tx.many(
        "INSERT INTO item_keys (kind, key, item_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", keys
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


def merge(tx: Tx, item_id: int, into: int, now: int) -> None:
    """Two items are one: keys, sightings and earlier merges move, the row stays as it is."""
    tx.run(
        """UPDATE items SET merged_into_id = :into, merged_at = :now, body_state = 'gave_up',
             body_reason = 'merged'
           WHERE item_id = :id""",
        id=item_id, into=into, now=now,
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
    tx.run("UPDATE pages SET reread_at = NULL WHERE item_id = :id", id=item_id)


def stories(tx: Tx, item_id: int) -> list[str]:
    """The story keys that an item stands for: its whole story's, then those of the stories that
    were merged into that, or that items which were merged into this one had."""
    rows = tx.all(
        """WITH own AS (
             SELECT coalesce(s.merged_into, i.story_key) AS story_key, i.story_key AS at_first,
               i.item_id <> :id AS other, i.item_id
             FROM items i LEFT JOIN stories s ON s.story_key = i.story_key
             WHERE i.item_id = :id OR i.merged_into_id = :id
           )
           SELECT story_key FROM (
             SELECT story_key, other, item_id, 0 AS part FROM own
             UNION ALL SELECT at_first, other, item_id, 1 FROM own
             UNION ALL SELECT s.story_key, other, item_id, 1
               FROM own JOIN stories s ON s.merged_into = own.story_key
           ) GROUP BY story_key ORDER BY min(part + 2 * other), min(item_id), story_key""",
        id=item_id,
    )
    return [row["story_key"] for row in rows]


def load(tx: Tx, item_id: int) -> StoredItem:
    row = tx.one("SELECT * FROM items WHERE item_id = :id", id=item_id)
    assert row is not None, item_id
    return from_row(row)


def placed(tx: Tx, stored: StoredItem) -> StoredItem:
    """With what grouping has decided since it was loaded."""
    row = tx.one("SELECT story_key, origin FROM items WHERE item_id = :id", id=stored.id)
    assert row is not None, stored.id
    return replace(stored, story_key=row["story_key"], origin=row["origin"])


def from_row(row: Row) -> StoredItem:
    """A StoredItem from a whole row of `items`."""
    return StoredItem(
        row["item_id"], item_of(row), row["source_id"], row["first_seen_at"], row["version"],
        BodyState(row["body_state"]), row["story_key"], row["body_reason"],
        row["site"], row["fingerprint"], row["origin"],
    )  # fmt: skip


def item_of(row: Row) -> Item:
    """The item of its own COLUMNS."""
    return Item(
        **{name: row[name] for name in _TEXT},
        authors=tuple(json.loads(row["authors"])),
        published=_stamp(row, "published"),
        updated=_stamp(row, "updated"),
        partial=bool(row["partial"]),
        side_stories=tuple(SideStory(**story) for story in json.loads(row["side_stories"])),
        tags=tuple(json.loads(row["tags"])),
        stated_by=tuple(json.loads(row["stated_by"]).items()),
    )


def _changed_fields(tx: Tx, item_id: int, item: Item) -> str:
    """The columns beside title and body that `item` changes, as they are, as JSON."""
    row = tx.one("SELECT * FROM items WHERE item_id = :id", id=item_id)
    assert row is not None, item_id
    new = dict(zip(COLUMNS, values(item), strict=True))
    return _json({
        name: row[name] for name in COLUMNS
        if name not in ("title", "body") and row[name] != new[name]
    })  # fmt: skip


def _update(tx: Tx, item_id: int, item: Item, fingerprint: str) -> None:
    assigned = ", ".join(f"{name} = ?" for name in (*COLUMNS, "fingerprint"))
    row = (*values(item), fingerprint, item_id)
    tx.many(f"UPDATE items SET {assigned} WHERE item_id = ?", [row])


def _insert_version(tx: Tx, item_id: int, version: int, now: int) -> None:
    tx.run(
        """INSERT INTO versions (item_id, version, fingerprint, partial, seen_at)
           SELECT item_id, :version, fingerprint, partial, :now
           FROM items WHERE item_id = :item_id""",
        item_id=item_id, version=version, now=now,
    )  # fmt: skip


def values(item: Item) -> tuple[object, ...]:
    """The item's own columns, in the order of COLUMNS."""
    published, updated = item.published, item.updated
    return (
        *_texts(item),
        *((published.at, published.precision.value, published.day) if published else _NO_STAMP),
        *((updated.at, updated.precision.value, updated.day) if updated else _NO_STAMP),
        _list(item.authors or ()),
        _json([asdict(story) for story in item.side_stories]) if item.side_stories else "[]",
        _list(item.tags or ()),
        _object(item.stated_by),
        int(item.partial),
    )


# The entries of a feed have mostly the same ones.
@lru_cache(maxsize=_REMEMBERED)
def _list(texts: tuple[str, ...]) -> str:
    return _json(texts)


@lru_cache(maxsize=_REMEMBERED)
def _object(pairs: tuple[tuple[str, str], ...]) -> str:
    return _json(dict(pairs))


def _stamp(row: Row, name: str) -> Stamp | None:
    if row[f"{name}_at"] is None:
        return None
    return Stamp(row[f"{name}_at"], Precision(row[f"{name}_precision"]), row[f"{name}_day"])
