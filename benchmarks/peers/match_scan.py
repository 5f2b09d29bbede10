"""`re`, RE2's Set and SQLite's FTS5, each asked of one item after the other: see match_rounds.

A phrase is its words as whole words, anything but letters and digits between them, in any case.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from importlib.metadata import version
from platform import python_version

from match_rounds import InProcess, Program, asked, run


def pattern(phrase: str) -> str:
    return r"\b" + r"\W+".join(phrase.split()) + r"\b"


class Loop(InProcess):
    """Every rule compiled by `re` and searched for, one after the other."""

    def __init__(self) -> None:
        self.version = python_version()

    def build(self, rules: Sequence[str]) -> None:
        self._searches = [re.compile(pattern(rule), re.IGNORECASE).search for rule in rules]

    def match(self, item: str) -> list[int]:
        return [number for number, search in enumerate(self._searches) if search(item)]


class Re2(InProcess):
    """All rules in one Set.  Its default of 8 MB is too little for it, so it gets what it wants."""

    MOST_MEMORY = 4 << 30

    def __init__(self) -> None:
        self.version = version("google-re2")

    def build(self, rules: Sequence[str]) -> None:
        import re2

        options = re2.Options()
        options.max_mem = self.MOST_MEMORY
        options.case_sensitive = False
        self._set = re2.Set.SearchSet(options)
        for rule in rules:
            self._set.Add(pattern(rule))
        self._set.Compile()

    def match(self, item: str) -> list[int]:
        found: list[int] = self._set.Match(item) or []  # None where nothing is found
        return found


class Fts5(InProcess):
    """The item alone in a full-text table in memory, every rule's query run against it."""

    def __init__(self) -> None:
        self.version = sqlite3.sqlite_version
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        self._db.execute("CREATE VIRTUAL TABLE item USING fts5(text)")

    def build(self, rules: Sequence[str]) -> None:
        self._queries = [(f'"{rule}"',) for rule in rules]

    def match(self, item: str) -> list[int]:
        ask = self._db.execute
        ask("DELETE FROM item")
        ask("INSERT INTO item VALUES (?)", (item,))
        found = "SELECT 1 FROM item WHERE item MATCH ?"
        return [n for n, query in enumerate(self._queries) if ask(found, query).fetchone()]


PROGRAMS: dict[str, type[Program]] = {"re": Loop, "re2": Re2, "fts5": Fts5}

if __name__ == "__main__":
    what = asked()
    run(PROGRAMS[what.name](), what)
