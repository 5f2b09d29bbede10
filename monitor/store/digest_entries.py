"""What a channel's digest has to tell: its alerts, told and held, and when nobody looked.

Read only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from monitor.store.db import Tx
from monitor.store.digests import SENT

_ENTRY = """a.alert_id AS alert_id, a.rule_id, a.item_id, a.severity, a.reason,
  a.raised_at AS raised_at,
  coalesce((SELECT merged_into FROM stories s WHERE s.story_key = a.story_key), a.story_key)
    AS story_key"""


class Entry(NamedTuple):
    """An alert as one channel has it: told, waiting to be sent, given up, or held.

    `why` and `detail` of the hold, None where there is none.  `told_at`: it was sent to somebody.
    """

    alert_id: str
    rule_id: str
    item_id: int
    severity: str
    reason: str
    raised_at: int
    story_key: str
    why: str | None = None
    detail: str | None = None
    held_at: int | None = None
    told_at: int | None = None
    waits: bool = False


def held(tx: Tx, channel: str, taken_over: Sequence[str], *, quiet: bool = False) -> list[Entry]:
    """The channel's open holds, or only those of quiet hours, and what these digests had."""
    rows = tx.all(
        f"""SELECT {_ENTRY}, h.why, h.detail, h.held_at FROM holds h
            CROSS JOIN alerts a ON a.alert_id = h.alert_id
            WHERE h.channel = :channel AND h.digest_id IS NULL AND (h.why = 'quiet' OR NOT :quiet)
            UNION ALL
            SELECT {_ENTRY}, h.why, h.detail, h.held_at FROM json_each(:digests) AS taken
            CROSS JOIN holds h ON h.digest_id = taken.value
            CROSS JOIN alerts a ON a.alert_id = h.alert_id
            ORDER BY raised_at, alert_id""",
        channel=channel, quiet=quiet, digests=json.dumps(list(taken_over)),
    )  # fmt: skip
    return [Entry(**{name: row[name] for name in row.keys()}) for row in rows]  # noqa: SIM118


def told(tx: Tx, channel: str, since: int, until: int) -> list[Entry]:
    """Alerts of the time after `since` that the channel is told by messages of their own, and
    those that were held in quiet hours and told at their end."""
    rows = tx.all(
        f"""SELECT {_ENTRY}, max(d.sent_at) AS told_at, max(d.state = 'waiting') AS waits
            FROM alerts a
            CROSS JOIN delivery_alerts da ON da.alert_id = a.alert_id
            CROSS JOIN deliveries d ON d.delivery_id = da.delivery_id
            WHERE a.raised_at > :since AND a.raised_at <= :until AND d.channel = :channel
              AND d.kind = 'alert'
            GROUP BY a.alert_id
            UNION ALL
            SELECT {_ENTRY}, g.covers_to AS told_at, 0 AS waits FROM digests g
            CROSS JOIN holds h ON h.digest_id = g.digest_id
            CROSS JOIN alerts a ON a.alert_id = h.alert_id
            WHERE g.channel = :channel AND g.kind = 'quiet' AND g.covers_to > :since
              AND g.covers_to <= :until AND {SENT}
            ORDER BY raised_at, alert_id""",
        channel=channel, since=since, until=until,
    )  # fmt: skip
    return [Entry(**{name: row[name] for name in row.keys()}) for row in rows]  # noqa: SIM118


def was_known(tx: Tx, channel: str, story_key: str, before_at: int) -> bool:
    """Whether the channel had an alert about the story before that time, told or held."""
    return tx.one(
        """SELECT 1 FROM (
             SELECT :story AS story_key
             UNION SELECT story_key FROM stories WHERE merged_into = :story) k
           CROSS JOIN items i ON i.story_key = k.story_key
           CROSS JOIN alerts a ON a.item_id = i.item_id
           WHERE a.raised_at < :before AND (
             EXISTS (SELECT 1 FROM holds h WHERE h.alert_id = a.alert_id AND h.channel = :channel)
             OR EXISTS (SELECT 1 FROM delivery_alerts da JOIN deliveries d
                          ON d.delivery_id = da.delivery_id
                        WHERE da.alert_id = a.alert_id AND d.channel = :channel))
           LIMIT 1""",
        channel=channel, story=story_key, before=before_at,
    ) is not None  # fmt: skip


def polling_gaps(tx: Tx, since: int, until: int, longest: int) -> list[tuple[int, int]]:
    """Times between `since` and `until`, longer than `longest`, in which nothing was polled."""
    rows = tx.all(
        """WITH polled (at) AS (
             SELECT :since
             UNION ALL SELECT polled_at FROM polls
               WHERE poll_id > coalesce((SELECT poll_id FROM polls WHERE polled_at <= :since
                                         ORDER BY poll_id DESC LIMIT 1), 0)
                 AND polled_at < :until
             UNION ALL SELECT :until)
           SELECT begins_at, at FROM
             (SELECT lag(at) OVER (ORDER BY at) AS begins_at, at FROM polled)
           WHERE at - begins_at > :longest ORDER BY at""",
        since=since, until=until, longest=longest,
    )  # fmt: skip
    return [(row["begins_at"], row["at"]) for row in rows]
