"""A store in which tests put items into stories, one transaction an item as the daemon does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from monitor import grouping
from monitor.grouping import Grouping
from monitor.model import BodyState, Item
from monitor.store import arrivals, items, migrations, words
from monitor.store.arrivals import Arrival
from monitor.store.connection import connect
from monitor.store.db import Tx
from monitor.text import Scan, index_text
from tests.world import NOON, config

T = TypeVar("T")


@dataclass(frozen=True)
class News:
    """An article of `outlet`, first seen at `at`."""

    outlet: str
    title: str | None
    body: str | None = None
    at: int = NOON
    byline: str | None = None
    partial: bool = False

    def item(self, number: int) -> Item:
        return Item(
            f"https://{self.outlet}.example/{number}", self.title, body=self.body,
            byline=self.byline, partial=self.partial,
        )  # fmt: skip


class Archive:
    """Items are numbered from 1 in the order in which they are stored."""

    def __init__(self, directory: Path) -> None:
        self.config = config(directory)
        self._db = connect(directory / "wirewatch.db")
        migrations.apply(self._db)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA foreign_keys = 0")  # its sources have no rows
        self.size = 0

    def do(self, change: Callable[[Tx], T]) -> T:
        """In a transaction of its own."""
        self._db.execute("BEGIN IMMEDIATE")
        tx = Tx(self._db)
        result = change(tx)
        for sql, rows in tx.put_off.items():
            tx.many(sql, rows)
        self._db.execute("COMMIT")
        return result

    def store(self, *news: News) -> list[int]:
        return self.do(lambda tx: self.store_in(tx, *news))

    def store_in(self, tx: Tx, *news: News) -> list[int]:
        first = self.size + 1
        self.size += len(news)
        arrivals.insert(tx, first, [_arrival(n, one) for n, one in enumerate(news, first)])
        return list(range(first, self.size + 1))

    def complete(self, item_id: int, body: str, now: int) -> None:
        """Its page came."""

        def change(tx: Tx) -> None:
            item = items.load(tx, item_id).item
            whole = Item(item.url, item.title, body=body, partial=False)
            items.replace_text(tx, item_id, whole, "2", now)
            words.add_state(tx, item_id, _words(whole.title, body))

        self.do(change)

    def group(self, item_id: int, now: int = NOON) -> Grouping:
        return self.do(lambda tx: grouping.group(tx, self.config, item_id, now))

    def take(self, *news: News) -> list[Grouping]:
        """Store and group, one after the other."""
        return [self.group(item_id, one.at) for one in news for item_id in self.store(one)]

    def keys(self) -> list[str]:
        """Of each item, the key of its whole story."""
        return [
            self.do(lambda tx, n=number: items.stories(tx, n)[0])
            for number in range(1, self.size + 1)
        ]

    def close(self) -> None:
        self._db.close()


def _arrival(number: int, news: News) -> Arrival:
    item = news.item(number)
    return Arrival(
        item, news.outlet, f"{news.outlet}.example", f"1:{number}", f"url:{item.url}", news.at,
        BodyState.FULL, None, words=_words(news.title, news.body),
    )  # fmt: skip


def _words(title: str | None, body: str | None) -> str:
    return index_text(Scan(f"{title or ''}\n{body or ''}"))
