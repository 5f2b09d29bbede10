"""Where an arriving item lands in the store: what it was found to be, and its text from now on.

Looks up by the keys that `dedupe` gives, and asks `dedupe` what to make of it.  Writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor import dedupe
from monitor.dedupe import Candidate, Key, KeyKind
from monitor.model import Change, Known, Polled
from monitor.store import items, sources
from monitor.store.db import Tx


@dataclass(frozen=True, slots=True)
class Landing:
    """Where one item of a document lands: what it was found to be, and its text from now on."""

    candidate: Candidate
    known: Known | None
    change: Change

    @property
    def shows_something_else(self) -> bool:
        """The source shows other words than it did before."""
        known = self.known
        shown = self.candidate.shown
        return known is not None and known.shown is not None and known.shown != shown


def candidates(tx: Tx, polled: Polled) -> tuple[Candidate, ...]:
    """Every item of one document with its keys."""
    row = sources.row(tx, polled.source.id)
    return dedupe.candidates(polled, guids_unstable=bool(row and row["guids_unstable"]))


def land(tx: Tx, polled: Polled, candidate: Candidate) -> Landing:
    """Find the item that a candidate is, and what its text becomes."""
    known = _known(tx, polled, candidate)
    if known is None:
        return Landing(candidate, None, Change.NEW)
    if polled.wanted is not None:
        old = items.load(tx, known.item_id).item
        candidate = dedupe.with_text(candidate, dedupe.completed(old, candidate.item))
        return Landing(candidate, known, dedupe.compare(candidate, known, completes=True))
    change = dedupe.compare(candidate, known, completes=False)
    if change is Change.MODIFIED:
        old = items.load(tx, known.item_id).item
        after = dedupe.retitled(old, candidate.item, keep_body=not known.partial)
        candidate = dedupe.with_text(candidate, after)
    return Landing(candidate, known, change)


def find(tx: Tx, key: Key, source_id: str) -> Known | None:
    """The item under `key`; an address that one page declares is the same address that another
    is found under."""
    kinds = [key.kind]
    if key.kind in (KeyKind.URL, KeyKind.DECLARED):
        kinds = [KeyKind.URL, KeyKind.DECLARED]
    return items.find(tx, kinds, key.key, source_id)


def _known(tx: Tx, polled: Polled, candidate: Candidate) -> Known | None:
    if polled.wanted is not None:
        return items.known(tx, polled.wanted.item_id, polled.source.id)
    for key in candidate.keys:
        known = find(tx, key, polled.source.id)
        if known is not None and (not key.doubtful or _is_meant(tx, candidate, known)):
            return known
    return None


def _is_meant(tx: Tx, candidate: Candidate, known: Known) -> bool:
    """Whether a doubtful key means the item it was found under: not one whose own address stands
    beside it in the same document, and not one that reads otherwise."""
    own = str(candidate.keys[0])
    if any(key != own and key in candidate.document for key in items.keys(tx, known.item_id)):
        return False
    return dedupe.alike(candidate.item, known)
