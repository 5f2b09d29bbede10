"""The database's schema as a list of steps, each applied once.  Append only."""

from __future__ import annotations

import sqlite3
from importlib import resources

import sqlite_utils

steps = sqlite_utils.Migrations("wirewatch")


@steps()
def m001_schema(db: sqlite_utils.Database) -> None:
    for statement in _statements("schema.sql"):
        db.execute(statement)


@steps()
def m002_stated_by(db: sqlite_utils.Database) -> None:
    """JSON, field -> the statement it was taken from."""
    db.execute("ALTER TABLE items ADD COLUMN stated_by TEXT NOT NULL DEFAULT '{}'")


@steps()
def m003_words(db: sqlite_utils.Database) -> None:
    """A full-text index; what is stored already is indexed by the daemon, a little at a time."""
    db.execute("ALTER TABLE items ADD COLUMN texts INTEGER NOT NULL DEFAULT 0")
    db.execute("CREATE INDEX items_not_indexed ON items (item_id) WHERE texts = 0")
    # Only which rows hold a word: the text itself is asked afterwards, whatever the index says.
    db.execute(
        """CREATE VIRTUAL TABLE words USING fts5 (forms, content = '', columnsize = 0,
             detail = none, tokenize = "ascii tokenchars '_'")"""
    )


@steps()
def m004_readings(db: sqlite_utils.Database) -> None:
    """How a page's list was told last; which reader a feed needed last."""
    db.execute("ALTER TABLE sources ADD COLUMN list_shape TEXT")
    db.execute("ALTER TABLE sources ADD COLUMN read_by TEXT")


@steps()
def m005_worth(db: sqlite_utils.Database) -> None:
    """The phrase beside the match for which an alert is told as low; the lists that rules name."""
    db.execute("ALTER TABLE alerts ADD COLUMN demoted TEXT")
    # JSON, name -> entries.
    db.execute("ALTER TABLE config_versions ADD COLUMN lists TEXT NOT NULL DEFAULT '{}'")


@steps()
def m006_words_merged_later(db: sqlite_utils.Database) -> None:
    """Of the index's segments eight become one, and not four: each is written less often."""
    db.execute("INSERT INTO words (words, rank) VALUES ('automerge', 8)")


def apply(connection: sqlite3.Connection) -> None:
    """Bring the database to the newest schema.  Safe when two processes start at once."""
    database = sqlite_utils.Database(connection)
    if not steps.pending(database):
        return
    # The library's own transaction is DEFERRED: two first starts would collide half-way.
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        steps.apply(database)


def _statements(name: str) -> list[str]:
    text = resources.files("monitor.store").joinpath(name).read_text(encoding="utf-8")
    statements, lines = [], ""
    for line in text.splitlines(keepends=True):
        lines += line
        if sqlite3.complete_statement(lines):
            statements.append(lines)
            lines = ""
    return statements
