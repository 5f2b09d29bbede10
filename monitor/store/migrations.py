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
