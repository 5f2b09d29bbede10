"""Messages that wait for their time."""

from __future__ import annotations

from typing import NamedTuple

from monitor.store.db import Tx


class Waiting(NamedTuple):
    """How many, and when the first of them may be tried: epoch milliseconds, None where none is."""

    messages: int
    first_at: int | None


def waiting(tx: Tx) -> Waiting:
    """What waits, without what is kept for a paused channel."""
    row = tx.one(
        """SELECT count(*) AS messages, min(try_at) AS first_at FROM deliveries
           WHERE state = 'waiting' AND channel NOT IN (SELECT channel FROM paused_channels)"""
    )
    assert row is not None
    return Waiting(row["messages"], row["first_at"])
