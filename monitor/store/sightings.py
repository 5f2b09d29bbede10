"""Which source showed an item, when and how; and whether that makes it news."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.store.db import Tx


@dataclass(frozen=True, slots=True)
class Sighting:
    item_id: int
    source_id: str
    seen_at: int
    baseline: bool
    listed: bool
    fingerprint: str
    guid: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """`first`: the source never showed it before.  `guid_changes`: how often its guid changed."""

    first: bool
    guid_changes: int = 0


def see(tx: Tx, sighting: Sighting) -> Seen:
    """Record that a source shows an item.  Baseline never changes."""
    columns = {
        "item_id": sighting.item_id, "source_id": sighting.source_id, "seen_at": sighting.seen_at,
        "baseline": sighting.baseline, "listed": sighting.listed,
        "fingerprint": sighting.fingerprint, "guid": sighting.guid,
    }  # fmt: skip
    first = tx.all(
        """INSERT INTO sightings
             (item_id, source_id, seen_at, baseline, listed, fingerprint, guid)
           VALUES (:item_id, :source_id, :seen_at, :baseline, :listed, :fingerprint, :guid)
           ON CONFLICT DO NOTHING RETURNING item_id""",
        **columns,
    )
    if first:
        return Seen(first=True)
    changes = tx.value(
        """UPDATE sightings SET fingerprint = :fingerprint, listed = max(listed, :listed),
             guid = :guid, guid_changes = guid_changes + (guid IS NOT :guid)
           WHERE item_id = :item_id AND source_id = :source_id
             AND (fingerprint IS NOT :fingerprint OR guid IS NOT :guid OR listed < :listed)
           RETURNING guid_changes""",
        **columns,
    )
    return Seen(first=False, guid_changes=changes or 0)


def list_by_section(tx: Tx, item_id: int, section: str | None) -> None:
    """Its page told the section: a candidate of a source that watches that one is listed now."""
    tx.run(
        """UPDATE sightings SET listed = 1
           WHERE item_id = :item_id AND listed = 0 AND source_id IN
             (SELECT source_id FROM sources
              WHERE :section IS NULL OR lower(section) = lower(:section))""",
        item_id=item_id, section=section,
    )  # fmt: skip


def list_in_sitemaps(tx: Tx, item_id: int) -> None:
    """Its page does not say that it is old: a sitemap's candidate is listed now."""
    tx.run(
        """UPDATE sightings SET listed = 1
           WHERE item_id = :item_id AND listed = 0 AND source_id IN
             (SELECT source_id FROM sources WHERE kind = 'sitemap')""",
        item_id=item_id,
    )


def become_news(tx: Tx, item_id: int, now: int) -> int | None:
    """Since when an item is news: since its first listed sighting that is not baseline."""
    tx.run(
        """UPDATE items SET news_at = :now
           WHERE item_id = :item_id AND news_at IS NULL AND EXISTS
             (SELECT 1 FROM sightings s
              WHERE s.item_id = :item_id AND s.listed = 1 AND s.baseline = 0)""",
        item_id=item_id, now=now,
    )  # fmt: skip
    news_at: int | None = tx.value("SELECT news_at FROM items WHERE item_id = :id", id=item_id)
    return news_at
