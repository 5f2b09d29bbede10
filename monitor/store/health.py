"""What tells how sources and channels are: rows for `monitor.health` to judge.  Read only."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.store.db import Row, Tx

# Of so many items that came last: whether their pages can be read.
_LATELY = 2000
DAY_MS = 24 * 3600 * 1000

# Of `sources AS s`, all found by an index, since its address is what it is now.  A poll answered by
# "not modified" has no items; the list is asked for whole once a day.
SIGNS = f"""
  (SELECT state FROM troubles WHERE subject = 'source:' || s.source_id) AS told_state,
  (SELECT told_at FROM troubles WHERE subject = 'source:' || s.source_id) AS told_at,
  (SELECT status FROM polls p WHERE p.source_id = s.source_id
   ORDER BY poll_id DESC LIMIT 1) AS last_status,
  (SELECT items FROM polls p WHERE p.source_id = s.source_id AND outcome = 'ok'
   ORDER BY poll_id DESC LIMIT 1) AS last_items,
  (SELECT min(polled_at) FROM polls p WHERE p.source_id = s.source_id AND outcome = 'ok'
     AND items = 0 AND poll_id > (SELECT poll_id FROM polls q
       WHERE q.source_id = s.source_id AND outcome = 'ok' AND items > 0
         AND q.polled_at >= s.baseline_at
       ORDER BY poll_id DESC LIMIT 1)
  ) AS empty_since_at,
  CASE WHEN s.last_success_at - s.last_new_item_at >= {DAY_MS} THEN
    (SELECT json_group_array(polled_at) FROM polls p
     WHERE p.source_id = s.source_id AND new_items > 0
       AND p.polled_at >= s.baseline_at) END AS arrivals,
  lately.pages_read, lately.pages_unread, lately.page_reason
"""
# A page that robots.txt forbids is the publisher's wish, and was said at the first sight; that a
# source was removed was somebody's own.  What was merged is read, or not, as the item that it is.
PAGES = f"""
  lately AS MATERIALIZED (
    SELECT source_id, sum(state = 'full') AS pages_read, sum(state = 'gave_up') AS pages_unread,
      max(reason) AS page_reason
    FROM (
      SELECT i.source_id, coalesce(kept.body_state, i.body_state) AS state,
        iif(kept.item_id IS NULL, i.body_reason, kept.body_reason) AS reason
      FROM items AS i LEFT JOIN items AS kept ON kept.item_id = i.merged_into_id
      WHERE i.item_id > (SELECT max(item_id) FROM items) - {_LATELY})
    WHERE state = 'full' OR state = 'gave_up'
      AND reason NOT LIKE 'robots%' AND reason NOT LIKE 'removed%'
    GROUP BY source_id)
"""


def sources(tx: Tx, source_id: str | None = None) -> Sequence[Row]:
    """Every source in the files or polled by hand, or one, with what tells its health."""
    one = "" if source_id is None else "AND s.source_id = :id"
    return tx.all(
        f"""WITH {PAGES} SELECT s.*, {SIGNS}
            FROM sources s LEFT JOIN lately ON lately.source_id = s.source_id
            WHERE s.retired_at IS NULL {one} ORDER BY s.rowid""",
        id=source_id,
    )


def overdue_polls(tx: Tx, since: int) -> int:
    """How many watched sources were due before `since`, where none at all was polled after it."""
    waiting: int = tx.value(
        """SELECT count(*) FROM sources
           WHERE retired_at IS NULL AND paused_at IS NULL AND NOT paused_in_file
             AND managed_by = 'file' AND next_poll_at < :since
             AND NOT EXISTS (SELECT 1 FROM sources WHERE last_poll_at >= :since)""",
        since=since,
    )
    return waiting


def stuck_channels(tx: Tx, since: int) -> Sequence[Row]:
    """Channels that have taken nothing since before `since` of what was tried: how many
    `messages` wait, since when (`since_at`), and what the other side said last."""
    return tx.all(
        """WITH owed AS MATERIALIZED (
             SELECT delivery_id, channel FROM deliveries WHERE state = 'waiting' AND tries > 0),
           taken AS MATERIALIZED (
             SELECT channel, max(sent_at) AS sent_at FROM deliveries
             WHERE state = 'sent' AND channel IN (SELECT channel FROM owed) GROUP BY channel),
           stuck AS MATERIALIZED (
             SELECT o.channel, count(DISTINCT o.delivery_id) AS messages,
               min(a.tried_at) AS since_at, max(a.attempt_id) AS attempt_id
             FROM owed o JOIN attempts a ON a.delivery_id = o.delivery_id
             LEFT JOIN taken t ON t.channel = o.channel
             WHERE a.tried_at > coalesce(t.sent_at, 0)
             GROUP BY o.channel HAVING min(a.tried_at) < :since)
           SELECT stuck.*, (SELECT detail FROM attempts a
                            WHERE a.attempt_id = stuck.attempt_id) AS detail
           FROM stuck""",
        since=since,
    )


def given_up(tx: Tx, now: int) -> Sequence[Row]:
    """For whom how many `messages` were given up: in the last day; or in the last week, and nothing
    was accepted there since.  A week, since no digest is further than that from the one before."""
    return tx.all(
        """WITH dead AS MATERIALIZED (
             SELECT d.channel, d.recipient, max(a.tried_at) AS given_up_at
             FROM deliveries d JOIN attempts a ON a.delivery_id = d.delivery_id
             WHERE d.state = 'dead' AND d.kind <> 'edit' GROUP BY d.delivery_id
             HAVING max(a.tried_at) >= :now - 7 * :day),
           taken AS MATERIALIZED (
             SELECT channel, recipient, max(sent_at) AS sent_at FROM deliveries
             WHERE state = 'sent' AND kind <> 'edit'
               AND recipient IN (SELECT recipient FROM dead) GROUP BY 1, 2)
           SELECT dead.channel, dead.recipient, count(*) AS messages
           FROM dead LEFT JOIN taken USING (channel, recipient)
           WHERE given_up_at >= :now - :day OR given_up_at > coalesce(sent_at, 0)
           GROUP BY 1, 2 ORDER BY 1, 2""",
        now=now, day=DAY_MS,
    )  # fmt: skip
