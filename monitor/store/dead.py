"""Deliveries that were given up, and that one of them is owed again.

Edits and tests are not among them: nothing is lost without the one, and the other is of its time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model import LeasedDelivery
from monitor.store.db import Row, Tx

# Of what has been tried already nobody is told anything else, and its waits begin anew.
_TRIES = 1


def given_up(tx: Tx, channel: str | None = None) -> Sequence[Row]:
    """The newest first: each with why (`detail`), when (`given_up_at`), the ids of its `alerts`
    (JSON), the `title` of its article; `taken_over`: a digest that nobody got, the next has it."""
    return tx.all(
        """SELECT d.*, c.subject, last.detail, last.tried_at AS given_up_at,
             (SELECT json_group_array(alert_id) FROM
               (SELECT alert_id FROM delivery_alerts
                WHERE delivery_id = d.delivery_id ORDER BY alert_id)) AS alerts,
             (SELECT i.title FROM delivery_alerts da JOIN alerts a ON a.alert_id = da.alert_id
              JOIN items i ON i.item_id = a.item_id WHERE da.delivery_id = d.delivery_id
              ORDER BY a.raised_at, a.rule_id LIMIT 1) AS title,
             d.kind = 'digest' AND NOT EXISTS
               (SELECT 1 FROM deliveries o WHERE o.conversation_id = d.conversation_id
                  AND o.state = 'sent') AS taken_over
           FROM deliveries d JOIN conversations c ON c.conversation_id = d.conversation_id
           JOIN attempts last ON last.attempt_id =
             (SELECT max(attempt_id) FROM attempts WHERE delivery_id = d.delivery_id)
           WHERE d.state = 'dead' AND d.kind IN ('alert', 'ops', 'digest')
             AND d.channel = coalesce(:channel, d.channel)
           ORDER BY given_up_at DESC, d.delivery_id DESC""",
        channel=channel,
    )


def reached_nobody(tx: Tx, delivery: LeasedDelivery) -> bool:
    """Whether no recipient got this message, or still may."""
    return tx.one(
        """SELECT 1 FROM deliveries WHERE conversation_id = :id AND revision = :revision
             AND state IN ('sent', 'waiting') LIMIT 1""",
        id=delivery.conversation_id, revision=delivery.revision,
    ) is None  # fmt: skip


def owe_again(tx: Tx, delivery_ids: Sequence[int], now: int, give_up_at: int) -> None:
    """Send these from now on, as if they had been tried once."""
    tx.run(
        """UPDATE deliveries SET state = 'waiting', try_at = :now, give_up_at = :give_up_at,
             tries = :tries, lease_token = NULL, lease_holder = NULL, lease_until = NULL
           WHERE state = 'dead' AND delivery_id IN (SELECT value FROM json_each(:ids))""",
        ids=json.dumps(list(delivery_ids)), now=now, give_up_at=give_up_at, tries=_TRIES,
    )  # fmt: skip
