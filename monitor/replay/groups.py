"""Which story each item was in at a time, as it was written down: joins and merges come again."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from monitor.store import items, past, stories
from monitor.store.db import Row, Tx
from monitor.store.stories import AGAIN, Join

_ITEM, _STORY, _JOIN = range(3)


class _Event(NamedTuple):
    """`rank`: in which order things are done at one moment.  `who`: the items or stories that it
    changes: any of these, of stories that become one all."""

    at: int
    rank: int
    who: frozenset[int | str]
    row: Row


@dataclass(slots=True)
class Groups:
    """What is still to come, the next one last.  `unite`: makes one story part of another."""

    tx: Tx
    events: list[_Event]
    unite: Callable[[str, str, int], object]
    _joins: dict[int, list[_Event]] = field(default_factory=dict)  # by item, the next one last
    _brought: set[int] = field(default_factory=set)  # by address, so that none comes twice
    _grouped: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, tx: Tx, old: Tx, item_ids: Collection[int], keys: Sequence[str]) -> Groups:
        events = [_of_items(row) for row in past.item_merges(old, item_ids)]
        joins = past.joins(old, item_ids)
        movers = {(one["from_key"], one["story_key"], one["joined_at"]): one for one in joins}
        events += [_of_stories(row, movers) for row in past.merges(old, keys)]
        events += [_of_join(row) for row in joins]
        in_order = sorted(events, key=lambda one: one[:2])[::-1]
        # What came of those before the window is there already.
        groups = cls(tx, in_order, partial(stories.merge, tx))
        for event in groups.events:
            if event.rank == _JOIN:
                groups._joins.setdefault(event.row["item_id"], []).append(event)
        return groups

    def moments_before(self, at: int) -> Iterator[int]:
        """When something happens next, as long as that is before a time; it is passed meanwhile."""
        while self.events and self.events[-1].at < at:
            yield self.events[-1].at

    def pass_to(self, at: int) -> None:
        """Everything before a time."""
        while self.events and self.events[-1].at < at:
            self._do(self.events.pop())

    def settle(self, item_id: int, at: int, *, placed: bool) -> int:
        """What happened to an item in the very moment in which it was judged; it came into a story
        only if it was `placed` in one.  Returns what it is a part of from there on."""
        now: list[_Event] = []
        joined: set[str] = set()
        while self.events and self.events[-1].at == at:
            now.append(self.events.pop())
        own, left = self._own(item_id) if now else set(), []
        for event in now:
            is_own = event.who <= own if event.rank == _STORY else not event.who.isdisjoint(own)
            if is_own and (event.rank == _ITEM or (placed and _is_next(event, joined))):
                self._do(event)
                own = self._own(item_id)
            else:
                left.append(event)
        self.events.extend(reversed(left))
        return items.root(self.tx, item_id)

    def _own(self, item_id: int) -> set[int | str]:
        """The item, what it is a part of, and their stories."""
        root = items.root(self.tx, item_id)
        return {item_id, root, *items.stories(self.tx, root)}

    def is_grouped(self, item_id: int) -> None:
        """It has been looked for in stories."""
        self._grouped.add(item_id)

    def group(self, item_id: int, at: int) -> None:
        """A rule says yes that nobody asked then: the item would have come into its story at
        once."""
        if item_id in self._grouped:
            return
        self._grouped.add(item_id)
        coming = self._joins.get(item_id)
        if coming and coming[-1].row["how"] not in ("hand", AGAIN):
            self._brought.add(id(coming[-1]))
            self._join(coming[-1].row, at)

    def _do(self, event: _Event) -> None:
        row = event.row
        if event.rank == _ITEM:
            items.merge(self.tx, row["item_id"], row["merged_into_id"], event.at)
        elif event.rank == _STORY:
            self.unite(row["story_key"], row["into_key"], event.at)
        elif id(event) not in self._brought:
            self._join(row, event.at)

    def _join(self, row: Row, at: int) -> None:
        self._joins[row["item_id"]].pop()
        self._grouped.add(row["item_id"])
        why = json.loads(row["why"])
        stories.join(self.tx, Join(row["item_id"], at, row["story_key"], row["how"], why))


def _is_next(event: _Event, joined: set[str]) -> bool:
    """Whether what happened to an item that had `joined` stories in these ways came of the same
    judging: that puts it into a story, and then perhaps into one that takes up a closed one."""
    if event.rank != _JOIN or event.row["how"] == "hand":
        return True
    how = AGAIN if event.row["how"] == AGAIN else "found"
    is_next = joined.isdisjoint((how, AGAIN))
    joined.add(how)
    return is_next


def _of_items(row: Row) -> _Event:
    return _Event(row["merged_at"], _ITEM, frozenset((row["item_id"], row["merged_into_id"])), row)


def _of_stories(row: Row, movers: Mapping[tuple[str, str, int], Row]) -> _Event:
    """Where an item went from the one into the other, they became one when it did."""
    key = row["story_key"]
    mover = movers.get((key, row["into_key"], row["merged_at"]))
    who = frozenset((key,) if mover is None else (key, mover["item_id"]))
    return _Event(row["merged_at"], _STORY, who, row)


def _of_join(row: Row) -> _Event:
    return _Event(row["joined_at"], _JOIN, frozenset((row["item_id"],)), row)
