"""What silence stands on: how much was judged in a window, and what the canaries came to.

Also what a canary asks of the alert that it raised, in a transaction that is undone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model import Flight, LeasedDelivery
from monitor.store import outbox
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


def owed(tx: Tx, alert_id: str, now: int) -> list[LeasedDelivery]:
    """The deliveries that tell of an alert, as a sender would get them; for a rehearsal."""
    rows = tx.all(
        """UPDATE deliveries SET tries = tries + 1, claimed_at = coalesce(claimed_at, :now),
             lease_token = 'rehearsal'
           WHERE delivery_id IN
             (SELECT delivery_id FROM delivery_alerts WHERE alert_id = :alert)
           RETURNING *""",
        alert=alert_id, now=now,
    )  # fmt: skip
    return [outbox.leased(row) for row in rows]


def held(tx: Tx, alert_id: str) -> frozenset[str]:
    """The channels that keep an alert for their digest."""
    rows = tx.all("SELECT channel FROM holds WHERE alert_id = :alert", alert=alert_id)
    return frozenset(row["channel"] for row in rows)


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
