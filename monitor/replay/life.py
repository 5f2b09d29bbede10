"""Live a window again, step by step, and say what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from monitor import dedupe, grouping, hushing, judge
from monitor.alerts import is_late
from monitor.figures import figures_beside, highest
from monitor.judge import Arrived
from monitor.model import Ack, Alert, Answer, BodyState, Change, HoldReason, Silence
from monitor.plan import Plan
from monitor.prepared import Answers, Prepared
from monitor.replay.groups import Groups
from monitor.replay.sender import Message, Sender
from monitor.replay.window import Step, Steps, Window, ask, read, yes
from monitor.store import alerts as kept
from monitor.store import conversations, items, past, scratch, silences, states
from monitor.store.db import Tx
from monitor.store.states import History, State
from monitor.worth import worth_of

_REMEMBERED = 2000


class Held(NamedTuple):
    """An alert that one channel would not have been told at once, and why."""

    alert_id: str
    channel: str
    why: str
    detail: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a window.  `alerts` and `headlines`, by id, are those raised in it, and those
    that its messages and holds name; `raised` are the first.  `judged` counts items, `owed` the
    messages that are due later."""

    window: Window
    messages: Sequence[Message]
    held: Sequence[Held]
    alerts: Mapping[str, Alert]
    headlines: Mapping[str, str]
    raised: frozenset[str]
    judged: int
    owed: int


def replay(old: Tx, plan: Plan, window: Window) -> Replayed:
    """`old` reads the archive, in one snapshot."""
    steps = read(old, plan, window)
    with scratch.opened() as tx:
        life = _Life.begin(tx, old, plan, steps)
        life.live()
        return life.account()


@dataclass(slots=True)
class _Life:
    tx: Tx
    old: Tx
    plan: Plan
    steps: Steps
    sender: Sender
    groups: Groups
    _beside: list[tuple[int, Callable[[], object]]] = field(default_factory=list)
    _histories: dict[int, History] = field(default_factory=dict)
    _state: dict[int, int] = field(default_factory=dict)  # by item, the one that it is in

    @classmethod
    def begin(cls, tx: Tx, old: Tx, plan: Plan, steps: Steps) -> _Life:
        """As things stood when the window began."""
        since, item_ids = steps.window.since, {step.item_id for step in steps.steps}
        scratch.begin(tx, old, since)
        concerned = item_ids | scratch.owed_items(tx)
        keys = past.story_keys(old, concerned)
        scratch.put_stories(tx, old, keys)
        mates = (past.mates(old, keys) | past.kin(old, concerned)) - item_ids
        scratch.put_matches(tx, old, item_ids | mates, since)
        # Without a step of its own an item comes into a story in the background.
        item_ids |= past.moved_since(old, mates, since)
        scratch.put_mates(tx, old, mates - item_ids)
        groups = Groups.of(tx, old, item_ids, keys)
        life = cls(tx, old, plan, steps, Sender.of(tx, old, since), groups)
        origins = past.origins(old, item_ids, since)
        for item_id in sorted(item_ids):
            life._put_known(item_id)
            scratch.has_origin(tx, item_id, origins.get(item_id))
        groups.pass_to(since)
        groups.unite = partial(grouping.unite, tx, plan.config)
        life._plan_beside()
        return life

    def live(self) -> None:
        """Every step at its time, and before it all that happened or was due before it."""
        for step in self.steps.steps:
            self._pass_to(step.at)
            self._take(step)
        self._pass_to(self.steps.window.until)

    def account(self) -> Replayed:
        since = self.steps.window.since
        messages = sorted(
            self.sender.messages.values(), key=lambda one: (one.at, one.channel, one.revision)
        )
        held = [
            Held(row["alert_id"], row["channel"], row["why"], row["detail"], row["held_at"])
            for row in scratch.held_since(self.tx, since)
        ]
        named = {one.alert_id for one in held}.union(*(one.alert_ids for one in messages))
        alerts = {one.alert_id: one for one in scratch.alerts(self.tx, since, named)}
        return Replayed(
            self.steps.window,
            messages,
            held,
            alerts,
            scratch.headlines(self.old, alerts.values()),
            frozenset(key for key, alert in alerts.items() if alert.raised_at >= since),
            self.steps.judged,
            scratch.count_waiting(self.tx),
        )

    def _plan_beside(self) -> None:
        """What happens beside the steps, the next one last."""
        tx, window, beside = self.tx, self.steps.window, self._beside
        for row in past.said(self.old, *window):
            ack = Ack(row["story_key"], row["author"], row["acked_at"], row["until_at"])
            beside.append((ack.acked_at, partial(self._acknowledge, ack)))
        for wish in silences.ending_after(self.old, window.since):
            if window.since <= wish.created_at < window.until:
                beside.append((wish.created_at, partial(self._silence, wish)))
        for at in past.merged_at(self.old, *window):
            for why in (HoldReason.SILENCED, HoldReason.ACKED):
                beside.append((at, partial(self._hold_anew, why, at)))
        for row in past.digests(self.old, *window):
            beside.append((row["covers_to"], partial(scratch.take_into_digest, tx, row)))
        beside.sort(key=lambda one: one[0], reverse=True)

    def _silence(self, wish: Silence) -> None:
        hushing.hush(self.tx, self.plan.config, wish, wish.created_at)
        self._hold_anew(HoldReason.SILENCED, wish.created_at)

    def _acknowledge(self, ack: Ack) -> None:
        hushing.acknowledge(self.tx, self.plan.config, ack)
        self._hold_anew(HoldReason.ACKED, ack.acked_at)

    def _hold_anew(self, why: HoldReason, at: int) -> None:
        """Of what was owed when the window began, that it was is gone: what was held is known."""
        held = past.taken_back(self.old, why, at, self.steps.window.since)
        scratch.copy(self.tx, "holds", held, digest_id=None)

    def _pass_to(self, at: int) -> None:
        while self._beside and self._beside[-1][0] <= at:
            moment, happens = self._beside.pop()
            self._send_before(moment)
            happens()
        self._send_before(at)

    def _send_before(self, at: int) -> None:
        """What is due before a time, as stories were then: those that become one may change it."""
        for moment in self.groups.moments_before(at):
            self.sender.send_before(moment)
            self.groups.pass_to(moment + 1)
        self.sender.send_before(at)

    def _put_known(self, item_id: int) -> None:
        """An item that came before the window."""
        history = self._history(item_id)
        since = self.steps.window.since
        last = sum(state.since < since for state in history.states) - 1
        if last >= 0:
            self._put(history)
            self._become(history, last)
            if history.states[last].teaser:
                self._take_back(history, history.states[last])
            self.groups.is_grouped(item_id)
            if history.row["news_at"] is not None and history.row["news_at"] < since:
                scratch.become_news(self.tx, item_id, history.row["news_at"])

    def _take_back(self, history: History, state: State) -> None:
        """Its page came only in the window, and what was judged by the teaser was judged again: it
        is as the teaser made it."""
        stored = items.load(self.tx, history.row["item_id"])
        after_seconds = self.plan.config.settings.late_after_seconds
        late = is_late(stored, history.row["news_at"], after_seconds)
        for match in ask(self.plan, history, state, closed=False):
            if match.answer is Answer.YES:
                rule, spans = self.plan.rules[match.rule_id], match.spans
                worth = worth_of(rule, match, state.item)
                again = kept.Again(worth, late, state.since)
                kept.judge_again(self.tx, stored, match, again)
                figures = highest(figures_beside(state.item, spans))
                scratch.take_match_back(
                    self.tx, stored, match, {kind: one.value for kind, one in figures.items()}
                )

    def _put(self, history: History) -> None:
        scratch.put_item(self.tx, history.row, past.founding_key(self.old, history.row))
        self._state[history.row["item_id"]] = -1

    def _become(self, history: History, number: int) -> None:
        item_id = history.row["item_id"]
        if self._state[item_id] == number:
            return
        for state in history.states[self._state[item_id] + 1 : number + 1]:
            scratch.put_version(self.tx, item_id, state)
        state = history.states[number]
        fingerprint = dedupe.fingerprint(state.item.title, state.item.body)
        scratch.become(self.tx, item_id, state, state.fingerprint or fingerprint)
        self._state[item_id] = number

    def _take(self, step: Step) -> None:
        history = self._history(step.item_id)
        if step.item_id not in self._state:
            self._put(history)
        self._become(history, step.state)
        placed = step.origin is not None or step.turn.unrecorded
        root = self.groups.settle(step.item_id, step.at, placed=placed)
        self._situate(root, step)
        if step.change is None:
            conversations.send_now(self.tx, items.stories(self.tx, step.item_id), step.at)
        elif step.change is not Change.NEW or yes(step.matches):
            item, source_id = history.states[step.state].item, history.row["source_id"]
            closed = step.body_state is not BodyState.WANTED
            answers = {item.url: Answers(item, source_id, closed, step.matches)}
            arrived = Arrived(step.item_id, step.change, step.at)
            judge.judge(self.tx, self.plan, Prepared(answers=answers), arrived)

    def _situate(self, root: int, step: Step) -> None:
        """Where the item is, and what was known of it, at this step."""
        row = self._history(root).row
        scratch.situate(self.tx, root, step.body_state, step.at)
        if step.origin is not None:
            self.groups.is_grouped(root)
            scratch.has_origin(self.tx, root, step.origin or None)
        elif self._is_news(root, step) and yes(step.matches):
            # Nobody asked then: what became of it later says most.
            self.groups.group(root, step.at)
            scratch.has_origin(self.tx, root, row["origin"])
        for item_id in {root, step.item_id}:
            if self._is_news(item_id, step):
                scratch.become_news(self.tx, item_id, self._history(item_id).row["news_at"])

    def _is_news(self, item_id: int, step: Step) -> bool:
        """Whether an item was news at this step: its own, or one of a part of it."""
        if item_id == step.item_id:
            return step.is_news
        news_at = self._history(item_id).row["news_at"]
        return news_at is not None and news_at <= step.at

    def _history(self, item_id: int) -> History:
        if item_id in self.steps.histories:
            return self.steps.histories[item_id]
        if item_id not in self._histories:
            if len(self._histories) >= _REMEMBERED:
                self._histories.clear()
            self._histories |= states.of(self.old, [item_id])
        return self._histories[item_id]
