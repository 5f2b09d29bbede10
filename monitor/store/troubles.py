"""Which troubles of our own people know of: told once, until its end is told or it changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from monitor.store.db import Row, Tx


def told(tx: Tx, subject: str) -> Row | None:
    """What people know of this trouble, None: nothing."""
    return tx.one("SELECT * FROM troubles WHERE subject = :subject", subject=subject)


def all_told(tx: Tx) -> Mapping[str, Row]:
    """By subject."""
    return {row["subject"]: row for row in tx.all("SELECT * FROM troubles")}


def note(tx: Tx, trouble: Mapping[str, object], now: int) -> None:
    """People were told: `subject`, `state`, `over` (what its end will say), `channel`."""
    tx.run(
        """INSERT INTO troubles (subject, state, over, channel, told_at)
           VALUES (:subject, :state, :over, :channel, :now)
           ON CONFLICT (subject) DO UPDATE SET state = :state, over = :over,
             channel = :channel, told_at = :now""",
        now=now, **trouble,
    )  # fmt: skip


def forget(tx: Tx, subject: str) -> Row | None:
    """It is over.  Returns what people knew of it."""
    return tx.one("DELETE FROM troubles WHERE subject = :subject RETURNING *", subject=subject)


def forget_others(tx: Tx, subjects: Iterable[str]) -> None:
    """What is not configured any more is no trouble; of what has no colon nobody configures."""
    tx.run(
        """DELETE FROM troubles WHERE subject LIKE '%:%'
             AND subject NOT IN (SELECT value FROM json_each(:subjects))""",
        subjects=json.dumps(list(subjects)),
    )
