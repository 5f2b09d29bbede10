"""A database in memory in which a past window is lived again, filled from the archive.

It begins as the archive stood at a time; then items are put into it as they were then, and what is
decided over them is written here alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from monitor.model import Alert, BodyState, Match, StoredItem
from monitor.store import alerts as kept
from monitor.store import migrations
from monitor.store.db import Row, Tx
from monitor.store.states import State

_FOREVER = 1 << 62


@contextmanager
def opened() -> Iterator[Tx]:
    """An empty one; it is gone with the end of the block."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        migrations.apply(db)
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("BEGIN")
        yield Tx(db)


def copy(tx: Tx, table: str, rows: Sequence[Row], **changed: object) -> None:
    """Rows of a table of the archive, with some columns `changed`."""
    if not rows:
        return
    names = rows[0].keys()
    marks = ", ".join("?" for _ in names)
    tx.many(
        f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({marks})",
        [[changed.get(name, row[name]) for name in names] for row in rows],
    )


def begin(tx: Tx, past: Tx, at: int) -> None:
    """What was told, held and silenced before a time; silences also of later, for they know their
    own time."""
    copy(tx, "silences", past.all("SELECT * FROM silences"))
    for table, since in (
        ("alerts", "raised_at"), ("acks", "acked_at"), ("digests", "covers_to"),
        ("conversations", "opened_at"),
    ):  # fmt: skip
        copy(tx, table, past.all(f"SELECT * FROM {table} WHERE {since} < :at", at=at))
    copy(tx, "deliveries", past.all("SELECT * FROM deliveries WHERE created_at < :at", at=at))
    copy(tx, "delivery_alerts", past.all(
        """SELECT da.* FROM delivery_alerts da JOIN deliveries d ON d.delivery_id = da.delivery_id
           JOIN alerts a ON a.alert_id = da.alert_id
           WHERE d.created_at < :at AND a.raised_at < :at""",
        at=at,
    ))  # fmt: skip
    copy(tx, "holds", past.all("SELECT * FROM holds WHERE held_at < :at", at=at))
    tx.run(
        """UPDATE holds SET digest_id = NULL
           WHERE digest_id NOT IN (SELECT digest_id FROM digests)"""
    )
    _begin_deliveries(tx, at)


def _begin_deliveries(tx: Tx, at: int) -> None:
    """What was sent or taken up later waits still; what was never accepted counts as it was."""
    tx.run(
        """UPDATE deliveries SET state = 'sent', sent_at = claimed_at
           WHERE state = 'waiting' AND claimed_at < :at""",
        at=at,
    )
    tx.run(
        """UPDATE deliveries SET state = 'waiting', sent_at = NULL, message_id = NULL,
             lease_token = NULL, lease_until = NULL, lease_holder = NULL
           WHERE sent_at >= :at OR state = 'waiting'""",
        at=at,
    )
    tx.run(
        """UPDATE deliveries SET tries = 0, claimed_at = NULL, try_at = coalesce(due_at, try_at)
           WHERE state = 'waiting' AND (claimed_at IS NULL OR claimed_at >= :at)""",
        at=at,
    )
    tx.run("DELETE FROM deliveries WHERE kind <> 'alert' AND state = 'waiting'")


def on_their_way(tx: Tx) -> Sequence[Row]:
    """What was taken up before and not accepted yet."""
    return tx.all("SELECT * FROM deliveries WHERE state = 'waiting' AND tries > 0")


def owed_items(tx: Tx) -> set[int]:
    """The items that messages which wait still are about."""
    rows = tx.all(
        """SELECT DISTINCT a.item_id FROM deliveries d
           CROSS JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
           CROSS JOIN alerts a ON a.alert_id = da.alert_id WHERE d.state = 'waiting'"""
    )
    return {row["item_id"] for row in rows}


def put_stories(tx: Tx, past: Tx, keys: Collection[str]) -> None:
    """The rows of stories.  What became part of another does so later, where it is known when.

    The last match of all tells as well whether a story was closed: none comes when it is.
    """
    rows = past.all(
        """SELECT s.*, EXISTS (SELECT 1 FROM merges m WHERE m.story_key = s.story_key) AS dated
           FROM json_each(:keys) AS wanted CROSS JOIN stories s ON s.story_key = wanted.value""",
        keys=json.dumps(list(keys)),
    )
    for row in rows:
        tx.run(
            """INSERT INTO stories (story_key, founded_at, active_at, matched_at, follows,
                 merged_into)
               VALUES (:key, :founded_at, :founded_at, :matched_at, :follows, :merged_into)""",
            key=row["story_key"], founded_at=row["founded_at"], matched_at=row["matched_at"],
            follows=row["follows"], merged_into=None if row["dated"] else row["merged_into"],
        )  # fmt: skip


def put_matches(tx: Tx, past: Tx, item_ids: Collection[int], at: int) -> None:
    """What rules had said of items before a time."""
    copy(tx, "matches", past.all(
        """SELECT m.* FROM json_each(:ids) AS wanted CROSS JOIN matches m
             ON m.item_id = wanted.value
           WHERE m.matched_at < :at""",
        ids=json.dumps(list(item_ids)), at=at,
    ))  # fmt: skip


def take_match_back(tx: Tx, stored: StoredItem, match: Match, figures: Mapping[str, int]) -> None:
    """A match is as it was found in the text that its item had."""
    tx.run(
        """UPDATE matches SET spans = :spans, figures = :figures
           WHERE item_id = :item_id AND rule_id = :rule_id AND version = :version
             AND partial = :partial""",
        item_id=stored.id, rule_id=match.rule_id, version=stored.version,
        partial=stored.item.partial, spans=kept.dump_spans(match.spans),
        figures=json.dumps(figures),
    )  # fmt: skip


def put_mates(tx: Tx, past: Tx, item_ids: Collection[int]) -> None:
    """Items that are only counted in their stories, as they are in the end."""
    wanted = {"ids": json.dumps(list(item_ids))}
    each = "FROM json_each(:ids) AS wanted CROSS JOIN"
    copy(tx, "items", past.all(f"SELECT t.* {each} items t ON t.item_id = wanted.value", **wanted))
    copy(tx, "joins", past.all(f"SELECT t.* {each} joins t ON t.item_id = wanted.value", **wanted))


def put_item(tx: Tx, row: Row, story_key: str) -> None:
    """An item as it was before anything was made of it."""
    copy(
        tx, "items", [row], story_key=story_key, merged_into_id=None, merged_at=None, news_at=None,
        grouped_at=None, copy_of_id=None, origin=None,
    )  # fmt: skip


def put_version(tx: Tx, item_id: int, state: State) -> None:
    """A version in this state of it."""
    tx.run(
        """INSERT INTO versions (item_id, version, fingerprint, title, body, partial, seen_at,
             completed_at)
           VALUES (:item_id, :version, '', :title, :body, :partial, :since, NULL)
           ON CONFLICT DO UPDATE SET title = excluded.title, body = excluded.body,
             partial = excluded.partial, completed_at = :since""",
        item_id=item_id, version=state.version, title=state.item.title, body=state.item.body,
        partial=state.open, since=state.since,
    )  # fmt: skip


def become(tx: Tx, item_id: int, state: State, fingerprint: str) -> None:
    """The item reads as in `state`, its newest version."""
    columns = {**state.columns, "version": state.version, "fingerprint": fingerprint}
    assigned = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(f"UPDATE items SET {assigned} WHERE item_id = :item_id", item_id=item_id, **columns)


def situate(tx: Tx, item_id: int, body_state: BodyState, at: int) -> None:
    """The item has its story, and what is known of the text's end."""
    tx.run(
        """UPDATE items SET body_state = :state, grouped_at = :at, changed_at = :at
           WHERE item_id = :item_id""",
        item_id=item_id, state=body_state, at=at,
    )  # fmt: skip


def has_origin(tx: Tx, item_id: int, origin: str | None) -> None:
    """It is known who reports the item; None: it is known that nobody can tell."""
    tx.run("UPDATE items SET origin = :origin WHERE item_id = :id", id=item_id, origin=origin)


def become_news(tx: Tx, item_id: int, news_at: int) -> None:
    tx.run("UPDATE items SET news_at = :at WHERE item_id = :id", id=item_id, at=news_at)


def take_into_digest(tx: Tx, digest: Row) -> None:
    """A digest goes out: it has what its channel holds, or what waits for its quiet hours' end."""
    copy(tx, "digests", [digest])
    tx.run(
        """UPDATE holds SET digest_id = :digest
           WHERE channel = :channel AND digest_id IS NULL AND held_at <= :at
             AND (:kind <> 'quiet' OR why = 'quiet')""",
        digest=digest["digest_id"], channel=digest["channel"], at=digest["covers_to"],
        kind=digest["kind"],
    )  # fmt: skip


def next_due(tx: Tx) -> Row | None:
    """The message that can be sent first; what follows another in its conversation waits."""
    return tx.one(
        """SELECT * FROM deliveries d
           WHERE d.state = 'waiting' AND d.lease_token IS NULL AND d.kind = 'alert'
             AND NOT EXISTS (
               SELECT 1 FROM deliveries e
               WHERE e.conversation_id = d.conversation_id AND e.recipient = d.recipient
                 AND e.revision < d.revision AND e.state = 'waiting' AND e.kind = 'alert')
           ORDER BY d.try_at, d.delivery_id LIMIT 1"""
    )


def wait_until(tx: Tx, delivery_id: int, at: int) -> None:
    """The channel takes it up no sooner."""
    tx.run("UPDATE deliveries SET try_at = :at WHERE delivery_id = :id", id=delivery_id, at=at)


def on_its_way(tx: Tx, delivery_id: int) -> None:
    """Nobody else takes it up, however long it takes."""
    tx.run(
        "UPDATE deliveries SET lease_until = :until WHERE delivery_id = :id",
        id=delivery_id, until=_FOREVER,
    )  # fmt: skip


def count_waiting(tx: Tx) -> int:
    """Messages that are owed and not taken up yet."""
    found: int = tx.value(
        """SELECT count(*) FROM (SELECT 1 FROM deliveries
             WHERE state = 'waiting' AND tries = 0 AND kind = 'alert'
             GROUP BY conversation_id, revision)"""
    )
    return found


def held_since(tx: Tx, since: int) -> Sequence[Row]:
    """What was kept back since a time, oldest first."""
    return tx.all(
        """SELECT alert_id, channel, why, detail, held_at FROM holds WHERE held_at >= :since
           ORDER BY held_at, channel, alert_id""",
        since=since,
    )


def alerts(tx: Tx, since: int, others: Collection[str]) -> list[Alert]:
    """The alerts raised since a time, oldest first, and these others."""
    rows = tx.all(
        """SELECT * FROM alerts WHERE raised_at >= :since
             OR alert_id IN (SELECT value FROM json_each(:others))
           ORDER BY raised_at, rule_id""",
        since=since, others=json.dumps(list(others)),
    )  # fmt: skip
    return [kept.from_row(row) for row in rows]


def headlines(tx: Tx, alerts: Collection[Alert]) -> dict[str, str]:
    """By alert the title of its version."""
    rows = tx.all(
        """SELECT wanted.key AS alert_id, v.title FROM json_each(:wanted) AS wanted
           CROSS JOIN version_texts v ON v.item_id = wanted.value ->> 0
             AND v.version = wanted.value ->> 1""",
        wanted=json.dumps({one.alert_id: [one.item_id, one.version] for one in alerts}),
    )
    return {row["alert_id"]: row["title"] or "" for row in rows}
