"""Edits of what a conversation began with, where a channel can: newest counts, who has seen it.

An edit is owed in the outbox, once for each recipient, beside the messages and never in their way
(revision 0): a new reason for one that waits changes nothing, one that was sent is owed anew.
"""

from __future__ import annotations

from monitor.model import LeasedDelivery
from monitor.store.db import Row, Tx


def owe(tx: Tx, conversation_id: str, now: int, at: int, give_up_at: int) -> None:
    """Edit the first message from `at` on, for each recipient who has it."""
    tx.run(
        """INSERT INTO deliveries (conversation_id, channel, recipient, revision, kind, state,
             created_at, try_at, give_up_at)
           SELECT conversation_id, channel, recipient, 0, 'edit', 'waiting', :now, :at, :give_up_at
           FROM deliveries
           WHERE conversation_id = :id AND revision = 1 AND state = 'sent'
             AND message_id IS NOT NULL
           ON CONFLICT (conversation_id, recipient, revision) DO UPDATE SET
             state = 'waiting', created_at = max(excluded.created_at, created_at + 1),
             tries = CASE state WHEN 'waiting' THEN tries ELSE 0 END,
             give_up_at = excluded.give_up_at,
             try_at = CASE WHEN state <> 'waiting' THEN excluded.try_at
                           WHEN tries > 0 THEN try_at ELSE min(try_at, excluded.try_at) END""",
        id=conversation_id, now=now, at=at, give_up_at=give_up_at,
    )  # fmt: skip


def edited(tx: Tx, delivery: LeasedDelivery) -> Row:
    """The delivery of the message that `delivery` edits."""
    row = tx.one(
        """SELECT * FROM deliveries
           WHERE conversation_id = :id AND recipient = :recipient AND revision = 1""",
        id=delivery.conversation_id, recipient=delivery.recipient,
    )  # fmt: skip
    assert row is not None  # else `owe` had owed nothing
    return row
