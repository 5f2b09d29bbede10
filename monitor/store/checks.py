"""Whether the database is sound, and who holds what in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from monitor.store.db import Row, Tx


def sqlite_version() -> tuple[int, ...]:
    return sqlite3.sqlite_version_info


def quick_check(tx: Tx) -> list[str]:
    """What SQLite finds wrong with the file, none when it is sound."""
    rows = tx.all("PRAGMA quick_check(10)")
    return [row["quick_check"] for row in rows if row["quick_check"] != "ok"]


def lease_holders(tx: Tx, now: int) -> Sequence[Row]:
    """Who works on how many sources, articles and deliveries now."""
    return tx.all(
        """SELECT lease_holder AS holder, sum(kind = 's') AS sources, sum(kind = 'i') AS items,
             sum(kind = 'd') AS deliveries
           FROM (SELECT 's' AS kind, lease_holder, lease_until FROM sources
                 UNION ALL SELECT 'i', lease_holder, lease_until FROM items
                   WHERE body_state = 'wanted'
                 UNION ALL SELECT 'd', lease_holder, lease_until FROM deliveries
                   WHERE state = 'waiting')
           WHERE lease_until > :now GROUP BY lease_holder ORDER BY 1""",
        now=now,
    )
