"""Silences: who wants which alerts kept back, why and until when."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model import Silence
from monitor.settings import LabelMatcher
from monitor.store.db import Row, Tx


def add(tx: Tx, silence: Silence) -> bool:
    """False: this very silence is there already."""
    matchers = [[m.label, m.operator, m.value] for m in silence.matchers]
    return bool(tx.run(
        """INSERT INTO silences (silence_id, matchers, query, author, reason, created_at, ends_at)
           VALUES (:id, :matchers, :query, :author, :reason, :created_at, :ends_at)
           ON CONFLICT DO NOTHING""",
        id=silence.id, matchers=json.dumps(matchers, ensure_ascii=False), query=silence.query,
        author=silence.author, reason=silence.reason, created_at=silence.created_at,
        ends_at=silence.ends_at,
    ))  # fmt: skip


def expire(tx: Tx, silence_id: str, now: int) -> bool:
    """End a silence now.  False: there is none of this id, or it has ended."""
    return bool(tx.run(
        """UPDATE silences SET ends_at = max(:now, created_at)
           WHERE silence_id = :id AND ends_at > :now""",
        id=silence_id, now=now,
    ))  # fmt: skip


def active(tx: Tx, at: int) -> Sequence[Silence]:
    """Those that hold at a moment, oldest first; of the past ones as they were in the end."""
    rows = tx.all(
        """SELECT * FROM silences WHERE created_at <= :at AND ends_at > :at
           ORDER BY created_at, silence_id""",
        at=at,
    )
    return [_silence(row) for row in rows]


def ending_after(tx: Tx, since: int) -> Sequence[Silence]:
    """Those that ended later than `since` or have not ended yet, oldest first."""
    rows = tx.all(
        "SELECT * FROM silences WHERE ends_at > :since ORDER BY created_at, silence_id", since=since
    )
    return [_silence(row) for row in rows]


def _silence(row: Row) -> Silence:
    return Silence(
        tuple(LabelMatcher(*condition) for condition in json.loads(row["matchers"])),
        row["author"], row["reason"], row["created_at"], row["ends_at"], row["query"],
    )  # fmt: skip
