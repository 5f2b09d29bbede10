"""What silence stands on: how much was judged in a window, and what the canaries came to."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model import Flight
from monitor.store.db import Row, Tx


def judged(tx: Tx, since: int, until: int) -> Row:
    """Of the items that came in the window [since, until): `items`, and how many of them were
    judged by their teaser alone so far (`unread`)."""
    row = tx.one(
        """SELECT count(*) AS items,
             coalesce(sum(body_state IN ('wanted', 'gave_up')), 0) AS unread
           FROM items
           WHERE item_id >= :first AND item_id < :behind AND merged_into_id IS NULL""",
        first=_first_from(tx, since), behind=_first_from(tx, until),
    )  # fmt: skip
    assert row is not None
    return row


def hits(tx: Tx, since: int, until: int) -> int:
    """How many alerts were raised in the window [since, until)."""
    found: int = tx.value(
        "SELECT count(*) FROM alerts WHERE raised_at >= :since AND raised_at < :until",
        since=since, until=until,
    )  # fmt: skip
    return found


def keep(tx: Tx, flight: Flight) -> None:
    tx.run(
        """INSERT INTO canaries (at, ok, stage, detail, refused)
           VALUES (:at, :ok, :stage, :detail, :refused)""",
        at=flight.at, ok=flight.ok, stage=flight.stage, detail=flight.detail,
        refused=json.dumps(dict(flight.refused), ensure_ascii=False),
    )  # fmt: skip


def flights(tx: Tx, limit: int, before: int | None = None) -> Sequence[Flight]:
    """The newest canaries that were over before a time, the newest first."""
    rows = tx.all(
        """SELECT * FROM canaries WHERE at < coalesce(:before, 9e18)
           ORDER BY canary_id DESC LIMIT :limit""",
        before=before, limit=limit,
    )  # fmt: skip
    return [
        Flight(row["at"], row["stage"], row["detail"], json.loads(row["refused"])) for row in rows
    ]


def _first_from(tx: Tx, at: int) -> int:
    """The id of the first item that came at a time or later; behind the last where none did.

    Ids are in the order of arrival, so a time needs no index, which each arrival would fill.
    """
    low, high = 1, (tx.value("SELECT max(item_id) FROM items") or 0) + 1
    while low < high:
        row = tx.one(
            """SELECT item_id, first_seen_at FROM items WHERE item_id >= :middle
               ORDER BY item_id LIMIT 1""",
            middle=(low + high) // 2,
        )
        assert row is not None
        if row["first_seen_at"] < at:
            low = row["item_id"] + 1
        else:
            high = (low + high) // 2
    return low
