"""What a delivery has to say: its alerts, each with the text that its spans point into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.model import LeasedDelivery, StoredItem, Told
from monitor.store import alerts, items
from monitor.store.db import Row, Tx

_ALERTS = """
  SELECT a.*, v.title AS v_title, v.body AS v_body, v.teaser_title, v.teaser,
         v.completed_at IS NOT NULL AND a.judged_at < v.completed_at AS on_teaser
  FROM alerts a
  JOIN versions v ON v.item_id = a.item_id AND v.version = a.version
"""


def of_delivery(tx: Tx, delivery: LeasedDelivery) -> tuple[Told, ...]:
    """What this delivery tells."""
    return _told(tx, tx.all(
        _ALERTS + """
          JOIN delivery_alerts d ON d.alert_id = a.alert_id
          WHERE d.delivery_id = :id ORDER BY a.raised_at, a.rule_id""",
        id=delivery.id,
    ))  # fmt: skip


def before(tx: Tx, delivery: LeasedDelivery) -> tuple[Told, ...]:
    """What the same recipient was told before in the same conversation."""
    return _told(tx, tx.all(
        _ALERTS + """
          JOIN delivery_alerts da ON da.alert_id = a.alert_id
          JOIN deliveries d ON d.delivery_id = da.delivery_id
          WHERE d.conversation_id = :conversation AND d.recipient = :recipient
            AND d.revision < :revision ORDER BY d.revision, a.rule_id""",
        conversation=delivery.conversation_id, recipient=delivery.recipient,
        revision=delivery.revision,
    ))  # fmt: skip


def _told(tx: Tx, rows: Sequence[Row]) -> tuple[Told, ...]:
    return tuple(Told(alerts.from_row(row), _as_it_read(tx, row), row["rule_id"]) for row in rows)


def _as_it_read(tx: Tx, row: Row) -> StoredItem:
    """The item with title and body as they were when the rule's spans were found."""
    stored = items.load(tx, row["item_id"])
    title, body = row["v_title"], row["v_body"]
    if row["on_teaser"]:
        title, body = row["teaser_title"], row["teaser"]
    return replace(stored, item=replace(stored.item, title=title, body=body))
