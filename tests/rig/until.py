"""Waiting for another process's effect in a database, with a deadline."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

LOOK_SECONDS = 0.05


async def until(database: Path, question: str, seconds: float = 30.0) -> None:
    """Until the SQL `question` answers 1.  Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not _answer(database, question):  # noqa: ASYNC110 - another process's doing
            await asyncio.sleep(LOOK_SECONDS)


def _answer(database: Path, question: str) -> bool:
    if not database.exists():
        return False
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        try:
            return bool(db.execute(question).fetchone()[0])
        except sqlite3.OperationalError:
            return False  # its schema is being made
