"""Items as they read in the past: every state of them that was ever here."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from monitor.model import Item
from monitor.store import items
from monitor.store.db import Row, Tx


@dataclass(frozen=True, slots=True)
class State:
    """`teaser`: as it read until the version's page came.  `open`: it waited for its page.
    `columns`: of `items`; `fingerprint` as it is kept, None for a teaser, whose is not."""

    version: int
    teaser: bool
    open: bool
    since: int
    columns: Mapping[str, object]
    item: Item
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class History:
    """The row of an item, and all states of it, oldest first."""

    row: Row
    states: Sequence[State]


def of(tx: Tx, item_ids: Collection[int]) -> dict[int, History]:
    """The histories of items, by id."""
    ids = json.dumps(list(item_ids))
    versions: dict[int, list[Row]] = {}
    for version in tx.all(
        """SELECT v.* FROM json_each(:ids) AS wanted
           CROSS JOIN version_texts v ON v.item_id = wanted.value
           ORDER BY v.item_id, version DESC""",
        ids=ids,
    ):
        versions.setdefault(version["item_id"], []).append(version)
    rows = tx.all(
        """SELECT i.* FROM json_each(:ids) AS wanted
           CROSS JOIN items i ON i.item_id = wanted.value""",
        ids=ids,
    )
    return {
        row["item_id"]: History(row, _states(row, versions[row["item_id"]])) for row in rows
    }  # fmt: skip


def find(states: Sequence[State], version: int, *, teaser: bool) -> State | None:
    """The state of a version; before its page came if `teaser`, unless it never had another."""
    of_version = [state for state in states if state.version == version]
    before = [state for state in of_version if state.teaser]
    found = before if teaser and before else of_version
    return found[-1] if found else None


def _states(row: Row, versions: Sequence[Row]) -> list[State]:
    """`versions`: newest first."""
    columns: dict[str, object] = {name: row[name] for name in items.COLUMNS}
    found = []
    for version in versions:
        columns |= json.loads(version["fields"] or "{}")
        columns |= {"title": version["title"], "body": version["body"]}
        whole_since = version["completed_at"] or version["seen_at"]
        found.append(_state(columns, version, whole_since))
        if version["completed_at"] is not None:
            # Of versions completed before other fields were kept, the title and text are known.
            columns |= json.loads(version["teaser_fields"] or '{"partial": 1}')
            columns |= {"title": version["teaser_title"], "body": version["teaser"]}
            found.append(_state(columns, version, version["seen_at"], teaser=True))
    return found[::-1]


def _state(
    columns: Mapping[str, object], version: Row, since: int, *, teaser: bool = False
) -> State:
    kept = dict(columns)
    return State(
        version["version"], teaser, teaser or bool(version["partial"]), since, kept,
        items.item_of(cast("Row", kept)), None if teaser else version["fingerprint"],
    )  # fmt: skip
