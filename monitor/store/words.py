"""The full-text index: which texts hold a word.

A row is a state of an item's text, its number made of the item's id and the state's; nothing is
ever taken out, so that what is found is a superset, to be asked again.  Knows no language: it gets
words that are made, one by one, of what SQLite's `ascii` tokenizer takes for one token.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from ahocorasick_rs import MATCHKIND_LEFTMOST_LONGEST, BytesAhoCorasick, Implementation

from monitor.store.db import Row, Tx

# States of one item's text, times two to the power of this, fit beside its id in 63 bits.
_SHIFT = 20
_BLANK = 0x20
_LAST = "\U0010ffff"  # no word holds it
_INSERT = "INSERT INTO words (rowid, forms) VALUES (?, ?)"


def add(tx: Tx, texts: Iterable[tuple[int, str]]) -> None:
    """Index the first text of items: (item id, words joined by blanks)."""
    tx.at_end(_INSERT, [(item_id << _SHIFT | 1, words) for item_id, words in texts])


def add_state(tx: Tx, item_id: int, words: str) -> None:
    """Index one more text of an item."""
    state = tx.value(
        "UPDATE items SET texts = texts + 1 WHERE item_id = :id RETURNING texts", id=item_id
    )
    tx.at_end(_INSERT, [(item_id << _SHIFT | state, words)])


def missing(tx: Tx, limit: int) -> Sequence[Row]:
    """item_id, title and body of items that were stored before there was an index."""
    return tx.all(
        "SELECT item_id, title, body FROM items WHERE texts = 0 ORDER BY item_id DESC LIMIT :limit",
        limit=limit,
    )


def find(tx: Tx, expression: str, before: int, limit: int) -> list[int]:
    """Ids below `before` of items whose texts may satisfy an FTS5 expression, newest first."""
    rows = tx.all(
        """SELECT rowid FROM words WHERE words MATCH :expression AND rowid < :before
           ORDER BY rowid DESC LIMIT :limit""",
        expression=expression, before=before << _SHIFT, limit=limit,
    )  # fmt: skip
    return list(dict.fromkeys(row["rowid"] >> _SHIFT for row in rows))


def holding(tx: Tx, sought: Sequence[str], since: int, most: int) -> list[set[int]]:
    """Of each of these words as they are indexed, the newest ids, from `since` on, of items one of
    whose texts holds it.

    What is stored in this very transaction is not in the index yet: see `waiting`.
    """
    # One statement for all, and one row for each: of every further one the call costs more.
    rows = tx.all(
        f"""SELECT (SELECT json_group_array(rowid >> {_SHIFT}) FROM (
               SELECT rowid FROM words
               WHERE words MATCH '"' || word.value || '"' AND rowid >= :since
               ORDER BY rowid DESC LIMIT :most)) AS item_ids
             FROM json_each(:sought) AS word ORDER BY word.key""",
        sought=json.dumps(list(sought)), since=since << _SHIFT, most=most,
    )  # fmt: skip
    return [set(json.loads(row["item_ids"])) for row in rows]


def waiting(tx: Tx, sought: Sequence[str], most: int) -> list[set[int]]:
    """Of each of these words, the ids of items that hold it among the newest texts stored in this
    transaction."""
    newest = tx.waiting(_INSERT)[-most:]
    found: list[set[int]] = [set() for _ in sought]
    if not newest:
        return found
    # All words in one pass: to look for each in each text takes five times as long.  Of a word of
    # the text the leftmost match is the whole of it, or nothing of it counts.
    texts = [words for _, words in newest]
    whole = " ".join(["", *texts, ""]).encode()
    starts = list(accumulate([_bytes_of(text) + 1 for text in texts], initial=1))
    # Used but once, so that of its kinds the one that is made soonest is best.
    seeker = BytesAhoCorasick(
        [f"{word} ".encode() for word in sought],
        MATCHKIND_LEFTMOST_LONGEST,
        Implementation.NoncontiguousNFA,
    )
    for number, at, _ in seeker.find_matches_as_indexes(whole):
        if whole[at - 1] == _BLANK:
            rowid, _ = newest[bisect_right(starts, at) - 1]
            found[number].add(rowid >> _SHIFT)
    return found


def _bytes_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def counted(tx: Tx, starts: Iterable[str]) -> list[tuple[str, int]]:
    """Every word that begins in one of these ways, with the number of texts that hold it."""
    # A reader's connection refuses to write, and making even a temporary table counts as that.
    tx.run("PRAGMA query_only = 0")
    try:
        tx.run("CREATE VIRTUAL TABLE temp.word_rows USING fts5vocab('main', 'words', 'row')")
        rows = [
            row
            for start in starts
            for row in tx.all(
                "SELECT term, doc FROM temp.word_rows WHERE term >= :start AND term < :end",
                start=start,
                end=start + _LAST,
            )
        ]
        tx.run("DROP TABLE temp.word_rows")
    finally:
        tx.run("PRAGMA query_only = 1")
    return list(dict.fromkeys((row["term"], row["doc"]) for row in rows))
