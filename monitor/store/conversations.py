"""What a channel was told of a story, and how many conversations it opened: for the pace; and what
of it that nobody was told can be taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model import Crowd, DeliveryKind, Followed, Revision, Talk
from monitor.settings import Severity, highest
from monitor.store import outbox
from monitor.store.db import Row, Tx
from monitor.store.outbox import conversation_id

HOUR_MS = 3600 * 1000

# The closed stories that others take up again, under whatever key of theirs.
_FOLLOWED = """
  WITH followed AS (
    SELECT coalesce(f.merged_into, f.story_key) AS story_key
    FROM json_each(:stories) AS key JOIN stories s ON s.story_key = key.value
    JOIN stories f ON f.story_key = s.follows),
  keys AS (
    SELECT story_key FROM followed
    UNION SELECT m.story_key FROM followed JOIN stories m ON m.merged_into = followed.story_key)
"""


def talk(tx: Tx, channel: str, story_keys: Sequence[str]) -> Talk:
    """What `channel` was told of the stories that are now one; `story_keys[0]` names it.

    Of several conversations the oldest goes on.
    """
    subject = tx.value(
        """SELECT subject FROM conversations
           WHERE channel = :channel AND subject IN (SELECT value FROM json_each(:stories))
           ORDER BY opened_at, subject LIMIT 1""",
        channel=channel, stories=json.dumps(list(story_keys)),
    )  # fmt: skip
    if subject is None:
        return Talk(story_keys[0], followed_at=_followed_at(tx, channel, story_keys))
    revisions, waiting = [], None
    for row in _messages(tx, conversation_id(channel, subject)):
        if row["untried"]:
            waiting = row["due_at"]
        else:
            levels = {Severity(level) for level in row["severities"].split(",")}
            severity = highest(levels)
            revisions.append(Revision(row["at"], severity))
    followed_at = None if revisions else _followed_at(tx, channel, story_keys)
    return Talk(subject, tuple(revisions), waiting, followed_at)


def crowd(tx: Tx, channel: str, now: int) -> Crowd:
    """The conversations that `channel` opened within the last hour."""
    window = {"channel": channel, "since": now - HOUR_MS}
    rows = tx.all(
        """SELECT a.rule_id, count(DISTINCT c.conversation_id) AS conversations
           FROM conversations c
           JOIN deliveries d ON d.conversation_id = c.conversation_id AND d.revision = 1
           JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
           JOIN alerts a ON a.alert_id = da.alert_id
           WHERE c.channel = :channel AND c.opened_at > :since GROUP BY a.rule_id""",
        **window,
    )
    everything: int = tx.value(
        """SELECT count(*) FROM conversations c
           WHERE c.channel = :channel AND c.opened_at > :since AND EXISTS
             (SELECT 1 FROM deliveries d
              WHERE d.conversation_id = c.conversation_id AND d.kind = 'alert')""",
        **window,
    )
    return Crowd(everything, {row["rule_id"]: row["conversations"] for row in rows})


def followed(tx: Tx, channel: str, story_keys: Sequence[str], before: int) -> Followed | None:
    """How `channel` was first told, before a time, of the closed story that these take up again;
    of several the one that it was told of last."""
    row = tx.one(
        _FOLLOWED
        + """SELECT a.alert_id, d.sent_at FROM keys
             JOIN conversations c ON c.channel = :channel AND c.subject = keys.story_key
             JOIN deliveries d ON d.conversation_id = c.conversation_id AND d.kind = 'alert'
               AND d.sent_at < :before
             JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
             JOIN alerts a ON a.alert_id = da.alert_id
             ORDER BY c.opened_at DESC, d.revision, d.sent_at, a.raised_at, a.rule_id LIMIT 1""",
        channel=channel, stories=json.dumps(list(story_keys)), before=before,
    )  # fmt: skip
    return Followed(row["alert_id"], row["sent_at"]) if row is not None else None


def find(tx: Tx, conversation: str) -> Row | None:
    return tx.one("SELECT * FROM conversations WHERE conversation_id = :id", id=conversation)


def stamped_at(tx: Tx, conversation: str) -> int | None:
    """When it was opened, as the ids of its messages hold it; None: they hold no time."""
    row = find(tx, conversation)
    return row["stamped_at"] if row is not None else None


def alerts_told(tx: Tx, conversation: str, revision: int | None = None) -> Sequence[str]:
    """The ids of the alerts that a conversation tells, or one revision of it, to whomever."""
    rows = tx.all(
        """SELECT DISTINCT da.alert_id FROM deliveries d
           JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
           WHERE d.conversation_id = :id AND d.revision = coalesce(:revision, d.revision)
           ORDER BY 1""",
        id=conversation, revision=revision,
    )  # fmt: skip
    return [row["alert_id"] for row in rows]


def untried(tx: Tx, story_keys: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Alert and channel of all that is owed, or of that about some stories, and that nobody has
    tried to send."""
    rows = tx.all(
        """SELECT DISTINCT da.alert_id, d.channel FROM deliveries d
           CROSS JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
           WHERE d.state = 'waiting' AND d.tries = 0 AND d.lease_token IS NULL
             AND d.kind = 'alert' AND (:stories IS NULL OR d.conversation_id IN
               (SELECT conversation_id FROM conversations
                WHERE subject IN (SELECT value FROM json_each(:stories))))
           ORDER BY 1, 2""",
        stories=None if story_keys is None else json.dumps(list(story_keys)),
    )
    return [(row["alert_id"], row["channel"]) for row in rows]


def untried_before(tx: Tx, story_keys: Sequence[str], at: int) -> list[tuple[str, str]]:
    """Those in messages about stories that are now one, due before a time and not critical."""
    rows = tx.all(
        """SELECT DISTINCT da.alert_id, d.channel
           FROM json_each(:stories) AS key CROSS JOIN conversations c ON c.subject = key.value
           CROSS JOIN deliveries d ON d.conversation_id = c.conversation_id
           CROSS JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
           WHERE d.state = 'waiting' AND d.tries = 0 AND d.lease_token IS NULL
             AND d.kind = 'alert' AND coalesce(d.due_at, d.try_at) < :at AND NOT EXISTS
               (SELECT 1 FROM delivery_alerts o JOIN alerts a ON a.alert_id = o.alert_id
                WHERE o.delivery_id = d.delivery_id AND a.severity = 'critical')
           ORDER BY 1, 2""",
        stories=json.dumps(list(story_keys)), at=at,
    )  # fmt: skip
    return [(row["alert_id"], row["channel"]) for row in rows]


def subjects_of(tx: Tx, alert_id: str, channel: str) -> list[str]:
    """Of the messages to `channel` that tell an alert, or will."""
    rows = tx.all(
        """SELECT DISTINCT c.subject FROM delivery_alerts da
           JOIN deliveries d ON d.delivery_id = da.delivery_id
           JOIN conversations c ON c.conversation_id = d.conversation_id
           WHERE da.alert_id = :alert AND d.channel = :channel ORDER BY 1""",
        alert=alert_id, channel=channel,
    )  # fmt: skip
    return [row["subject"] for row in rows]


def untried_about(tx: Tx, channel: str, subject: str) -> list[str]:
    """The alerts of one conversation that are owed and that nobody has tried to send."""
    rows = tx.all(
        """SELECT DISTINCT da.alert_id FROM deliveries d
           JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
           WHERE d.conversation_id = :id AND d.state = 'waiting' AND d.tries = 0
             AND d.lease_token IS NULL AND d.kind = 'alert' ORDER BY 1""",
        id=conversation_id(channel, subject),
    )  # fmt: skip
    return [row["alert_id"] for row in rows]


def put_off(tx: Tx, conversation: str, at: int, spacing_ms: int) -> None:
    """What nobody has tried to send yet comes no sooner than this."""
    tx.run(
        """UPDATE deliveries SET due_at = max(due_at, :at), try_at = max(try_at, :at),
             spacing_ms = max(spacing_ms, :spacing_ms)
           WHERE conversation_id = :id AND state = 'waiting' AND tries = 0 AND kind = 'alert'""",
        id=conversation, at=at, spacing_ms=spacing_ms,
    )  # fmt: skip


def send_now(tx: Tx, stories: Sequence[str], now: int) -> None:
    """What waited for the article's page to be read waits no longer than it is due, and than the
    message before it asks."""
    tx.run(
        """UPDATE deliveries SET try_at = min(try_at, max(coalesce(due_at, :now), :now, coalesce(
             (SELECT e.sent_at + deliveries.spacing_ms FROM deliveries e
              WHERE e.conversation_id = deliveries.conversation_id
                AND e.recipient = deliveries.recipient
                AND e.revision = deliveries.revision - 1), 0)))
           WHERE state = 'waiting' AND tries = 0 AND kind = 'alert' AND conversation_id IN
             (SELECT conversation_id FROM conversations
              WHERE subject IN (SELECT value FROM json_each(:stories)))""",
        now=now, stories=json.dumps(list(stories)),
    )  # fmt: skip


def unite(tx: Tx, story_keys: Sequence[str]) -> None:
    """Of the conversations about stories that are now one, those in which nobody was told anything
    go on as the oldest of them, at the earliest of their times."""
    rows = tx.all(
        """SELECT d.*, c.subject, first_value(c.subject) OVER
             (PARTITION BY c.channel ORDER BY c.opened_at, c.subject) AS oldest
           FROM json_each(:stories) AS key CROSS JOIN conversations c ON c.subject = key.value
           CROSS JOIN deliveries d ON d.conversation_id = c.conversation_id
           WHERE NOT EXISTS (
             SELECT 1 FROM deliveries e WHERE e.conversation_id = c.conversation_id AND
               (e.state <> 'waiting' OR e.tries > 0 OR e.lease_token IS NOT NULL
                OR e.kind <> 'alert'))
           ORDER BY d.delivery_id""",
        stories=json.dumps(list(story_keys)),
    )  # fmt: skip
    for row in rows:
        if row["subject"] != row["oldest"]:
            _move(tx, row, row["oldest"])


def _move(tx: Tx, delivery: Row, subject: str) -> None:
    """Tell what a delivery would have told in another conversation of its channel."""
    told = tx.all(
        "SELECT alert_id FROM delivery_alerts WHERE delivery_id = :id", id=delivery["delivery_id"]
    )
    outbox.enqueue(tx, outbox.Owed(
        delivery["channel"], (delivery["recipient"],), subject, DeliveryKind.ALERT,
        delivery["created_at"], delivery["try_at"], delivery["give_up_at"],
        tuple(row["alert_id"] for row in told), due_at=delivery["due_at"],
        spacing_ms=delivery["spacing_ms"],
    ))  # fmt: skip
    for row in told:
        _take_out(tx, row["alert_id"], delivery["delivery_id"], delivery["conversation_id"])


def withdraw(tx: Tx, alert_id: str, channel: str, *, but: str | None = None) -> bool:
    """Take an alert out of what `channel` owes, about other subjects than `but`.

    False: somebody may have been told; then all are, for one person's message must not hide it
    from another."""
    owed = tx.all(
        """SELECT d.delivery_id, d.conversation_id,
             d.state = 'waiting' AND d.tries = 0 AND d.lease_token IS NULL AS untried
           FROM delivery_alerts da JOIN deliveries d ON d.delivery_id = da.delivery_id
           JOIN conversations c ON c.conversation_id = d.conversation_id
           WHERE da.alert_id = :alert AND d.channel = :channel AND c.subject IS NOT :but""",
        alert=alert_id, channel=channel, but=but,
    )  # fmt: skip
    if not all(row["untried"] for row in owed):
        return False
    for row in owed:
        _take_out(tx, alert_id, row["delivery_id"], row["conversation_id"])
    return True


def _take_out(tx: Tx, alert_id: str, delivery_id: int, conversation: str) -> None:
    """A message that has nothing to say is not owed; a conversation that has none was not begun."""
    tx.run(
        "DELETE FROM delivery_alerts WHERE delivery_id = :id AND alert_id = :alert",
        id=delivery_id, alert=alert_id,
    )  # fmt: skip
    tx.run(
        """DELETE FROM deliveries WHERE delivery_id = :id AND NOT EXISTS
             (SELECT 1 FROM delivery_alerts WHERE delivery_id = :id)""",
        id=delivery_id,
    )
    tx.run(
        """DELETE FROM conversations WHERE conversation_id = :id AND NOT EXISTS
             (SELECT 1 FROM deliveries WHERE conversation_id = :id)""",
        id=conversation,
    )


def _messages(tx: Tx, conversation: str) -> Sequence[Row]:
    """A row a revision, whoever it went to."""
    return tx.all(
        """SELECT d.revision, min(d.due_at) AS due_at, max(coalesce(d.sent_at, d.due_at)) AS at,
             min(d.state = 'waiting' AND d.tries = 0 AND d.lease_token IS NULL) AS untried,
             group_concat(DISTINCT a.severity) AS severities
           FROM deliveries d
           JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
           JOIN alerts a ON a.alert_id = da.alert_id
           WHERE d.conversation_id = :conversation GROUP BY d.revision ORDER BY d.revision""",
        conversation=conversation,
    )


def _followed_at(tx: Tx, channel: str, story_keys: Sequence[str]) -> int | None:
    """When `channel` was last told of the closed stories that these take up again."""
    at: int | None = tx.value(
        _FOLLOWED
        + """SELECT max(coalesce(d.sent_at, d.due_at)) FROM keys
           JOIN conversations c ON c.channel = :channel AND c.subject = keys.story_key
           JOIN deliveries d ON d.conversation_id = c.conversation_id AND d.kind = 'alert'""",
        channel=channel, stories=json.dumps(list(story_keys)),
    )  # fmt: skip
    return at
