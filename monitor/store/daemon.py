"""The running daemon's own row, by which other processes know of it."""

from __future__ import annotations

from monitor.store.db import Row, Tx


def started(tx: Tx, pid: int, config_version: str, now: int) -> None:
    tx.run(
        """INSERT INTO daemon (one, pid, started_at, beat_at, config_version)
           VALUES (1, :pid, :now, :now, :version)
           ON CONFLICT (one) DO UPDATE SET pid = :pid, started_at = :now, beat_at = :now,
             config_version = :version, reloaded_at = NULL,
             reload_error = NULL""",
        pid=pid, now=now, version=config_version,
    )  # fmt: skip


def beat(tx: Tx, now: int) -> None:
    tx.run("UPDATE daemon SET beat_at = :now", now=now)


def clock_was_set_back(tx: Tx, by: int, now: int) -> None:
    """What was planned by a clock that ran ahead by so many ms is planned anew by this one."""
    planned = (
        ("sources", "next_poll_at", ""),
        ("sources", "lease_until", ""),
        ("items", "body_try_at", "AND body_state = 'wanted'"),
        ("items", "lease_until", "AND body_state = 'wanted'"),
        ("deliveries", "try_at", "AND state = 'waiting'"),
        ("deliveries", "lease_until", "AND state = 'waiting'"),
        ("paused_channels", "try_at", ""),
        ("hosts", "next_slot_at", ""),
    )
    for table, column, which in planned:
        tx.run(
            f"UPDATE {table} SET {column} = {column} - :by WHERE {column} > :now {which}",
            by=by, now=now,
        )  # fmt: skip


def stopped(tx: Tx) -> None:
    """It ended as it should: a row that stays behind tells of one that was killed."""
    tx.run("DELETE FROM daemon")


def reloaded(tx: Tx, config_version: str, now: int) -> None:
    tx.run(
        "UPDATE daemon SET config_version = :version, reloaded_at = :now, reload_error = NULL",
        version=config_version, now=now,
    )  # fmt: skip


def reload_refused(tx: Tx, error: str, now: int) -> None:
    """The old configuration stays in force."""
    tx.run("UPDATE daemon SET reloaded_at = :now, reload_error = :error", now=now, error=error)


def row(tx: Tx) -> Row | None:
    return tx.one("SELECT * FROM daemon")
