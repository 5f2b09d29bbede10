"""How a database of ours is opened, by every thread and every command.  Knows no table."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

BUSY_SECONDS = 60
WAL_RETRY_SECONDS = 0.02
# In the log before they are copied into the database: pages of an index change with every commit.
WAL_BYTES = 16 << 20
# Of a new database: what comes in together stands side by side, and of a page that is read or
# written the call costs more than the bytes.
PAGE_BYTES = 8192
# For each None it is given, sqlite3 looks for a way to adapt it, which takes as long as to store
# it; one that it finds at once makes a new item's row cost half.
_NOTHING: dict[None, None] = {}
sqlite3.register_adapter(type(None), _NOTHING.get)


def connect(path: Path) -> sqlite3.Connection:
    """As all of ours are: WAL, FULL (a commit survives a power cut), no implicit BEGIN."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_BYTES // page_bytes}")
    connection.execute("PRAGMA foreign_keys = 1")
    # Debian's SQLite writes zeros over every page that it frees, such as those of an index that
    # are merged; FAST does so only where it costs no writing.
    connection.execute("PRAGMA secure_delete = FAST")
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Of two that open a new database at once, SQLite tells one, without waiting, that the other
    has it."""
    enough_at = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > enough_at:
                raise
            time.sleep(WAL_RETRY_SECONDS)
        else:
            return
