"""What is owed in a channel's quiet hours waits for their end; what is critical does not.

Also what failed by day and is due again, and what a paused channel or a stopped daemon left over.
Knows no channel's hours.  What waits keeps its time: whatever their end is by then, it holds.
"""

from __future__ import annotations

from monitor.store.db import Tx

# Of `deliveries AS d`: notices, tests and edits pass, and digests that somebody asked for.
# Messages of a conversation come in order, so one with something critical behind it passes, too.
PASSES = """CASE d.kind
  WHEN 'alert' THEN EXISTS (
    SELECT 1 FROM deliveries e
    JOIN delivery_alerts da ON da.delivery_id = e.delivery_id
    JOIN alerts a ON a.alert_id = da.alert_id
    WHERE e.conversation_id = d.conversation_id AND e.recipient = d.recipient
      AND e.revision >= d.revision AND e.state = 'waiting' AND a.severity = 'critical')
  WHEN 'digest' THEN EXISTS (
    SELECT 1 FROM conversations c WHERE c.conversation_id = d.conversation_id
      AND c.subject GLOB 'digest:asked:*')
  ELSE 1 END"""


def passes(tx: Tx, delivery_id: int) -> bool:
    """Whether a message that waits is sent in quiet hours."""
    found = tx.value(
        f"SELECT {PASSES} FROM deliveries AS d WHERE d.delivery_id = :id", id=delivery_id
    )
    return bool(found)
