"""What became of a rule's alerts, and of the articles around them.  Read only."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.store.db import Row, Tx


def articles_around(tx: Tx, rule_id: str, since: int, limit: int) -> Sequence[Row]:
    """The articles of the stories that a rule matched since a time, newest first; `spans`, where
    the text as it stands now matches."""
    return tx.all(
        """WITH own AS (
             SELECT DISTINCT coalesce(s.merged_into, i.story_key) AS story_key
             FROM matches m JOIN items i ON i.item_id = m.item_id
             LEFT JOIN stories s ON s.story_key = i.story_key
             WHERE m.rule_id = :rule AND m.matched_at >= :since AND m.error IS NULL),
           keys AS (
             SELECT story_key FROM own
             UNION SELECT s.story_key FROM own JOIN stories s ON s.merged_into = own.story_key)
           SELECT i.item_id, i.title, i.body, i.story_key,
             (SELECT spans FROM matches m WHERE m.item_id = i.item_id AND m.rule_id = :rule
                AND m.version = i.version AND m.partial = i.partial AND m.error IS NULL) AS spans
           FROM keys CROSS JOIN items i ON i.story_key = keys.story_key
           WHERE i.merged_into_id IS NULL ORDER BY i.item_id DESC LIMIT :limit""",
        rule=rule_id, since=since, limit=limit,
    )  # fmt: skip


def report(tx: Tx, since: int) -> Sequence[Row]:
    """Per rule that raised alerts since a time: how many, on how many stories and of how many
    articles, the outlet that most of them came from, how many stories were seen, how many alerts
    were called not relevant."""
    return tx.all(
        """WITH raised AS (
             SELECT a.alert_id, a.rule_id, a.story_key, coalesce(i.site, i.source_id) AS outlet,
               EXISTS (SELECT 1 FROM acks k WHERE k.story_key = a.story_key) AS acked,
               EXISTS (SELECT 1 FROM marks m WHERE m.alert_id = a.alert_id) AS marked
             FROM alerts a JOIN items i ON i.item_id = a.item_id WHERE a.raised_at >= :since),
           outlets AS (
             SELECT rule_id, outlet, count(*) AS alerts,
               row_number() OVER (PARTITION BY rule_id ORDER BY count(*) DESC, outlet) AS place
             FROM raised GROUP BY rule_id, outlet)
           SELECT r.rule_id, count(*) AS alerts, count(DISTINCT r.story_key) AS stories,
             o.outlet AS top_outlet, o.alerts AS top_alerts,
             count(DISTINCT CASE WHEN r.acked THEN r.story_key END) AS acked,
             sum(r.marked) AS not_relevant
           FROM raised r JOIN outlets o ON o.rule_id = r.rule_id AND o.place = 1
           GROUP BY r.rule_id ORDER BY r.rule_id""",
        since=since,
    )


def last_fired(tx: Tx, rule_id: str) -> int | None:
    """When a rule raised its newest alert."""
    at: int | None = tx.value(
        "SELECT max(raised_at) FROM alerts WHERE rule_id = :rule", rule=rule_id
    )
    return at
