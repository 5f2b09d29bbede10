"""Work that is due, handed out under leases: sources to poll, article pages still wanted.

A lease is a token with an expiry.  Who works on something shows the token when it is done; a
token that is no longer there was lost, and with it the right to say how it went.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from urllib.parse import urlsplit

from monitor.errors import LeaseHeld
from monitor.model import DueSource, Outcome, OutcomeKind, WantedBody
from monitor.settings import Source
from monitor.store.db import Row, Tx

# Above CLOSESPIDER_TIMEOUT, so that no crawl outlives its leases.
LEASE_MS = 10 * 60 * 1000
DAY_MS = 24 * 3600 * 1000
BODIES_OF_A_SITE = 15
# And no more than the lease can read if all time out: a host is asked one thing at a time, and
# each address may lead to another one there, so that it waits for its turn twice.
_READ_MS = 30_000
_HOSTS_REMEMBERED = 20_000
_UNKNOWN_DELAY_MS = 60_000  # the longest that a robots.txt is given
_WITHIN_A_LEASE = """:lease / (:read + 2 * coalesce(
  (SELECT max(delay_ms) FROM hosts WHERE host IN (site, 'www.' || site)), :unknown))"""

FREE = "(lease_until IS NULL OR lease_until <= :now)"
_HELD = "source_id = :id AND lease_token IS :lease"
# What an address answered says nothing of the one that the source has by now.
_HELD_AND_AS_ASKED = f"{_HELD} AND url = :url AND section IS :section"


@dataclass(frozen=True, slots=True)
class Settled:
    """How a poll went, as its source's row keeps it.  `new_items`: new to the source, whoever else
    had shown them."""

    outcome: Outcome
    every_seconds: int
    next_poll_at: int
    items: int
    new_items: int
    now: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Who asks for how many sources, while these `busy` ones are being polled."""

    holder: str
    now: int
    limit: int
    busy: Collection[str] = ()


def claim_due(tx: Tx, sources: Mapping[str, Source], asked: Claim) -> list[DueSource]:
    """Lease sources whose poll is due, the longest overdue first; of one host no more at once than
    the lease can poll, by the same reckoning as for pages."""
    due = _due_names(tx, asked.now, asked.limit)
    chosen = list(islice(within_a_lease(tx, sources, due, asked.busy), asked.limit))
    rows = tx.all(
        """UPDATE sources SET lease_token = :token || '-' || source_id, lease_holder = :holder,
             lease_until = :until
           WHERE source_id IN (SELECT value FROM json_each(:ids)) RETURNING *""",
        token=secrets.token_hex(8), holder=asked.holder, until=asked.now + LEASE_MS,
        ids=_json_list(chosen),
    )  # fmt: skip
    return [_due(row, sources[row["source_id"]], asked.now) for row in rows]


def within_a_lease(
    tx: Tx, sources: Mapping[str, Source], names: Iterable[str], busy: Collection[str] = ()
) -> Iterator[str]:
    """Those of `names` whose hosts can be asked within a lease, while these `busy` ones are being
    polled; of each host at least one."""
    of_host = Counter(host_of(sources[name].url) for name in busy if name in sources)
    most: dict[str, int] = {}
    for name in names:
        if name not in sources:
            continue
        host = host_of(sources[name].url)
        if of_host[host] and host not in most:
            most[host] = _most_of_host(tx, host)
        if not of_host[host] or of_host[host] < most[host]:
            of_host[host] += 1
            yield name


def _due_names(tx: Tx, now: int, at_once: int) -> Iterator[str]:
    """Of all sources that are due, the longest overdue first; read as far as somebody goes on."""
    at = rowid = -1
    while True:
        rows = tx.all(
            f"""SELECT source_id, next_poll_at, rowid FROM sources
                WHERE next_poll_at <= :now AND (next_poll_at, rowid) > (:at, :rowid)
                  AND paused_at IS NULL AND NOT paused_in_file
                  AND retired_at IS NULL AND managed_by = 'file' AND {FREE}
                ORDER BY next_poll_at, rowid LIMIT :limit""",
            now=now, at=at, rowid=rowid, limit=at_once,
        )  # fmt: skip
        yield from (row["source_id"] for row in rows)
        if len(rows) < at_once:
            return
        at, rowid = rows[-1]["next_poll_at"], rows[-1]["rowid"]


@lru_cache(maxsize=_HOSTS_REMEMBERED)
def host_of(url: str) -> str:
    """The host that an address names; "" where there is none."""
    return urlsplit(url).hostname or ""


def _most_of_host(tx: Tx, host: str) -> int:
    """How many polls of a host fit into a lease if all time out."""
    delay: int | None = tx.value("SELECT delay_ms FROM hosts WHERE host = :host", host=host)
    return LEASE_MS // (_READ_MS + 2 * (_UNKNOWN_DELAY_MS if delay is None else delay))


def claim_source(tx: Tx, source: Source, holder: str, now: int) -> DueSource:
    """Lease one source whether or not its poll is due.  Raises `LeaseHeld`."""
    row = tx.one(
        f"""UPDATE sources SET lease_token = :token, lease_holder = :holder, lease_until = :until
            WHERE source_id = :id AND {FREE} RETURNING *""",
        token=secrets.token_hex(8), holder=holder, until=now + LEASE_MS, now=now, id=source.id,
    )  # fmt: skip
    if row is None:
        who = tx.value("SELECT lease_holder FROM sources WHERE source_id = :id", id=source.id)
        raise LeaseHeld(source.id, who or "nobody: the source is not known")
    return _due(row, source, now)


def bodies_are_due(tx: Tx, now: int) -> bool:
    """Whether any article page is to be read now, if nobody is at it."""
    return tx.one(
        "SELECT 1 FROM items WHERE body_state = 'wanted' AND body_try_at <= :now LIMIT 1", now=now
    ) is not None  # fmt: skip


def claim_bodies(
    tx: Tx, sources: Mapping[str, Source], holder: str, now: int, limit: int
) -> list[WantedBody]:
    """Lease items that one of `sources` shows whose article page is to be read now.

    A few of each site, and no more before they are done: what waits for a slow site would
    otherwise fill every place in which others could be read.
    """
    rows = tx.all(
        f"""UPDATE items SET lease_token = :token || '-' || item_id, lease_holder = :holder,
               lease_until = :until
            WHERE item_id IN (
              SELECT item_id FROM (
                SELECT item_id, site, body_try_at, row_number() OVER
                  (PARTITION BY coalesce(site, '') ORDER BY body_try_at, item_id) AS place
                FROM items
                WHERE body_state = 'wanted' AND body_try_at <= :now AND {FREE}
                  AND EXISTS (
                    -- The plus: else every one of :ids is looked up, for each item.
                    SELECT 1 FROM sightings AS s WHERE s.item_id = items.item_id
                      AND +s.source_id IN (SELECT value FROM json_each(:ids)))
                  AND coalesce(site, '') NOT IN (
                    SELECT coalesce(site, '') FROM items
                    WHERE body_state = 'wanted' AND lease_until > :now)
              ) AS free_sites
              WHERE place = 1 OR place <= :of_a_site AND place <= {_WITHIN_A_LEASE}
              ORDER BY body_try_at, item_id LIMIT :limit)
            RETURNING item_id, url, source_id, body_tries, lease_token""",
        token=secrets.token_hex(8), holder=holder, until=now + LEASE_MS, now=now, limit=limit,
        ids=_json_list(sources), of_a_site=BODIES_OF_A_SITE, lease=LEASE_MS, read=_READ_MS,
        unknown=_UNKNOWN_DELAY_MS,
    )  # fmt: skip
    rows = sorted(rows, key=lambda row: row["item_id"])
    return [
        WantedBody(
            row["item_id"], row["url"], _reader(tx, row, sources), row["body_tries"],
            row["lease_token"],
        )
        for row in rows
    ]  # fmt: skip


def _reader(tx: Tx, row: Row, sources: Mapping[str, Source]) -> Source:
    """The source as whose article a page is read: of those that show it the first that reads
    pages."""
    shown = tx.all(
        """SELECT source_id FROM sightings WHERE item_id = :id
           ORDER BY source_id <> :first, seen_at, source_id""",
        id=row["item_id"], first=row["source_id"],
    )  # fmt: skip
    known = [sources[one["source_id"]] for one in shown if one["source_id"] in sources]
    return next((source for source in known if source.article), known[0])


def settle_poll(tx: Tx, due: DueSource, settled: Settled) -> bool:
    """Write how a poll went, give the lease back.  False: it was lost, or the source has another
    address now; nothing is written of how it went."""
    outcome = settled.outcome
    failed = outcome.kind is OutcomeKind.FAILED
    whole = outcome.kind is OutcomeKind.OK
    held = tx.run(
        f"""UPDATE sources SET
             lease_token = NULL, lease_holder = NULL, lease_until = NULL,
             last_poll_at = :now, next_poll_at = :next, every_seconds = :every,
             baseline_at = CASE WHEN :whole THEN coalesce(baseline_at, :now) ELSE baseline_at END,
             etag = CASE WHEN :whole THEN :etag ELSE etag END,
             last_modified = CASE WHEN :whole THEN :last_modified ELSE last_modified END,
             body_hash = CASE WHEN :whole THEN :body_hash ELSE body_hash END,
             list_shape = CASE WHEN :whole THEN :list_shape ELSE list_shape END,
             read_by = CASE WHEN :whole THEN :read_by ELSE read_by END,
             whole_at = CASE WHEN :whole THEN :now ELSE whole_at END,
             last_success_at = CASE WHEN :failed THEN last_success_at ELSE :now END,
             last_new_item_at = CASE WHEN :new_items THEN :now ELSE last_new_item_at END,
             failing_since_at = CASE WHEN :failed THEN coalesce(failing_since_at, :now) END,
             failures = CASE WHEN :failed THEN failures + 1 ELSE 0 END,
             reason = :reason, detail = :detail
           WHERE {_HELD_AND_AS_ASKED}""",
        id=due.source.id, lease=due.lease, url=due.source.url, section=due.source.section,
        now=settled.now, next=settled.next_poll_at, every=settled.every_seconds,
        whole=whole, failed=failed, etag=outcome.etag, last_modified=outcome.last_modified,
        body_hash=outcome.body_hash, list_shape=outcome.list_shape, read_by=outcome.read_by,
        new_items=settled.new_items, reason=outcome.reason, detail=outcome.detail,
    )  # fmt: skip
    if not held:
        give_back(tx, due, settled.next_poll_at)
        return False
    tx.run(
        """INSERT INTO polls (source_id, polled_at, outcome, reason, detail, status, items,
             new_items, skipped, bytes)
           VALUES (:id, :now, :outcome, :reason, :detail, :status, :items, :new_items, :skipped,
             :bytes)""",
        id=due.source.id, now=settled.now, outcome=outcome.kind, reason=outcome.reason,
        detail=outcome.detail, status=outcome.status, items=settled.items,
        new_items=settled.new_items, skipped=outcome.skipped, bytes=outcome.fetched_bytes,
    )  # fmt: skip
    return True


def give_back(tx: Tx, due: DueSource, next_poll_at: int) -> None:
    """As a poll of which nothing is known."""
    tx.run(
        f"""UPDATE sources SET lease_token = NULL, lease_holder = NULL, lease_until = NULL,
             next_poll_at = :next
           WHERE {_HELD}""",
        id=due.source.id, lease=due.lease, next=next_poll_at,
    )  # fmt: skip


def body_arrived(tx: Tx, item_id: int) -> None:
    tx.run(
        """UPDATE items SET body_state = 'full', body_try_at = NULL, body_reason = NULL,
             lease_token = NULL, lease_holder = NULL, lease_until = NULL
           WHERE item_id = :id""",
        id=item_id,
    )


def body_failed(tx: Tx, wanted: WantedBody, reason: str, try_at: int | None) -> bool:
    """Note a failed try; `try_at` None gives up.  False: the lease was lost, nothing written."""
    return bool(tx.run(
        """UPDATE items SET body_tries = body_tries + 1, body_reason = :reason,
             body_state = CASE WHEN :try_at IS NULL
                               THEN CASE WHEN partial THEN 'gave_up' ELSE 'full' END
                               ELSE 'wanted' END,
             body_try_at = :try_at, lease_token = NULL, lease_holder = NULL, lease_until = NULL
           WHERE item_id = :id AND lease_token IS :lease""",
        id=wanted.item_id, lease=wanted.lease, reason=reason, try_at=try_at,
    ))  # fmt: skip


def release(tx: Tx, holder: str) -> None:
    """Take back every lease of a holder that is known to be gone."""
    for table in ("sources", "items", "deliveries"):
        tx.run(
            f"""UPDATE {table} SET lease_token = NULL, lease_holder = NULL, lease_until = NULL
                WHERE lease_holder = :holder""",
            holder=holder,
        )


def _due(row: Row, source: Source, now: int) -> DueSource:
    # Some servers answer 304 for ever after a botched release: once a day the whole is asked for.
    fresh = row["whole_at"] is not None and row["whole_at"] > now - DAY_MS
    return DueSource(
        source, row["lease_token"],
        row["etag"] if fresh else None,
        row["last_modified"] if fresh else None,
        row["body_hash"],
        row["list_shape"],
        baseline=row["baseline_at"] is None,
    )  # fmt: skip


def _json_list(names: Mapping[str, object] | Sequence[str]) -> str:
    return "[" + ",".join(f'"{name}"' for name in names) + "]"
