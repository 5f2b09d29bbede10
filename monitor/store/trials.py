"""Test messages in the outbox: owed, looked after, and taken back when they did not get out."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.store.db import Row, Tx


def try_now(tx: Tx, channel: str, now: int) -> None:
    """A paused channel is tried at once."""
    tx.run("UPDATE paused_channels SET try_at = :now WHERE channel = :c", now=now, c=channel)


def outcomes(tx: Tx, conversation_id: str) -> Sequence[Row]:
    """Each delivery with its last attempt; `result` is None while nothing came back."""
    return tx.all(
        """SELECT d.delivery_id, d.recipient, d.state, d.lease_until, a.result, a.detail, a.answer
           FROM deliveries d LEFT JOIN attempts a ON a.attempt_id =
             (SELECT max(attempt_id) FROM attempts WHERE delivery_id = d.delivery_id)
           WHERE d.conversation_id = :id ORDER BY d.delivery_id""",
        id=conversation_id,
    )


def withdraw(tx: Tx, conversation_id: str) -> None:
    """What was not accepted is not sent later: a test is of now."""
    waiting = """SELECT delivery_id FROM deliveries
                 WHERE conversation_id = :id AND state = 'waiting'"""
    tx.run(f"DELETE FROM attempts WHERE delivery_id IN ({waiting})", id=conversation_id)
    tx.run(f"DELETE FROM deliveries WHERE delivery_id IN ({waiting})", id=conversation_id)
