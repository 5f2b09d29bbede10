"""What a channel was told of a story, and how many conversations it opened: for the pace."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model import Crowd, Revision, Talk
from monitor.settings import Severity
from monitor.store.db import Row, Tx
from monitor.store.outbox import conversation_id

HOUR_MS = 3600 * 1000

_FROM_THE_HIGHEST = tuple(Severity)


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
        return Talk(story_keys[0], followed_at=_followed_at(tx, channel, story_keys[0]))
    revisions, waiting = [], None
    for row in _messages(tx, conversation_id(channel, subject)):
        if row["untried"]:
            waiting = row["due_at"]
        else:
            levels = {Severity(level) for level in row["severities"].split(",")}
            severity = min(levels, key=_FROM_THE_HIGHEST.index)
            revisions.append(Revision(row["at"], severity))
    return Talk(subject, tuple(revisions), waiting)


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


def find(tx: Tx, conversation: str) -> Row | None:
    return tx.one("SELECT * FROM conversations WHERE conversation_id = :id", id=conversation)


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


def untried(tx: Tx) -> list[tuple[str, str]]:
    """Alert and channel of all that is owed and that nobody has tried to send."""
    rows = tx.all(
        """SELECT DISTINCT da.alert_id, d.channel FROM deliveries d
           JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
           WHERE d.state = 'waiting' AND d.tries = 0 AND d.lease_token IS NULL
             AND d.kind = 'alert' ORDER BY 1, 2"""
    )
    return [(row["alert_id"], row["channel"]) for row in rows]


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


def _followed_at(tx: Tx, channel: str, story_key: str) -> int | None:
    """When `channel` was last told of the closed story that this one takes up again."""
    at: int | None = tx.value(
        """SELECT max(coalesce(d.sent_at, d.due_at)) FROM stories s
           JOIN conversations c ON c.channel = :channel AND c.subject = s.follows
           JOIN deliveries d ON d.conversation_id = c.conversation_id
           WHERE s.story_key = :story""",
        channel=channel, story=story_key,
    )  # fmt: skip
    return at
