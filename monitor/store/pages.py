"""Articles whose page is read again: what it answered last, when it is due, who is at it.

The lease is the item's own, as for a page that is still wanted.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.model import LastReading, Outcome, WantedBody
from monitor.settings import Source
from monitor.store.db import Tx
from monitor.store.work import LEASE_MS


@dataclass(frozen=True, slots=True)
class Claim:
    """Who asks for how much.  Of one site a page is handed out every `pause_ms`."""

    holder: str
    now: int
    limit: int
    pause_ms: int


# What people were told of first, then what is due longest: a few of each, so that a long pause of
# ours does not make every claim read all that has become due.
_DUE = """
  SELECT * FROM (SELECT item_id, source_id, site, told, reread_at FROM pages
                 WHERE reread_at <= :now AND told = 1 ORDER BY reread_at LIMIT :window)
  UNION ALL
  SELECT * FROM (SELECT item_id, source_id, site, told, reread_at FROM pages
                 WHERE reread_at <= :now AND told = 0 ORDER BY reread_at LIMIT :window)"""
_WINDOW = 1000
_SITE_IS_FREE = """NOT EXISTS (
  SELECT 1 FROM pages AS q WHERE q.site = p.site AND q.asked_at > :since)"""


def are_due(tx: Tx, now: int, pause_ms: int) -> bool:
    """Whether any page is to be read again now."""
    return tx.one(
        f"SELECT 1 FROM ({_DUE}) AS p WHERE {_SITE_IS_FREE} LIMIT 1",
        now=now, since=now - pause_ms, window=_WINDOW,
    ) is not None  # fmt: skip


def claim(tx: Tx, sources: Mapping[str, Source], asked: Claim) -> list[WantedBody]:
    """Lease items of `sources` whose page is to be read again: those that people were told of
    first, one of a site."""
    rows = tx.all(
        f"""UPDATE items SET lease_token = :token || '-' || item_id, lease_holder = :holder,
              lease_until = :until
            WHERE item_id IN (
              SELECT item_id FROM (
                SELECT p.item_id, p.told, p.reread_at, row_number() OVER
                  (PARTITION BY p.site ORDER BY p.told DESC, p.reread_at, p.item_id) AS place
                FROM ({_DUE}) AS p
                CROSS JOIN items AS i ON i.item_id = p.item_id AND i.body_state = 'full'
                  AND i.merged_into_id IS NULL
                  AND (i.lease_until IS NULL OR i.lease_until <= :now)
                WHERE p.source_id IN (SELECT value FROM json_each(:ids)) AND {_SITE_IS_FREE}
              ) AS due
              WHERE place = 1 ORDER BY told DESC, reread_at, item_id LIMIT :limit)
            RETURNING item_id, url, source_id, lease_token""",
        token=secrets.token_hex(8), holder=asked.holder, until=asked.now + LEASE_MS,
        now=asked.now, since=asked.now - asked.pause_ms, limit=asked.limit, window=_WINDOW,
        ids=json.dumps(list(sources)),
    )  # fmt: skip
    last = _handed_out(tx, [row["item_id"] for row in rows], asked.now) if rows else {}
    return [
        WantedBody(
            row["item_id"], row["url"], sources[row["source_id"]], 0, row["lease_token"],
            last[row["item_id"]],
        )
        for row in sorted(rows, key=lambda row: row["item_id"])
    ]  # fmt: skip


def _handed_out(tx: Tx, item_ids: list[int], now: int) -> dict[int, LastReading]:
    rows = tx.all(
        """UPDATE pages SET asked_at = :now
           WHERE item_id IN (SELECT value FROM json_each(:ids))
           RETURNING item_id, rereads, etag, last_modified, body_hash, doubted""",
        now=now, ids=json.dumps(item_ids),
    )  # fmt: skip
    return {
        row["item_id"]: LastReading(
            row["rereads"], row["etag"], row["last_modified"], row["body_hash"], row["doubted"]
        )
        for row in rows
    }


def is_of_news(tx: Tx, item_id: int) -> bool:
    """Whether the item was ever seen but at a first sight."""
    found = tx.value("SELECT news_at IS NOT NULL FROM items WHERE item_id = :id", id=item_id)
    return bool(found)


def waiting(tx: Tx, source_id: str, most: int) -> int:
    """How many of a source's pages are to be read again, counted up to `most`."""
    found: int = tx.value(
        """SELECT count(*) FROM (
             SELECT 1 FROM pages WHERE source_id = :id AND reread_at IS NOT NULL LIMIT :most)""",
        id=source_id, most=most,
    )  # fmt: skip
    return found


def note(tx: Tx, wanted: WantedBody, outcome: Outcome, reread_at: int | None) -> None:
    """A page was read that was wanted, or that said something new: remember its answer, begin to
    count anew."""
    tx.run(
        """INSERT INTO pages
             (item_id, source_id, site, told, reread_at, etag, last_modified, body_hash)
           SELECT item_id, :source_id, coalesce(site, ''),
             EXISTS (SELECT 1 FROM alerts WHERE alerts.item_id = :id),
             :at, :etag, :last_modified, :body_hash
           FROM items WHERE item_id = :id
           ON CONFLICT (item_id) DO UPDATE SET
             rereads = 0, told = excluded.told, reread_at = excluded.reread_at,
             etag = excluded.etag, last_modified = excluded.last_modified,
             body_hash = excluded.body_hash, doubted = NULL""",
        id=wanted.item_id, source_id=wanted.source.id, at=reread_at, etag=outcome.etag,
        last_modified=outcome.last_modified, body_hash=outcome.body_hash,
    )  # fmt: skip


def is_noted(tx: Tx, item_id: int) -> bool:
    """Whether anything is known of the item's own page."""
    return tx.one("SELECT 1 FROM pages WHERE item_id = :id", id=item_id) is not None


def doubted(tx: Tx, item_id: int) -> str | None:
    """The fingerprint of a far shorter text that a page showed and that was not believed."""
    found: str | None = tx.value("SELECT doubted FROM pages WHERE item_id = :id", id=item_id)
    return found


def doubt(tx: Tx, wanted: WantedBody, fingerprint: str) -> None:
    """A page that was wanted shows a far shorter text: remember it, believe it the next time."""
    tx.run(
        """INSERT INTO pages (item_id, source_id, site, told, doubted)
           SELECT item_id, :source_id, coalesce(site, ''),
             EXISTS (SELECT 1 FROM alerts WHERE alerts.item_id = :id), :doubted
           FROM items WHERE item_id = :id
           ON CONFLICT (item_id) DO UPDATE SET doubted = excluded.doubted""",
        id=wanted.item_id, source_id=wanted.source.id, doubted=fingerprint,
    )  # fmt: skip


def settle(tx: Tx, wanted: WantedBody, read: LastReading, reread_at: int | None) -> bool:
    """Give the lease back, with what is known of the page now.  False: it was lost, nothing is
    written."""
    held = tx.run(
        """UPDATE items SET lease_token = NULL, lease_holder = NULL, lease_until = NULL
           WHERE item_id = :id AND lease_token IS :lease""",
        id=wanted.item_id, lease=wanted.lease,
    )  # fmt: skip
    if not held:
        return False
    tx.run(
        """UPDATE pages SET rereads = :rereads, reread_at = :at, etag = :etag,
             last_modified = :last_modified, body_hash = :body_hash, doubted = :doubted,
             told = EXISTS (SELECT 1 FROM alerts WHERE alerts.item_id = :id)
           WHERE item_id = :id""",
        id=wanted.item_id, rereads=read.rereads, at=reread_at, etag=read.etag,
        last_modified=read.last_modified, body_hash=read.body_hash, doubted=read.doubted,
    )  # fmt: skip
    return True


def read_again(tx: Tx, item_id: int, source_ids: Sequence[str], at: int | None) -> None:
    """People were told of it: of these sources' pages that were read once and never since."""
    tx.run(
        """UPDATE pages SET reread_at = :at, told = 1
           WHERE item_id = :id AND reread_at IS NULL AND rereads = 0
             AND source_id IN (SELECT value FROM json_each(:ids))""",
        id=item_id, at=at, ids=json.dumps(source_ids),
    )  # fmt: skip


def keep_only(tx: Tx, source_ids: list[str]) -> None:
    """Read no page of any other source again."""
    tx.run(
        """UPDATE pages SET reread_at = NULL
           WHERE reread_at IS NOT NULL
             AND source_id NOT IN (SELECT value FROM json_each(:ids))""",
        ids=json.dumps(source_ids),
    )
