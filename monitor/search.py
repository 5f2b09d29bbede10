"""Which stored articles may answer yes to a query, by the index of their words.

The index names too many on purpose, and never too few: who asks puts the query to each.  Writes
nothing but the index of what was stored before there was one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from monitor.model import StoredItem
from monitor.rules import Node, features, need
from monitor.rules.needs import Alternatives
from monitor.store import views, words
from monitor.store.db import Tx
from monitor.text import Scan, index_text, indexed

T = TypeVar("T")

_FIRST_PAGE = 50  # so that the first are seen at once
_BEFORE_ALL = 1 << 42


class Read(Protocol):
    def __call__(self, query: Callable[[Tx], T], /) -> T: ...


def is_indexed(node: Node) -> bool:
    """Whether the words of the query narrow the search: else all that is stored is read."""
    return _words_of(node) is not None


def candidates(read: Read, node: Node) -> Iterator[list[StoredItem]]:
    """Stored items page by page, newest arrival first; what is not indexed yet comes last."""
    needed = _words_of(node)
    if needed is None:
        yield from _all(read, indexed_too=True)
        return
    if needed:
        expression = " OR ".join(
            " AND ".join(sorted({one for feature in alternative for one in _sought(feature)}))
            for alternative in sorted(needed, key=sorted)
        )
        yield from _indexed(read, expression)
        yield from _all(read, indexed_too=False)


def _words_of(node: Node) -> Alternatives | None:
    """What the query needs, as far as the index of words can tell; None if one way needs none."""
    needed = need(node)
    if needed is None:
        return None
    known = frozenset(frozenset(filter(features.is_of_words, one)) for one in needed)
    return None if frozenset() in known else known


def _sought(feature: str) -> Iterator[str]:
    """Its words for FTS5, the last of them perhaps only the start of one."""
    *words, last = features.words_of(feature)
    for word in words:
        yield f'"{indexed(word)}"'
    yield f'"{indexed(last)}"' + ("*" if feature[0] == features.START else "")


def index_missing(tx: Tx, limit: int) -> int:
    """Index some of what was stored before there was an index; returns how many it were."""
    rows = words.missing(tx, limit)
    for row in rows:
        scan = Scan(f"{row['title'] or ''}\n{row['body'] or ''}")
        words.add_state(tx, row["item_id"], index_text(scan))
    return len(rows)


def _indexed(read: Read, expression: str) -> Iterator[list[StoredItem]]:
    before, limit = _BEFORE_ALL, _FIRST_PAGE
    while True:
        ids = read(lambda tx: words.find(tx, expression, before, limit))  # noqa: B023 - read now
        if not ids:
            return
        yield read(lambda tx: views.items_by_id(tx, ids))  # noqa: B023
        before, limit = ids[-1], views.PAGE


def _all(read: Read, *, indexed_too: bool) -> Iterator[list[StoredItem]]:
    before: int | None = None
    while True:
        page = read(lambda tx: views.every_item(tx, before, indexed_too=indexed_too))  # noqa: B023
        if not page:
            return
        yield page
        before = page[-1].id
