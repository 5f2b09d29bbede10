"""Run all rules over one stored item, and owe what is to be told.  Part of ingest's transaction."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor import alerts, grouping, occasions, owing, reopening
from monitor.before import Before, version_before
from monitor.changes import lost
from monitor.figures import Figure, Said, figures_beside, highest
from monitor.model import Alert, Answer, BodyState, Change, Item, Match, Past, Reason
from monitor.occasions import Finding, Situation
from monitor.plan import Plan
from monitor.prepared import Prepared
from monitor.reopening import Known, Reopening
from monitor.settings import Rule
from monitor.store import alerts as kept
from monitor.store import items, judgings, proofs, sightings, stories, unknowns
from monitor.store.db import Tx
from monitor.store.judgings import Judging
from monitor.worth import worth_of


@dataclass(frozen=True, slots=True)
class Arrived:
    """Something of an item came in: itself, its page, an edit, or one more source that shows it."""

    item_id: int
    change: Change
    now: int


def judge(tx: Tx, plan: Plan, prepared: Prepared, arrived: Arrived) -> list[str]:
    """Keep every rule's yes with the reason why it is told or not; returns the ids of the alerts
    that it raised."""
    item_id = items.root(tx, arrived.item_id)
    news_at = sightings.become_news(tx, item_id, arrived.now)
    stored = items.load(tx, item_id)
    matches = prepared.matches(plan, stored.item, stored.body_state, stored.source_id)
    origin, reopens = None, None
    # What is no news tells nothing; its story is found in the background.
    says_yes = any(match.answer is Answer.YES for match in matches)
    if news_at is not None and says_yes:
        reopens = _place(tx, plan, item_id, arrived.now)
        stored = items.placed(tx, stored)
        origin = stored.origin or ""
    keys = reopening.told_in(tx, item_id)
    if arrived.change is Change.COMPLETED:
        owing.take_back(tx, plan, item_id, keys, arrived.now)
    told_in = stories.union(tx, reopens.story_key) if reopens is not None else keys
    situation = Situation(
        stored, told_in[0], arrived.change, news_at, arrived.now,
        plan.config.settings.late_after_seconds, kept.is_told(tx, item_id),
    )  # fmt: skip
    before = version_before(tx, plan, situation) if situation.item_told or says_yes else None
    case = Case(tx, plan, situation, reopening.known(tx, item_id, told_in), before)
    for match in matches:
        case.take(match)
    joined: list[Alert] = []
    if arrived.change is Change.COMPLETED:
        joined = owing.joined(tx, plan, item_id, arrived.now)
        count_unknown(tx, matches, stored.source_id, arrived.now)
    if reopens is not None and case.raised:
        reopening.go_on(tx, item_id, reopens, arrived.now)
        keys = told_in
    elif reopens is not None:
        # What it says no more is no match, and told where it was told.
        case = replace(case, situation=replace(situation, story_key=reopens.closed))
    case.find_lost({match.rule_id for match in matches})
    again = {alert.alert_id: alert for alert in (*joined, *case.completed)}
    if case.raised or again:
        origins = stories.tally(tx, keys[0], arrived.now).origins
        left = stories.left(tx, item_id)
        subject = owing.Subject(stored, keys, len(origins), arrived.now, left)
        owing.owe(tx, plan, subject, [*case.raised, *again.values()])
    elif news_at is not None and matches and arrived.change in (Change.NEW, Change.COMPLETED):
        owing.recount(tx, plan, keys, arrived.now)
    case.prove()
    change, state = arrived.change, stored.body_state
    judgings.note(tx, Judging(arrived.item_id, arrived.now, change, state, origin))
    return [alert.alert_id for alert in case.raised]


def _place(tx: Tx, plan: Plan, item_id: int, now: int) -> Reopening | None:
    """Put what is news, and what a rule says yes to, into its story.  That one may be closed: then
    it goes on in another if it has something to tell."""
    reopens = reopening.find(tx, item_id, now)
    found = grouping.group(tx, plan.config, item_id, now)
    if reopens is not None and found.story_key == reopens.closed:
        return reopens
    stories.matched(tx, found.story_key, now)
    return None


NOTHING_COUNTED: Mapping[str, Figure] = {}


def count_unknown(tx: Tx, matches: Sequence[Match], source_id: str, now: int) -> None:
    """Count the rules that a whole article leaves without an answer."""
    blind = [m.rule_id for m in matches if m.answer is Answer.UNKNOWN and m.error is None]
    if blind:
        unknowns.count(tx, ((rule_id, source_id) for rule_id in blind), now)


@dataclass(frozen=True, slots=True)
class Case:
    """One item before all rules: `raised` are its new alerts, `completed` those whose text is
    whole now."""

    tx: Tx
    plan: Plan
    situation: Situation
    known: Known
    before: Before | None
    raised: list[Alert] = field(default_factory=list)
    completed: list[Alert] = field(default_factory=list)

    def take(self, match: Match) -> None:
        """Raise what is new in a match; what the rule said is kept either way."""
        if match.answer is Answer.UNKNOWN and match.error is None:
            return
        if match.error is not None:
            self._keep(match, Reason.RULE_BROKEN)
            return
        situation, rule = self.situation, self.plan.rules[match.rule_id]
        worth = worth_of(rule, match, situation.stored.item)
        if situation.change is Change.COMPLETED:
            news_at, after = situation.news_at, situation.late_after_seconds
            late = alerts.is_late(situation.stored, news_at, after)
            again = kept.Again(worth, late, situation.now)
            self.completed.extend(kept.judge_again(self.tx, situation.stored, match, again))
        counted = highest(figures_beside(situation.stored.item, match.spans))
        before, known, past = self._past(match)
        said = self._said(rule.id, known, counted) if past.severity is not None else {}
        finding = Finding(worth.severity, before, said, self._stood(match))
        verdict = occasions.judge(situation, rule, finding, past)
        self._keep(match, verdict.reason, counted)
        for occasion in verdict.occasions:
            self._raise(alerts.alert(situation, rule.id, match.spans, worth, occasion))

    def _past(self, match: Match) -> tuple[Answer | None, Sequence[str], Past]:
        """What the rule said before, in which stories that counts, and what it raised there."""
        stored_id, rule_id = self.situation.stored.id, match.rule_id
        is_back = self.before is not None and not self.before.said(rule_id)
        if is_back and self.situation.item_told:
            self._undo(Reason.LOST, rule_id)
        before = self.before.answer(match) if self.before is not None else None
        past = kept.past(self.tx, rule_id, self.known.stood, stored_id)
        if before is not Answer.NO:
            return before, self.known.stood, past
        if past.item_says:
            return Answer.YES, self.known.stood, past  # as far as people know
        if self.known.new != self.known.stood:
            past = kept.past(self.tx, rule_id, self.known.new, stored_id)
        return before, self.known.new, past

    def _undo(self, reason: Reason, rule_id: str) -> None:
        """An edit gave back what another took away, or the other way round: if nobody was told of
        that one yet, it is as if neither had been."""
        untold = kept.untold_edits(self.tx, reason, rule_id, self.situation.stored.id)
        owing.forget(self.tx, self.plan.config, untold, self.situation.now)

    def _stood(self, match: Match) -> bool:
        """Whether the article said so before now, and was news then."""
        news_at, change = self.situation.news_at, self.situation.change
        if news_at is None or news_at >= self.situation.now:
            return False
        if self.before is not None:
            return self.before.answer(match) not in (Answer.NO, Answer.UNKNOWN)
        # Else no more than asides were edited.
        return change in (Change.UNCHANGED, Change.MODIFIED)

    def find_lost(self, still: Container[str]) -> None:
        """Raise what the article said before, and does not any more."""
        stored = self.situation.stored
        if self.before is None or stored.body_state is BodyState.WANTED:
            return
        # A page says in words of its own what a teaser said, and takes nothing back by it.
        if self.before.item.partial and not stored.item.partial:
            return
        for match in self.before.matches.values():
            gone = match.answer is Answer.YES and match.rule_id not in still
            # What stands there still, beside a word that the rule excludes, is no less said.
            if gone and lost(self.before.changes, match.spans):
                self._lose(self.plan.rules[match.rule_id], match, self.before.item)

    def prove(self) -> None:
        """Keep what the alerts were raised on, or judged by again."""
        stored = self.situation.stored
        for alert in (*self.raised, *self.completed):
            item, closed = stored.item, stored.body_state is not BodyState.WANTED
            if alert.reason is Reason.LOST and self.before is not None:
                item, closed = self.before.item, self.before.closed
            proof = proofs.proof(self.plan.rules[alert.rule_id], item, closed=closed)
            proofs.keep(self.tx, alert, proof)

    def _lose(self, rule: Rule, match: Match, item: Item) -> None:
        stored, known = self.situation.stored, self.known.stood
        self._undo(Reason.GAINED, rule.id)
        past = kept.past(self.tx, rule.id, known, stored.id)
        occasion = occasions.lost(self.situation, rule, past)
        if occasion is not None:
            worth = worth_of(rule, match, item)
            alert = alerts.alert(self.situation, rule.id, match.spans, worth, occasion)
            # Its spans lie in the text that is gone.
            self._raise(replace(alert, version=alert.version - 1, partial=False))

    def _raise(self, alert: Alert) -> None:
        if kept.raise_alert(self.tx, alert):
            self.raised.append(alert)

    def _said(
        self, rule_id: str, known: Sequence[str], counted: Mapping[str, Figure]
    ) -> dict[str, list[Said]]:
        """Who counts what beside the rule's matches in the story, the article at hand included."""
        stored = self.situation.stored
        outlet = stored.site or stored.source_id
        own = [(k, f.value, outlet, stored.id, stored.version) for k, f in counted.items()]
        said: dict[str, list[Said]] = {}
        rows = [*own, *kept.figures_said(self.tx, rule_id, known)]
        for kind, value, where, item_id, version in rows:
            said.setdefault(kind, []).append(Said(value, where, item_id, version))
        return said

    def _keep(
        self, match: Match, verdict: Reason, counted: Mapping[str, Figure] = NOTHING_COUNTED
    ) -> None:
        stored, version = self.situation.stored, self.plan.rules[match.rule_id].version
        kept.save_match(
            self.tx,
            kept.Judged(
                stored.id, stored.version, stored.item.partial, match, version, verdict,
                self.situation.now, {kind: figure.value for kind, figure in counted.items()},
            ),
        )  # fmt: skip
