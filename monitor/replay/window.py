"""A past window as a list of steps: which items came, became and were judged when, and what the
rules say of each state as it read then."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.model import Answer, BodyState, Change, Match
from monitor.plan import Plan
from monitor.rules.fields import Fields
from monitor.store import past, states
from monitor.store.db import Tx
from monitor.store.judgings import Judging
from monitor.store.states import History, State

_AT_ONCE = 500
MOST_KEPT = 20_000  # histories, some 10 KB each


class Window(NamedTuple):
    """From `since` on, and before `until`."""

    since: int
    until: int

    def has(self, at: int) -> bool:
        return self.since <= at < self.until


class Turn(NamedTuple):
    """Orders what happened in one millisecond: as it was recorded, then what nobody recorded."""

    at: int
    unrecorded: bool
    number: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """An item comes before the rules, in the `state` (of its history) that it is in from here on.

    `change` None: its page was asked for.  `origin` as in a Judging.  `is_news`: it had been seen
    other than at a first sight.  `matches`: what the rules say; none were asked where nothing is
    judged.
    """

    turn: Turn
    item_id: int
    state: int
    change: Change | None
    body_state: BodyState
    origin: str | None
    is_news: bool
    matches: tuple[Match, ...] = ()

    @property
    def at(self) -> int:
        return self.turn.at


@dataclass(frozen=True, slots=True)
class Steps:
    """Of all items that a rule says yes to, or had said so before; `judged` counts all others
    too.  `histories`: of some of the items, those that came first."""

    window: Window
    steps: Sequence[Step]
    judged: int
    histories: Mapping[int, History]


def read(old: Tx, plan: Plan, window: Window) -> Steps:
    """Ask the rules of everything that came or changed in the window."""
    recorded = past.judgings(old, *window)
    told = past.told_before(old, window.since)
    item_ids = sorted({*past.arrived(old, *window), *recorded})
    found: list[Step] = []
    kept: dict[int, History] = {}
    for first in range(0, len(item_ids), _AT_ONCE):
        some = item_ids[first : first + _AT_ONCE]
        histories = states.of(old, some)
        for item_id in some:
            steps = list(_steps(plan, window, histories[item_id], recorded.get(item_id, ())))
            if item_id in told or any(yes(step.matches) for step in steps):
                found.extend(steps)
                if len(kept) < MOST_KEPT:
                    kept[item_id] = histories[item_id]
    return Steps(window, sorted(found, key=lambda step: step.turn), len(item_ids), kept)


def _steps(
    plan: Plan, window: Window, history: History, recorded: Sequence[tuple[int, Judging]]
) -> Iterator[Step]:
    at = sum(state.since < window.since for state in history.states) - 1
    events = [*_recorded(recorded), *_unrecorded(window, history, recorded)]
    news = _became_news(history, recorded)
    said: dict[tuple[int, bool], tuple[Match, ...]] = {}
    for turn, judging in sorted(events, key=lambda event: event[0]):
        at = _next(history, at, judging)
        matches: tuple[Match, ...] = ()
        if judging.change is not None:
            asked = at, judging.body_state is not BodyState.WANTED
            if asked not in said:
                said[asked] = ask(plan, history, history.states[at], closed=asked[1])
            matches = said[asked]
        yield Step(
            turn, judging.item_id, at, judging.change, judging.body_state, judging.origin,
            news is not None and turn >= news, matches,
        )  # fmt: skip


def _became_news(history: History, recorded: Sequence[tuple[int, Judging]]) -> Turn | None:
    """From when on an item was news.  Of what happened in the millisecond of that, those come
    before it whose origin nobody asked for, if it was asked for later."""
    at = history.row["news_at"]
    asked = (number for number, one in recorded if one.judged_at == at and one.origin is not None)
    return None if at is None else Turn(at, False, next(asked, 0))


def ask(plan: Plan, history: History, state: State, *, closed: bool) -> tuple[Match, ...]:
    """What the rules say of an item as it read."""
    fields = Fields(state.item, history.row["source_id"], closed=closed)
    return plan.matcher.match_fields(fields, unknowns=False)


def _next(history: History, at: int, judging: Judging) -> int:
    """The state that an item is in once this has happened."""
    known = history.states
    if judging.change is Change.NEW:
        return 0
    if judging.change is Change.MODIFIED:
        later = [n for n in range(at + 1, len(known)) if known[n].version > known[at].version]
        return later[0] if later else at
    if judging.change is Change.COMPLETED and at + 1 < len(known):
        comes = known[at + 1]
        same = comes.version == known[at].version
        return at + 1 if same and comes.since <= judging.judged_at else at
    return max(at, 0)


def _recorded(recorded: Sequence[tuple[int, Judging]]) -> Iterator[tuple[Turn, Judging]]:
    for number, judging in recorded:
        yield Turn(judging.judged_at, False, number), judging


def _unrecorded(
    window: Window, history: History, recorded: Sequence[tuple[int, Judging]]
) -> Iterator[tuple[Turn, Judging]]:
    """What was made of an item, and nobody wrote down: new items that no rule said yes to, and all
    of before there was a record."""
    known = {(judging.change, judging.judged_at) for _, judging in recorded}
    item_id = history.row["item_id"]
    for n, state in enumerate(history.states):
        change = _change(history, n)
        if window.has(state.since) and (change, state.since) not in known:
            judging = Judging(item_id, state.since, change, _body_state(history, n), None)
            yield Turn(state.since, True, item_id, n), judging


def _change(history: History, n: int) -> Change:
    if n == 0:
        return Change.NEW
    same = history.states[n].version == history.states[n - 1].version
    return Change.COMPLETED if same else Change.MODIFIED


def _body_state(history: History, n: int) -> BodyState:
    """What was known of the text's end when it came into a state."""
    last = BodyState(history.row["body_state"])
    if last is BodyState.NONE:
        return last
    if n == 0 or history.states[n].teaser:
        return BodyState.WANTED
    is_newest = n == len(history.states) - 1
    return BodyState.WANTED if is_newest and last is BodyState.WANTED else BodyState.FULL


def yes(matches: Collection[Match]) -> bool:
    """Whether a rule says yes, so that the item is looked for in stories."""
    return any(match.answer is Answer.YES for match in matches)
