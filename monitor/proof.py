"""Prove an alert: derive it again from the stored version and the rule as it was.

Says of what does not hold which part it is; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from monitor import alerts, dedupe, occasions
from monitor.model import Alert, Answer, Item, Match, Reason
from monitor.rules import Matcher
from monitor.settings import Rule
from monitor.store import alerts as kept
from monitor.store import proofs, states
from monitor.store.db import Row, Tx
from monitor.store.states import State
from monitor.worth import worth_of


class Fault(NamedTuple):
    """What does not hold: the name of the part, and how."""

    part: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """An alert holds when it has no fault."""

    alert: Alert
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        return not self.faults


def verify(tx: Tx, row: Row) -> Verdict:
    """Whether the alert of this row of `alerts` comes of what is stored, byte for byte."""
    alert = kept.from_row(row)
    return Verdict(alert, tuple(_faults(tx, row, alert)))


def _faults(tx: Tx, row: Row, alert: Alert) -> Iterator[Fault]:
    proof = proofs.find(tx, alert.alert_id)
    if proof is None:
        yield Fault("the proof", "none was kept when this alert was raised")
        return
    history = states.of(tx, [alert.item_id])[alert.item_id]
    item_states = history.states
    stored = _stored(item_states, row, alert)
    if stored is None:
        yield Fault("the stored version", f"version {alert.version} is not there")
        return
    item = _item(item_states, stored, alert)
    yield from _text_faults(stored, item, proof)
    yield from _alert_faults(item_states, row, alert)
    rule, fault = _rule(proof)
    if rule is None or rule.id != alert.rule_id:
        yield fault or Fault("the rule", f"what is kept is {rule.id}" if rule else "")
        return
    if fault is not None:
        yield fault
    closed = bool(proof["closed"])
    found = _matcher(proof["rule"]).match(item, history.row["source_id"], closed=closed)
    yield from _match_faults(rule, item, row, next(iter(found), None))


def _stored(item_states: Sequence[State], row: Row, alert: Alert) -> State | None:
    """The state of the article that the spans were found in."""
    teaser = any(
        state.version == alert.version and not state.teaser and row["judged_at"] < state.since
        for state in item_states
    )
    return states.find(item_states, alert.version, teaser=teaser)


def _item(item_states: Sequence[State], stored: State, alert: Alert) -> Item:
    """What the rule was asked of.  A text that is gone was asked once more beside all else of the
    one that came after it."""
    if alert.reason is not Reason.LOST:
        return stored.item
    after = [one for one in item_states if one.version == stored.version + 1]
    whole = [one for one in after if one.since <= alert.raised_at] or after or [stored]
    text = stored.item
    return replace(whole[-1].item, title=text.title, body=text.body, partial=text.partial)


def _text_faults(stored: State, item: Item, proof: Row) -> Iterator[Fault]:
    of = f"version {stored.version}{', as its teaser read' if stored.teaser else ''}"
    made = dedupe.fingerprint(item.title, item.body)
    if proofs.text_hash(item) != proof["text_hash"]:
        yield Fault("the stored version's text", f"{of}, is not the one that was judged")
    if stored.fingerprint is not None and stored.fingerprint != made:
        yield Fault("the stored version's fingerprint", f"{of}, does not fit its text")
    if proofs.fields_hash(item) != proof["fields_hash"]:
        yield Fault("the article's other fields", f"{of}, are not those that were judged")


def _rule(proof: Row) -> tuple[Rule | None, Fault | None]:
    if proof["rule"] is None:
        return None, Fault("the rule", "is not kept as it was")
    fault = None
    if proofs.hash_of(proof["rule"]) != proof["rule_hash"]:
        fault = Fault("the rule", "is not the one that was asked")
    try:
        return proofs.rule_of(proof["rule"]), fault
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, Fault("the rule", "cannot be read any more")


def _match_faults(rule: Rule, item: Item, row: Row, match: Match | None) -> Iterator[Fault]:
    if match is None or match.answer is not Answer.YES:
        yield Fault("the match", "the rule does not say yes to this text")
        return
    if kept.dump_spans(match.spans) != row["spans"]:
        yield Fault("the spans", "the match does not stand where the alert says")
    worth = worth_of(rule, match, item)
    if worth.severity != row["severity"]:
        yield Fault("the severity", f"is {worth.severity} by the rule, {row['severity']} here")
    if worth.demoted != row["demoted"]:
        yield Fault("the demotion", f"is by {worth.demoted!r}, here by {row['demoted']!r}")


@lru_cache(maxsize=64)
def _matcher(rule: str) -> Matcher:
    return Matcher([proofs.rule_of(rule)])


def _alert_faults(item_states: Sequence[State], row: Row, alert: Alert) -> Iterator[Fault]:
    fingerprints = {
        dedupe.fingerprint(state.item.title, state.item.body)
        for state in item_states
        if state.version == alert.detail.get("version")
    }
    if alert.occasion not in set(_occasions(alert.reason, alert.detail, fingerprints)):
        yield Fault("the occasion", f"{alert.occasion} does not come of {alert.reason}")
    if alerts.alert_id(alert.rule_id, alert.story_key, alert.occasion) != row["alert_id"]:
        yield Fault("the alert's id", "is not that of its rule, story and occasion")


def _occasions(
    reason: Reason, detail: Mapping[str, object], fingerprints: set[str]
) -> Iterator[str]:
    """The occasions that the reason may stand for."""
    if reason is Reason.FIRST:
        yield occasions.FIRST
    elif reason in (Reason.GAINED, Reason.LOST):
        yield from (occasions.edited_key(reason, one) for one in fingerprints)
    else:
        with suppress(KeyError):
            yield occasions.key_of(reason, detail)
