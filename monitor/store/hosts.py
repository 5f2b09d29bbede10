"""Politeness that all processes share: each host's next free slot, copies of robots.txt."""

from __future__ import annotations

from monitor.store.db import Row, Tx


def next_slot(tx: Tx, host: str, delay_ms: int, now: int) -> int:
    """Take the host's next slot; returns when it starts.  One upsert, so no two get the same."""
    free_at: int = tx.value(
        """INSERT INTO hosts (host, next_slot_at, delay_ms) VALUES (:host, :now + :delay, :delay)
           ON CONFLICT (host) DO UPDATE SET
             next_slot_at = max(next_slot_at, :now) + :delay, delay_ms = :delay
           RETURNING next_slot_at""",
        host=host, delay=delay_ms, now=now,
    )  # fmt: skip
    return free_at - delay_ms


def defer(tx: Tx, host: str, until: int) -> None:
    """Nobody asks this host before `until`."""
    tx.run(
        """INSERT INTO hosts (host, next_slot_at) VALUES (:host, :until)
           ON CONFLICT (host) DO UPDATE SET next_slot_at = max(next_slot_at, :until)""",
        host=host, until=until,
    )  # fmt: skip


def robots(tx: Tx, origin: str) -> Row | None:
    return tx.one("SELECT fetched_at, status, body FROM robots WHERE origin = :o", o=origin)


def keep_robots(tx: Tx, origin: str, *, fetched_at: int, status: int, body: bytes) -> None:
    tx.run(
        """INSERT INTO robots (origin, fetched_at, status, body)
           VALUES (:origin, :fetched_at, :status, :body)
           ON CONFLICT (origin) DO UPDATE SET
             fetched_at = excluded.fetched_at, status = excluded.status, body = excluded.body""",
        origin=origin, fetched_at=fetched_at, status=status, body=body,
    )  # fmt: skip
