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


def held(
    tx: Tx, channel: str, taken_over: Sequence[str], quiet_before: int | None = None
) -> list[Entry]:
    """The channel's open holds, or only those of quiet hours before a time, and what these digests
    had."""
    rows = tx.all(
        f"""SELECT {_ENTRY}, h.why, h.detail, h.held_at FROM holds h
            CROSS JOIN alerts a ON a.alert_id = h.alert_id
            WHERE h.channel = :channel AND h.digest_id IS NULL
              AND (:before IS NULL OR h.why = 'quiet' AND h.held_at < :before)
            UNION ALL
            SELECT {_ENTRY}, h.why, h.detail, h.held_at FROM json_each(:digests) AS taken
            CROSS JOIN holds h ON h.digest_id = taken.value
            CROSS JOIN alerts a ON a.alert_id = h.alert_id
            ORDER BY raised_at, alert_id""",
        channel=channel, before=quiet_before, digests=json.dumps(list(taken_over)),
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
            GROUP BY +a.alert_id  -- by the time, not by the id
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
             UNION SELECT story_key FROM stories WHERE merged_into = :story) whole
           CROSS JOIN items i ON i.story_key = whole.story_key
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
    """Times between `since` and `until`, longer than `longest`, in which nothing was polled.

    Polls are in the order of time, so that a stretch without a gap is passed over unread.
    """
    last_id = tx.value("SELECT max(poll_id) FROM polls") or 0
    begin, end = _Poll(_polled_before(tx, since, last_id), since), _Poll(last_id + 1, until)
    found: list[tuple[int, int]] = []
    stretches = [(begin, end)]
    while stretches:
        first, last = stretches.pop()
        if last.at - first.at <= longest:
            continue
        middle = _poll_between(tx, first, last, until)
        if middle is None:
            found.append((first.at, last.at))
        else:
            stretches += [(middle, last), (first, middle)]
    return found


class _Poll(NamedTuple):
    poll_id: int
    at: int


def _poll_between(tx: Tx, first: _Poll, last: _Poll, until: int) -> _Poll | None:
    row = tx.one(
        """SELECT poll_id, polled_at FROM polls
           WHERE poll_id > :first AND poll_id < :last AND poll_id >= :middle
           ORDER BY poll_id LIMIT 1""",
        first=first.poll_id, last=last.poll_id, middle=(first.poll_id + last.poll_id) // 2,
    )  # fmt: skip
    if row is None:
        row = tx.one(
            """SELECT poll_id, polled_at FROM polls WHERE poll_id > :first AND poll_id < :last
               ORDER BY poll_id DESC LIMIT 1""",
            first=first.poll_id, last=last.poll_id,
        )  # fmt: skip
    return None if row is None else _Poll(row["poll_id"], min(row["polled_at"], until))


def _polled_before(tx: Tx, at: int, last_id: int) -> int:
    """The id of the last poll until then, 0 for none."""
    low, high = 0, last_id
    while low < high:
        middle = (low + high + 1) // 2
        polled_at = tx.value(
            "SELECT polled_at FROM polls WHERE poll_id >= :id ORDER BY poll_id LIMIT 1", id=middle
        )
        low, high = (middle, high) if polled_at <= at else (low, middle - 1)
    return low
