"""Forget what nobody asks for any more.  Identities are kept for ever: old news stays old."""

from __future__ import annotations

from monitor.store.db import Tx

DAY_MS = 24 * 3600 * 1000
POLL_DAYS = 30


def polls(tx: Tx, now: int) -> int:
    """Polls, and canaries.  Returns how many polls were forgotten."""
    before = now - POLL_DAYS * DAY_MS
    tx.run("DELETE FROM canaries WHERE at < :before", before=before)
    return tx.run("DELETE FROM polls WHERE polled_at < :before", before=before)
