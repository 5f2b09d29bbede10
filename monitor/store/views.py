"""What people and scripts ask of the store.  Read only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from monitor.model import StoredItem
from monitor.store import items
from monitor.store.db import Row, Tx
from monitor.store.health import PAGES, SIGNS

# Of one state of the text only the last answer counts: the page's, once it was read.
_WOULD_HAVE = """
  SELECT m.* FROM matches m JOIN items i ON i.item_id = m.item_id
  WHERE m.verdict = 'baseline' AND i.news_at IS NULL AND i.merged_into_id IS NULL
    AND m.error IS NULL AND m.version = i.version AND i.first_seen_at >= :since
    AND m.rule_id = coalesce(:rule, m.rule_id)
    AND m.partial = (SELECT min(partial) FROM matches n WHERE n.item_id = m.item_id
                       AND n.rule_id = m.rule_id AND n.version = m.version)
"""

PAGE = 500


def source_rows(tx: Tx) -> Sequence[Row]:
    """Every source with the count and the newest time of its items."""
    return tx.all(
        # One pass over all sightings: there is no index by source, which each arrival would fill.
        f"""WITH shown AS MATERIALIZED (
             SELECT g.source_id, count(*) AS items,
               max(coalesce(i.published_at, i.first_seen_at)) AS newest_at
             FROM sightings g JOIN items i ON i.item_id = g.item_id GROUP BY g.source_id),
             {PAGES}
           SELECT s.*, coalesce(shown.items, 0) AS items, shown.newest_at,
             (SELECT outcome FROM polls p WHERE p.source_id = s.source_id
              ORDER BY poll_id DESC LIMIT 1) AS outcome, {SIGNS}
           FROM sources s LEFT JOIN shown ON shown.source_id = s.source_id
             LEFT JOIN lately ON lately.source_id = s.source_id
           WHERE s.retired_at IS NULL ORDER BY s.rowid"""
    )


def unread_pages(tx: Tx) -> Sequence[Row]:
    """Per source and reason, how many articles' pages could not be read."""
    return tx.all(
        """SELECT source_id, substr(body_reason, 1, instr(body_reason || ':', ':') - 1) AS reason,
             max(body_reason) AS example, count(*) AS items
           FROM items
           WHERE body_reason IS NOT NULL AND body_state IN ('wanted', 'gave_up')
             AND merged_into_id IS NULL
           GROUP BY 1, 2 ORDER BY 1, 4 DESC"""
    )


def counts(tx: Tx) -> Row:
    """Totals for `status`: items, first-sight items, alerts, deliveries by state, bodies wanted.

    `held` are those of `waiting` whose channel is paused, `edits` what is to be edited and counts
    nowhere else.
    """
    row = tx.one(
        """SELECT
             (SELECT count(*) FROM items WHERE merged_into_id IS NULL) AS items,
             (SELECT count(*) FROM items WHERE news_at IS NULL AND merged_into_id IS NULL) AS known,
             (SELECT count(*) FROM items WHERE body_state = 'wanted') AS wanted,
             (SELECT count(*) FROM alerts) AS alerts,
             (SELECT count(*) FROM deliveries WHERE state = 'sent' AND kind <> 'edit') AS sent,
             (SELECT count(*) FROM deliveries WHERE state = 'waiting'
                AND kind <> 'edit') AS waiting,
             (SELECT count(*) FROM deliveries WHERE state = 'waiting' AND kind <> 'edit'
                AND channel IN (SELECT channel FROM paused_channels)) AS held,
             (SELECT count(*) FROM deliveries WHERE state = 'waiting' AND kind = 'edit') AS edits,
             (SELECT count(*) FROM deliveries WHERE state = 'dead' AND kind <> 'edit') AS dead"""
    )
    assert row is not None
    return row


def paused_channels(tx: Tx) -> Sequence[Row]:
    return tx.all("SELECT * FROM paused_channels ORDER BY channel")


def newest_items(
    tx: Tx, limit: int, before: int | None = None, source_id: str | None = None
) -> list[tuple[StoredItem, Row]]:
    """Items from the newest arrival down, below item id `before`, first shown by `source_id`."""
    rows = tx.all(
        """SELECT * FROM items WHERE merged_into_id IS NULL AND item_id < coalesce(:before, 9e18)
             AND source_id = coalesce(:source, source_id)
           ORDER BY item_id DESC LIMIT :limit""",
        before=before, limit=limit, source=source_id,
    )  # fmt: skip
    return [(items.from_row(row), row) for row in rows]


def items_by_id(tx: Tx, item_ids: Sequence[int]) -> list[StoredItem]:
    """Of these items those that were merged into no other, in the order asked for."""
    rows = tx.all(
        """SELECT i.* FROM json_each(:ids) AS wanted CROSS JOIN items i ON i.item_id = wanted.value
           WHERE i.merged_into_id IS NULL ORDER BY wanted.key""",
        ids=json.dumps(list(item_ids)),
    )
    return [items.from_row(row) for row in rows]


def every_item(tx: Tx, before: int | None, *, indexed_too: bool) -> list[StoredItem]:
    """A page of items from the newest arrival down, below item id `before`."""
    not_indexed = "" if indexed_too else "texts = 0 AND"
    rows = tx.all(
        f"""SELECT * FROM items WHERE {not_indexed} merged_into_id IS NULL
              AND item_id < coalesce(:before, 9e18)
            ORDER BY item_id DESC LIMIT {PAGE}""",
        before=before,
    )
    return [items.from_row(row) for row in rows]


def item_id(tx: Tx, item_id: int) -> int | None:
    """The item with this id, or the one that it was merged into."""
    found: int | None = tx.value(
        "SELECT coalesce(merged_into_id, item_id) FROM items WHERE item_id = :id", id=item_id
    )
    return found


def item_with_key(tx: Tx, url: str, keys: Sequence[str]) -> int | None:
    """The item found under this very address, or under one of these keys."""
    found: int | None = tx.value(
        """SELECT coalesce(
             (SELECT min(item_id) FROM item_keys
              WHERE kind IN ('network', 'url', 'declared')
                AND key IN (SELECT value FROM json_each(:keys))),
             (SELECT min(coalesce(merged_into_id, item_id)) FROM items WHERE url = :url))""",
        keys=json.dumps(list(keys)), url=url,
    )  # fmt: skip
    return found


def alert_rows(tx: Tx, limit: int) -> Sequence[Row]:
    """Alerts, newest first."""
    return tx.all("SELECT * FROM alerts ORDER BY raised_at DESC, alert_id LIMIT :n", n=limit)


def alerts_after(tx: Tx, alert_id: str, limit: int) -> Sequence[Row]:
    """Alerts by their ids, from behind one on."""
    return tx.all(
        "SELECT * FROM alerts WHERE alert_id > :id ORDER BY alert_id LIMIT :n",
        id=alert_id, n=limit,
    )  # fmt: skip


def alerts_of_item(tx: Tx, item_id: int) -> Sequence[Row]:
    """Alerts of an item, and of the items that were merged into it."""
    return tx.all(
        """SELECT * FROM alerts WHERE item_id IN
             (SELECT item_id FROM items WHERE item_id = :id OR merged_into_id = :id)
           ORDER BY raised_at""",
        id=item_id,
    )


def alerts_like(tx: Tx, first: str, last: str) -> Sequence[Row]:
    """Alerts whose id lies between two hexadecimal bounds, newest first."""
    return tx.all(
        """SELECT * FROM alerts WHERE alert_id BETWEEN :first AND :last
           ORDER BY raised_at DESC""",
        first=first, last=last,
    )  # fmt: skip


def alerts_since(tx: Tx, since: int) -> Sequence[Row]:
    """Alerts raised from a time on, newest first."""
    return tx.all(
        "SELECT * FROM alerts WHERE raised_at >= :since ORDER BY raised_at DESC, alert_id",
        since=since,
    )


def deliveries_of_alert(tx: Tx, alert_id: str) -> Sequence[Row]:
    """Who is owed an alert, and how far that got; `held` while the channel is paused."""
    return tx.all(
        """SELECT d.*, CASE WHEN d.state = 'waiting' AND p.channel IS NOT NULL
                            THEN 'held' ELSE d.state END AS shown_state
           FROM delivery_alerts da JOIN deliveries d ON d.delivery_id = da.delivery_id
           LEFT JOIN paused_channels p ON p.channel = d.channel
           WHERE da.alert_id = :id ORDER BY d.delivery_id""",
        id=alert_id,
    )


def attempts_of(tx: Tx, delivery_id: int) -> Sequence[Row]:
    return tx.all(
        "SELECT * FROM attempts WHERE delivery_id = :id ORDER BY attempt_id", id=delivery_id
    )


def first_sight(tx: Tx, since: int) -> Row:
    """Items known from a first sight that were stored since: `items`, `wanted` (pages to read)."""
    row = tx.one(
        """SELECT count(*) AS items, coalesce(sum(body_state = 'wanted'), 0) AS wanted FROM items
           WHERE news_at IS NULL AND merged_into_id IS NULL AND first_seen_at >= :since""",
        since=since,
    )
    assert row is not None
    return row


def would_have(
    tx: Tx, limit: int, *, since: int = 0, rule_id: str | None = None
) -> list[tuple[Row, StoredItem]]:
    """Matches that told nobody because the item was known from a first sight, newest first.

    Each with the item as it read when it matched; only items stored `since`.
    """
    rows = tx.all(
        _WOULD_HAVE + "ORDER BY coalesce(i.published_at, i.first_seen_at) DESC LIMIT :n",
        n=limit, since=since, rule=rule_id,
    )  # fmt: skip
    return [(row, as_it_read(tx, row)) for row in rows]


def count_would_have(tx: Tx, since: int = 0) -> dict[str, int]:
    """How many such matches each rule has."""
    rows = tx.all(
        f"SELECT rule_id, count(*) AS items FROM ({_WOULD_HAVE}) GROUP BY rule_id",
        since=since, rule=None,
    )  # fmt: skip
    return {row["rule_id"]: row["items"] for row in rows}


def as_it_read(tx: Tx, match: Row) -> StoredItem:
    """A match's item with title and body as they were when its spans were found."""
    stored = items.load(tx, match["item_id"])
    text = tx.one(
        """SELECT CASE WHEN :teaser AND completed_at NOT NULL THEN teaser_title ELSE title END
             AS title,
             CASE WHEN :teaser AND completed_at NOT NULL THEN teaser ELSE body END AS body
           FROM version_texts WHERE item_id = :id AND version = :version""",
        id=match["item_id"], version=match["version"], teaser=bool(match["partial"]),
    )  # fmt: skip
    if text is None:
        return stored
    partial = bool(match["partial"])
    return replace(
        stored,
        item=replace(stored.item, title=text["title"], body=text["body"], partial=partial),
        version=match["version"],
    )


def matches_of_item(tx: Tx, item_id: int) -> Sequence[Row]:
    return tx.all(
        "SELECT * FROM matches WHERE item_id = :id ORDER BY rule_id, version, partial DESC",
        id=item_id,
    )


def sightings_of(tx: Tx, item_id: int) -> Sequence[Row]:
    return tx.all("SELECT * FROM sightings WHERE item_id = :id ORDER BY seen_at", id=item_id)


def versions_of(tx: Tx, item_id: int) -> Sequence[Row]:
    return tx.all("SELECT * FROM version_texts WHERE item_id = :id ORDER BY version", id=item_id)


def item_row(tx: Tx, item_id: int) -> Row:
    row = tx.one("SELECT * FROM items WHERE item_id = :id", id=item_id)
    assert row is not None, item_id
    return row


def conversation(tx: Tx, conversation_id: str) -> Row | None:
    return tx.one("SELECT * FROM conversations WHERE conversation_id = :id", id=conversation_id)


def newest_match(tx: Tx, rule_id: str | None) -> Row | None:
    """The newest match of a rule, or of any rule."""
    return tx.one(
        """SELECT * FROM matches WHERE error IS NULL AND rule_id = coalesce(:rule, rule_id)
           ORDER BY item_id DESC, version DESC, partial LIMIT 1""",
        rule=rule_id,
    )


def waiting_for_poll(tx: Tx, now: int) -> int:
    """How many watched sources were due at `now` and were not polled since."""
    waiting: int = tx.value(
        """SELECT count(*) FROM sources
           WHERE retired_at IS NULL AND paused_at IS NULL AND NOT paused_in_file
             AND managed_by = 'file' AND next_poll_at <= :now""",
        now=now,
    )
    return waiting
