"""What is owed in a channel's quiet hours waits for their end; what is critical does not.

Also what failed by day and is due again, and what a paused channel or a stopped daemon left over.
Knows no channel's hours: when they end is an argument.
"""

from __future__ import annotations

from monitor.store.db import Tx

# Of `deliveries AS d`.  Messages of a conversation come in order, so one with something critical
# behind it must not wait either.
_CRITICAL = """
  EXISTS (SELECT 1 FROM deliveries e
          JOIN delivery_alerts da ON da.delivery_id = e.delivery_id
          JOIN alerts a ON a.alert_id = da.alert_id
          WHERE e.conversation_id = d.conversation_id AND e.recipient = d.recipient
            AND e.revision >= d.revision AND e.state = 'waiting' AND a.severity = 'critical')"""


def wait(tx: Tx, channel: str, now: int, until: int) -> None:
    """Put off what is due until the quiet hours end; what waits so long and is critical by now
    is due again.  Notices, tests and edits pass, and digests that somebody asked for."""
    tx.run(
        f"""UPDATE deliveries AS d SET try_at = :now
            WHERE channel = :channel AND state = 'waiting' AND try_at = :until AND {_CRITICAL}""",
        channel=channel, now=now, until=until,
    )  # fmt: skip
    tx.run(
        f"""UPDATE deliveries AS d SET try_at = :until
            WHERE channel = :channel AND state = 'waiting' AND try_at <= :now
              AND (lease_until IS NULL OR lease_until <= :now)
              AND (kind = 'alert' AND NOT {_CRITICAL}
                   OR kind = 'digest' AND NOT EXISTS
                     (SELECT 1 FROM conversations c WHERE c.conversation_id = d.conversation_id
                        AND c.subject GLOB 'digest:asked:*'))""",
        channel=channel, now=now, until=until,
    )  # fmt: skip
