"""What rules could not answer, by rule and source: a field that is never there blinds a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.store.db import Row, Tx

DAY_MS = 24 * 3600 * 1000
RECENT_DAYS = 7


def count(tx: Tx, pairs: Iterable[tuple[str, str]], now: int) -> None:
    """One more article for each pair of rule and source."""
    tx.many(
        """INSERT INTO unknowns (rule_id, source_id, items, last_at)
           VALUES (:rule, :source, 1, :now)
           ON CONFLICT DO UPDATE SET items = items + 1, last_at = excluded.last_at""",
        [{"rule": rule_id, "source": source_id, "now": now} for rule_id, source_id in pairs],
    )


def recent(tx: Tx, now: int, limit: int) -> Sequence[Row]:
    """Rule, source, how many articles and when last, of the last 7 days, the most first."""
    return tx.all(
        """SELECT rule_id, source_id, items, last_at FROM unknowns WHERE last_at >= :since
           ORDER BY items DESC, rule_id, source_id LIMIT :limit""",
        since=now - RECENT_DAYS * DAY_MS, limit=limit,
    )  # fmt: skip
