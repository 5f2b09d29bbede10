"""Forget what nobody asks for any more.  Identities are kept for ever: old news stays old."""

from __future__ import annotations

from monitor.store.db import Tx

DAY_MS = 24 * 3600 * 1000
POLL_DAYS = 30


def polls(tx: Tx, now: int) -> int:
    """Returns how many polls were forgotten."""
    return tx.run("DELETE FROM polls WHERE polled_at < :before", before=now - POLL_DAYS * DAY_MS)
