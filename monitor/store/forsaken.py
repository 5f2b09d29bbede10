"""Articles whose page nobody asks for any more, because of who showed them."""

from __future__ import annotations

from monitor.store.db import Tx
from monitor.store.work import FREE


def give_up(tx: Tx, before: int, now: int, limit: int) -> list[int]:
    """Give up pages whose turn has come and that only sources show which have been gone from
    the files since `before`.  Returns the items, the oldest first."""
    rows = tx.all(
        f"""UPDATE items SET body_state = CASE WHEN partial THEN 'gave_up' ELSE 'full' END,
             body_reason = 'removed: its source left sources.yaml before it was read',
             body_try_at = NULL, lease_token = NULL, lease_holder = NULL, lease_until = NULL
           WHERE item_id IN (
             SELECT item_id FROM items AS i
             WHERE body_state = 'wanted' AND body_try_at <= :now AND {FREE}
               AND EXISTS (
                 SELECT 1 FROM sightings AS s WHERE s.item_id = i.item_id
                   AND +s.source_id IN (SELECT source_id FROM sources WHERE retired_at <= :before))
               AND NOT EXISTS (
                 SELECT 1 FROM sightings AS s JOIN sources AS o ON o.source_id = s.source_id
                 WHERE s.item_id = i.item_id
                   AND (o.retired_at IS NULL OR o.retired_at > :before))
             ORDER BY body_try_at, item_id LIMIT :limit)
           RETURNING item_id""",
        before=before, now=now, limit=limit,
    )  # fmt: skip
    return sorted(row["item_id"] for row in rows)
