"""Close an article whose page will not be read: what is here of it is all there will be.

Part of ingest's transaction, but for what a source left behind that is gone from the files: nobody
asks for that, so it is closed in the background.
"""

from __future__ import annotations

from monitor import judge, schedule
from monitor.model import Change
from monitor.plan import Plan
from monitor.prepared import Prepared
from monitor.store import forsaken, items, sightings
from monitor.store.db import Tx


def close(tx: Tx, plan: Plan, item_id: int, now: int) -> list[str]:
    """All rules run once more over what is here; returns the ids of the alerts that this raised."""
    # A page that was read once has told the section.
    if items.load(tx, item_id).item.partial:
        sightings.list_by_section(tx, item_id, None)
    return judge.judge(tx, plan, Prepared(), judge.Arrived(item_id, Change.COMPLETED, now))


def close_forsaken(tx: Tx, plan: Plan, now: int, most: int) -> int:
    """Close some of what only sources showed that left the files; returns how many they were.

    Not at once: a source that has another name now shows its articles again, and one that was
    taken out by mistake is put back.
    """
    item_ids = forsaken.give_up(tx, now - sum(schedule.BODY_RETRIES_MS), now, most)
    for item_id in item_ids:
        close(tx, plan, item_id, now)
    return len(item_ids)
