"""What happened to each source: its rows, and keeping them in step with the files."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.settings import Source
from monitor.store.db import Row, Tx


def sync(tx: Tx, sources: Sequence[Source], now: int) -> None:
    """Make the rows say what the files say.  What left the files is retired, its history kept."""
    tx.run(
        "UPDATE sources SET retired_at = :now WHERE managed_by = 'file' AND retired_at IS NULL",
        now=now,
    )
    for source in sources:
        put(tx, source, now)


def put(tx: Tx, source: Source, now: int) -> None:
    """Add a source, or take its new configuration.  A new address starts with a new first sight,
    and what was learned of its interval is forgotten."""
    tx.run(
        """INSERT INTO sources
             (source_id, kind, url, section, managed_by, paused_in_file, every_seconds,
              every_is_learned, next_poll_at)
           VALUES (:id, :kind, :url, :section, :managed_by, :paused, :every, :learned, :now)
           ON CONFLICT (source_id) DO UPDATE SET
             baseline_at = CASE WHEN url = excluded.url AND section IS excluded.section
                                THEN baseline_at END,
             etag = CASE WHEN url = excluded.url THEN etag END,
             last_modified = CASE WHEN url = excluded.url THEN last_modified END,
             body_hash = CASE WHEN url = excluded.url AND section IS excluded.section
                              THEN body_hash END,
             list_shape = CASE WHEN url = excluded.url THEN list_shape END,
             next_poll_at = CASE
               WHEN url <> excluded.url THEN :now
               WHEN every_is_learned AND excluded.every_is_learned THEN next_poll_at
               ELSE min(next_poll_at, :now + 1000 * excluded.every_seconds) END,
             every_seconds = CASE WHEN every_is_learned AND excluded.every_is_learned
                                    AND url = excluded.url
                                  THEN every_seconds ELSE excluded.every_seconds END,
             kind = excluded.kind, url = excluded.url, section = excluded.section,
             managed_by = excluded.managed_by, paused_in_file = excluded.paused_in_file,
             every_is_learned = excluded.every_is_learned,
             retired_at = NULL""",
        id=source.id, kind=source.kind, url=source.url, section=source.section,
        managed_by="adhoc" if source.adhoc else "file", paused=source.paused,
        every=source.every_seconds, learned=source.every_is_learned, now=now,
    )  # fmt: skip


def adhoc(tx: Tx) -> dict[str, Source]:
    """Those that were polled by hand and are in no file: their articles are read on, but never
    again."""
    rows = tx.all("SELECT source_id, kind, url FROM sources WHERE managed_by = 'adhoc'")
    return {
        row["source_id"]: Source(
            row["source_id"], row["kind"], row["url"], adhoc=True, reread=False
        )
        for row in rows
    }  # fmt: skip


def arrivals(tx: Tx, source_id: str, since: int, most: int) -> list[tuple[int, int]]:
    """When something new came from a source after `since`, and how much; the newest first."""
    rows = tx.all(
        """SELECT polled_at, new_items FROM polls
           WHERE source_id = :id AND new_items > 0 AND polled_at > :since
           ORDER BY polled_at DESC LIMIT :most""",
        id=source_id, since=since, most=most,
    )  # fmt: skip
    return [(row["polled_at"], row["new_items"]) for row in rows]


def pause(tx: Tx, source_id: str, now: int) -> bool:
    """False: no such source, or it left the files."""
    return bool(tx.run(
        """UPDATE sources SET paused_at = coalesce(paused_at, :now)
           WHERE source_id = :id AND retired_at IS NULL""",
        id=source_id, now=now,
    ))  # fmt: skip


def resume(tx: Tx, source_id: str, now: int) -> bool:
    """False: no such source, or it left the files.  A resumed source is due at once."""
    return bool(tx.run(
        """UPDATE sources SET paused_at = NULL, next_poll_at = :now
           WHERE source_id = :id AND retired_at IS NULL""",
        id=source_id, now=now,
    ))  # fmt: skip


def row(tx: Tx, source_id: str) -> Row | None:
    return tx.one("SELECT * FROM sources WHERE source_id = :id", id=source_id)


def rows(tx: Tx) -> Sequence[Row]:
    """Every source in the files or polled by hand, in the order they were added."""
    return tx.all("SELECT * FROM sources WHERE retired_at IS NULL ORDER BY rowid")


def names(tx: Tx) -> list[str]:
    """Every source that ever was, also one that was polled by hand or left the files."""
    return [row["source_id"] for row in tx.all("SELECT source_id FROM sources ORDER BY rowid")]


def has_unstable_guids(tx: Tx, source_id: str) -> bool:
    """Whether guids are no keys for this source."""
    return bool(tx.value("SELECT guids_unstable FROM sources WHERE source_id = :id", id=source_id))


def guids_are_unstable(tx: Tx, source_id: str) -> None:
    """A guid is no key for this source any more."""
    tx.run("UPDATE sources SET guids_unstable = 1 WHERE source_id = :id", id=source_id)
