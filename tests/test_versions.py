"""An article reads in each of its versions as it did, though its newest text is stored once."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import BodyState, Item
from monitor.store import arrivals, items, migrations, states, versions
from monitor.store.arrivals import Arrival
from monitor.store.connection import connect
from monitor.store.db import Tx

NOW = 1_763_800_000_000
TEXTS = st.one_of(st.none(), st.sampled_from(["", "Car bombing", "The town was liberated."]))
TITLE_AND_BODY = st.tuples(TEXTS, TEXTS)
STEPS = st.lists(st.tuples(st.sampled_from(["edit", "page", "alert"]), TITLE_AND_BODY), max_size=8)


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory() as place, closing(connect(Path(place) / "w.db")) as db:
        migrations.apply(db)
        db.execute("PRAGMA foreign_keys = 0")  # its source has no row
        db.execute("PRAGMA synchronous = OFF")
        yield db


def article(text: tuple[str | None, str | None]) -> Item:
    title, body = text
    return Item("https://bbc.example/1", title, body=body, partial=False)


def first(tx: Tx, item: Item) -> None:
    arrivals.insert(tx, 1, [
        Arrival(item, "bbc", "bbc.example", "1:0", "url:1", NOW, BodyState.FULL, None)
    ])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(TITLE_AND_BODY, STEPS)
def test_every_version_reads_as_it_did(
    came: tuple[str | None, str | None],
    steps: list[tuple[str, tuple[str | None, str | None]]],
) -> None:
    """By the number of each version its text; with that of its teaser before it."""
    read = [(1, False, came)]
    with database() as db:
        tx = Tx(db)
        first(tx, article(came))
        for at, (step, text) in enumerate(steps, 1):
            number, _, _ = read[-1]
            if step == "edit":
                items.add_version(tx, 1, article(text), f"1:{at}", NOW + at)
                read.append((number + 1, False, text))
            elif step == "alert":
                versions.keep_text(tx, 1)
            elif len(read) == 1 or read[-2][0] != number:  # its page comes once
                items.replace_text(tx, 1, article(text), f"1:{at}", NOW + at)
                read[-1:] = [(number, True, read[-1][2]), (number, False, text)]
        history = states.of(tx, [1])[1].states
        assert [(s.version, s.teaser, (s.item.title, s.item.body)) for s in history] == read


def test_a_text_is_stored_once_until_it_changes_or_is_told() -> None:
    text = ("Car bombing", "In the town.")
    with database() as db:
        tx = Tx(db)
        first(tx, article(text))
        assert stored(db) == [(None, None)]
        versions.keep_text(tx, 1)
        assert stored(db) == [text]
        items.add_version(tx, 1, article(("Two car bombings", None)), "1:2", NOW)
        assert stored(db) == [text, (None, None)]


def stored(db: sqlite3.Connection) -> list[tuple[str | None, str | None]]:
    return [tuple(row) for row in db.execute("SELECT title, body FROM versions ORDER BY version")]
