"""Where an arriving item lands in the store: what it was found to be, and its text from now on.

Looks up by the keys that `dedupe` gives, and asks `dedupe` what to make of it.  Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from monitor import dedupe
from monitor.dedupe import Candidate, Key, KeyKind, kinds_of, ways_to
from monitor.model import Change, Item, Known, Polled
from monitor.store import items, sources
from monitor.store.db import Tx

_keys = attrgetter("keys")


class Landing(NamedTuple):
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

    @property
    def is_listed_now(self) -> bool:
        """The source's own list names it, for the first time."""
        known = self.known
        return known is not None and self.candidate.listed and not known.listed

    @property
    def is_seen_as_before(self) -> bool:
        """The source has shown this very thing, in the same way."""
        known, candidate = self.known, self.candidate
        return (
            known is not None
            and known.shown == candidate.shown
            and known.guid == candidate.item.guid
            and known.listed >= candidate.listed
        )


def candidates(tx: Tx, polled: Polled) -> tuple[Candidate, ...]:
    """Every item of one document with its keys."""
    if not polled.items:
        return ()
    source_id = polled.source.id
    return dedupe.candidates(
        polled,
        guids_unstable=sources.has_unstable_guids(tx, source_id),
        has_entries=items.has_key(tx, KeyKind.ENTRY, dedupe.entries_of(source_id)),
    )


class Ways(NamedTuple):
    """All keys of a document, as they are looked up: of each kind, as JSON.  `apart`: no two of
    its items share one."""

    asked: Mapping[str, str]
    apart: bool


NO_WAYS = Ways({}, apart=True)


def ways(candidates: Sequence[Candidate]) -> Ways:
    of_kinds: dict[tuple[str, ...], list[str]] = {}
    for key in chain.from_iterable(map(_keys, candidates)):
        of_kinds.setdefault(kinds_of(key.kind), []).append(key.key)
    apart = all(len(set(keys)) == len(keys) for keys in of_kinds.values())
    wanted = {kinds: items.asked(keys) for kinds, keys in of_kinds.items()}
    return Ways({kind: keys for kinds, keys in wanted.items() for kind in kinds}, apart)


class Register:
    """Which stored items the keys of one document lead to: read at once, and kept in step by who
    stores the document.  Lives no longer than its transaction."""

    def __init__(self, tx: Tx, polled: Polled, ways: Ways) -> None:
        self._tx = tx
        self._polled = polled
        self._ids = items.find(tx, ways.asked)
        known = {*self._ids.values(), *([polled.wanted.item_id] if polled.wanted else ())}
        self._known = items.known(tx, known, polled.source.id) if known else {}
        # As of most documents that are not as before: nothing needs to be looked for one by one.
        self.all_new = ways.apart and not known

    def land(self, candidate: Candidate) -> Landing:
        """Find the item that a candidate is, and what its text becomes."""
        known = self._find_known(candidate)
        if known is None:
            return Landing(candidate, None, Change.NEW)
        if self._polled.wanted is not None:
            old = items.load(self._tx, known.item_id).item
            candidate = dedupe.with_text(candidate, dedupe.completed(old, candidate.item))
            return Landing(candidate, known, dedupe.compare(candidate, known, completes=True))
        change = dedupe.compare(candidate, known, completes=False)
        if change is Change.MODIFIED:
            old = items.load(self._tx, known.item_id).item
            after = dedupe.retitled(old, candidate.item, keep_body=not known.partial)
            candidate = dedupe.with_text(candidate, after)
        return Landing(candidate, known, change)

    def changed(self, candidates: Sequence[Candidate]) -> Iterator[Item]:
        """The items of which something is new, as they will be stored."""
        if self.all_new:
            return (candidate.item for candidate in candidates)
        landed = map(self.land, candidates)
        return (one.candidate.item for one in landed if one.change is not Change.UNCHANGED)

    def find(self, key: Key) -> Known | None:
        """The item under `key`."""
        found = [self._ids[one] for one in ways_to(key) if one in self._ids]
        return self.known(min(found)) if found else None

    def known(self, item_id: int) -> Known | None:
        """None: it was merged into another."""
        if item_id not in self._known:
            self._known |= items.known(self._tx, [item_id], self._polled.source.id)
        return self._known.get(item_id)

    def enter(self, item_id: int, keys: Sequence[Key]) -> list[tuple[str, str]]:
        """The keys to be kept that lead to no item yet, and to this one from now on."""
        ids = self._ids
        if self.all_new:
            return [key[:2] for key in keys if key.kept]
        new = [own for key in keys if key.kept and (own := key[:2]) not in ids]
        for own in new:
            ids[own] = item_id
        return new

    def forget(self, item_id: int) -> None:
        """What is stored of it has changed."""
        self._known.pop(item_id, None)

    def _find_known(self, candidate: Candidate) -> Known | None:
        wanted = self._polled.wanted
        if wanted is not None:
            return self.known(wanted.item_id)
        if self._ids.keys().isdisjoint(candidate.ways):
            return None
        for key in candidate.keys:
            known = self.find(key)
            if known is not None and (not key.doubtful or self._is_meant(candidate, known)):
                return known
        return None

    def _is_meant(self, candidate: Candidate, known: Known) -> bool:
        """Whether a doubtful key means the item it was found under: not one whose own address
        stands beside it in the same document, and not one that reads otherwise."""
        own = str(candidate.keys[0])
        keys = items.keys(self._tx, known.item_id)
        if any(key != own and key in candidate.document for key in keys):
            return False
        return dedupe.alike(candidate.item, items.load(self._tx, known.item_id).item)
