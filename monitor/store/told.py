"""What a delivery has to say: its alerts, each with the text that its spans point into."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import LeasedDelivery, StoredItem, Told
from monitor.store import alerts, items
from monitor.store.db import Row, Tx

_TEXT = """v.title AS v_title, v.body AS v_body, v.partial AS v_partial, v.teaser_title, v.teaser,
  v.completed_at IS NOT NULL AND a.judged_at < v.completed_at AS on_teaser"""
_FROM = "FROM alerts a JOIN version_texts v ON v.item_id = a.item_id AND v.version = a.version"
_ALERTS = f"""
  SELECT a.*, {_TEXT}, d.revision {_FROM}
  JOIN delivery_alerts da ON da.alert_id = a.alert_id
  JOIN deliveries d ON d.delivery_id = da.delivery_id
"""


def of_delivery(tx: Tx, delivery: LeasedDelivery) -> tuple[Told, ...]:
    """What this delivery tells."""
    rows = tx.all(
        _ALERTS + "WHERE d.delivery_id = :id ORDER BY a.raised_at, a.rule_id", id=delivery.id
    )
    return tuple(_told(tx, row) for row in rows)


def since_the_first(tx: Tx, delivery: LeasedDelivery) -> tuple[Told, ...]:
    """What the same recipient was told in the same conversation after its first message."""
    rows = tx.all(
        _ALERTS
        + """WHERE d.conversation_id = :conversation AND d.recipient = :recipient
               AND d.revision > 1 AND d.state = 'sent'
             ORDER BY d.revision, a.raised_at, a.rule_id""",
        conversation=delivery.conversation_id, recipient=delivery.recipient,
    )  # fmt: skip
    return tuple(_told(tx, row) for row in rows)


def before(tx: Tx, delivery: LeasedDelivery) -> tuple[tuple[Told, int], ...]:
    """What the same recipient was told before in the same conversation, each with its revision."""
    rows = tx.all(
        _ALERTS
        + """WHERE d.conversation_id = :conversation AND d.recipient = :recipient
               AND d.revision < :revision
             ORDER BY d.revision, a.raised_at, a.rule_id""",
        conversation=delivery.conversation_id, recipient=delivery.recipient,
        revision=delivery.revision,
    )  # fmt: skip
    return tuple((_told(tx, row), row["revision"]) for row in rows)


def claimed_at(tx: Tx, delivery: LeasedDelivery, revision: int) -> int | None:
    """When a message of the conversation was first taken up, to be sent to this recipient."""
    found: int | None = tx.value(
        """SELECT claimed_at FROM deliveries
           WHERE conversation_id = :conversation AND recipient = :recipient
             AND revision = :revision""",
        conversation=delivery.conversation_id, recipient=delivery.recipient, revision=revision,
    )  # fmt: skip
    return found


def alert(tx: Tx, alert_id: str) -> Told:
    """One alert, whoever is told it."""
    row = tx.one(f"SELECT a.*, {_TEXT} {_FROM} WHERE a.alert_id = :id", id=alert_id)
    assert row is not None, alert_id
    return _told(tx, row)


def thread(tx: Tx, delivery: LeasedDelivery) -> str | None:
    """What the channel called the first message of the conversation that this recipient got."""
    found: str | None = tx.value(
        """SELECT message_id FROM deliveries
           WHERE conversation_id = :conversation AND recipient = :recipient
             AND revision BETWEEN 1 AND :revision - 1 AND message_id IS NOT NULL
           ORDER BY revision LIMIT 1""",
        conversation=delivery.conversation_id, recipient=delivery.recipient,
        revision=delivery.revision,
    )  # fmt: skip
    return found


def _told(tx: Tx, row: Row) -> Told:
    return Told(alerts.from_row(row), _as_it_read(tx, row), row["rule_id"])


def _as_it_read(tx: Tx, row: Row) -> StoredItem:
    """The item, its version, title and body as they were when the rule's spans were found."""
    stored = items.load(tx, row["item_id"])
    title, body, partial = row["v_title"], row["v_body"], row["v_partial"]
    if row["on_teaser"]:
        title, body, partial = row["teaser_title"], row["teaser"], row["partial"]
    elif row["version"] == stored.version:  # it may be whole, and wait for its page again
        partial = stored.item.partial
    read = replace(stored.item, title=title, body=body, partial=bool(partial))
    return replace(stored, item=read, version=row["version"])
