"""The texts that an item had.  The newest stands in `items`, and beside its version only where an
alert was raised on it: to read them all there is the view `version_texts`."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import Item, StoredItem
from monitor.store.db import Tx


def keep_text(tx: Tx, item_id: int) -> None:
    """The newest version has its text by itself from now on: the item's is to change, or is what
    an alert was raised on."""
    tx.run(
        """UPDATE versions SET (title, body) =
             (SELECT title, body FROM items WHERE item_id = :item_id)
           WHERE item_id = :item_id AND title IS NULL AND body IS NULL
             AND version = (SELECT version FROM items WHERE item_id = :item_id)""",
        item_id=item_id,
    )


def before(tx: Tx, stored: StoredItem) -> Item | None:
    """The item as its version before read in the end.  None: it is in its first version."""
    return in_version(tx, stored, stored.version - 1)


def in_version(tx: Tx, stored: StoredItem, version: int) -> Item | None:
    """The item as a version of it read in the end; `partial`: its page was never read."""
    row = tx.one(
        """SELECT title, body, partial FROM version_texts
           WHERE item_id = :item_id AND version = :version""",
        item_id=stored.id, version=version,
    )  # fmt: skip
    if row is None:
        return None
    return replace(stored.item, title=row["title"], body=row["body"], partial=bool(row["partial"]))
