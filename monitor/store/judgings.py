"""The record of what was judged when: what a past window is judged again from."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import BodyState, Change
from monitor.store.db import Tx


@dataclass(frozen=True, slots=True)
class Judging:
    """An item came before the rules.  `change` None: its page was asked for, whatever came of it,
    so that no message waits for it any more.  `origin`: "" where it was not known, None where no
    rule said yes, so that it was not asked for."""

    item_id: int
    judged_at: int
    change: Change | None
    body_state: BodyState
    origin: str | None = None


def note(tx: Tx, judging: Judging) -> None:
    tx.run(
        """INSERT INTO judgings (item_id, judged_at, change, body_state, origin)
           VALUES (:item_id, :judged_at, :change, :body_state, :origin)""",
        item_id=judging.item_id, judged_at=judging.judged_at, change=judging.change,
        body_state=judging.body_state, origin=judging.origin,
    )  # fmt: skip
