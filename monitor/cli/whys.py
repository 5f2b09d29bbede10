"""`why`: per rule, why an article was told or not, and what became of each message.

Our inside words never reach the reader: each decision is a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.cli import (
    alerts_told,
    finding,
    out,
    place,
    quoting,
    shapes,
    showing,
    stories,
    versions,
)
from monitor.cli.alerts_told import Fate
from monitor.cli.base import Call
from monitor.cli.finding import NotFound
from monitor.cli.searching import as_judged
from monitor.cli.versions import Version
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.model import Answer, Item, Reason, StoredItem
from monitor.rules import Matcher
from monitor.settings import Config, Rule
from monitor.store import alerts as kept
from monitor.store import items, views
from monitor.store.db import Row, Tx


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known of one item."""

    stored: StoredItem
    sightings: Sequence[Row]
    matches: Mapping[str, Row]  # by rule: what it said last
    alerts: Mapping[str, Sequence[Fate]]  # by rule, the oldest first
    texts: Mapping[str, StoredItem]  # by rule: the item as it read when the rule said so
    news: bool
    versions: Sequence[Version]
    story: stories.Belonging

    @property
    def rule_ids(self) -> list[str]:
        return list(dict.fromkeys([*self.matches, *self.alerts]))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why one rule told of the item, or did not, as a sentence."""

    rule_id: str
    told: bool
    matched: bool
    why: str


def run(call: Call, subject: str) -> None:
    """`subject`: an item's id or address, or an alert's id."""
    config = place.look(call)
    with place.Archive(config.settings.database) as archive:
        alert, account = archive.read(lambda tx: _find(tx, subject, config))
    when = When.of(config.settings, wall_clock())
    verdicts = judged(account, config.rules)
    if alert is not None:
        verdicts = [verdict for verdict in verdicts if verdict.rule_id == alert["rule_id"]]
    if call.as_json:
        out.emit(_shape(account, verdicts))
        return
    _show_item(account, when)
    for verdict in verdicts:
        _show_rule(verdict, account, when, config)
    if alert is not None:
        out.lines("", f"all rules on this article: wirewatch why {account.stored.id}")


def judged(account: Account, rules: Sequence[Rule]) -> list[Verdict]:
    """Every rule's verdict: those that said something first, in the order of the file."""
    matcher = Matcher(rules)
    item, source_id = as_judged(account.stored), account.stored.source_id
    answers = {match.rule_id: match for match in matcher.match(item, source_id)}
    found = []
    for rule in rules:
        if rule.id in account.rule_ids:
            found.append(_kept(account, rule.id, changed=_changed(account, rule)))
            continue
        words = matcher.explain(rule.id, item, source_id)
        yes = rule.id in answers and answers[rule.id].answer is Answer.YES
        if yes:
            words = (
                f"it would match now ({words}), but the rule came, or was changed, after this "
                "article: a rule judges what arrives from then on"
            )
        found.append(Verdict(rule.id, told=False, matched=False, why=words))
    known = {rule.id for rule in rules}
    gone = [_kept(account, one, changed=" (not in rules.yaml any more)")
            for one in account.rule_ids if one not in known]  # fmt: skip
    return sorted([*found, *gone], key=lambda one: (not one.told, not one.matched))


def _kept(account: Account, rule_id: str, *, changed: str) -> Verdict:
    """The verdict that was written down when the rule matched."""
    match = account.matches.get(rule_id)
    if rule_id in account.alerts:
        demoted = account.alerts[rule_id][0].alert["demoted"]
        beside = f", demoted to low by `{demoted}`" if demoted else ""
        return Verdict(rule_id, told=True, matched=True, why=f"matched and told{beside}{changed}")
    assert match is not None, rule_id
    return Verdict(rule_id, told=False, matched=match["verdict"] != Reason.RULE_BROKEN,
                   why=_not_told(account, match) + changed)  # fmt: skip


def _not_told(account: Account, match: Row) -> str:
    verdict = Reason(match["verdict"])
    if verdict is Reason.BASELINE:
        sources = [row["source_id"] for row in account.sightings if row["baseline"]]
        if not sources:
            return "matched, not told: its own page did not make it news of what is watched"
        of = " and ".join(sources)
        later = ""
        if account.news:
            later = "; it came up as news only later, and then the text did not match anew"
        return f"matched, not told: known since the first sight of {of}{later}"
    if verdict is Reason.RULE_BROKEN:
        return f"the rule broke on this article: {match['error']}"
    return {
        Reason.TOLD: "matched, told before: the same story was told of already",
        Reason.COUNTED: "matched, not told: one more article of a story that was told, and "
        "nothing new in it",
        Reason.NOT_ON_UPDATE: "matched after an edit, not told: the rule says on_update: false",
    }.get(verdict, "matched and told")


def _changed(account: Account, rule: Rule) -> str:
    match = account.matches.get(rule.id)
    old = match is not None and match["rule_version"] != rule.version
    return " (by the rule as it was then)" if old else ""


def _find(tx: Tx, subject: str, config: Config) -> tuple[Row | None, Account]:
    """An alert where the word is one's id, else an item."""
    finding.check_named(subject, f"{finding.ALERT}, or {finding.ITEM}")
    looks_like_item = ("/" in subject and ":" in subject) or subject.isdigit()
    if looks_like_item:
        try:
            return None, gather(tx, finding.item_id(tx, subject, config))
        except NotFound:
            if not subject.isdigit() or not finding.alerts(tx, subject):
                raise
    alert = finding.only(finding.alerts(tx, subject), subject)
    found = views.item_id(tx, alert["item_id"])
    assert found is not None, alert["item_id"]
    return alert, gather(tx, found)


def gather(tx: Tx, item_id: int) -> Account:
    matches = {row["rule_id"]: row for row in views.matches_of_item(tx, item_id)}
    alerts: dict[str, list[Fate]] = {}
    for row in views.alerts_of_item(tx, item_id):
        alerts.setdefault(row["rule_id"], []).append(alerts_told.fate(tx, row))
    return Account(
        items.load(tx, item_id),
        views.sightings_of(tx, item_id),
        matches,
        alerts,
        {rule_id: views.as_it_read(tx, row) for rule_id, row in matches.items()},
        views.item_row(tx, item_id)["news_at"] is not None,
        versions.of(tx, item_id),
        stories.belonging(tx, item_id),
    )


def _show_item(account: Account, when: When) -> None:
    stored = account.stored
    out.lines(*out.wrapped(stored.item.title or "(no headline)", ""))
    out.lines(f"  item {stored.id}, {stored.item.url}")
    for label, said in _stated(stored.item):
        out.lines(*out.hanging(f"  {label:11}", said))
    for row in account.sightings:
        out.lines(*out.hanging("  seen       ", showing.sighting(row, when)))
    out.lines(*out.hanging("  text       ", showing.text_state(stored)))
    if len(account.versions) > 1:
        versions.show(account.versions, when, diff=True)
    for sentence in account.story.sentences():
        out.lines(*out.hanging("  story      ", sentence))


def _stated(item: Item) -> Iterator[tuple[str, str]]:
    """Of the fields that are there: the label, and the value with where it was taken from."""
    by = dict(item.stated_by)
    values = {
        "published": item.published and item.published.iso(),
        "updated": item.updated and item.updated.iso(),
        "byline": item.byline,
        "authors": ", ".join(item.authors or ()),
    }
    for name in ("title", *values, "body"):
        if getattr(item, name):
            value = f"{values[name]}, " if name in values else ""
            reason = f"from {by[name]}" if name in by else "as the source stated it"
            yield "headline" if name == "title" else name, value + reason


def _show_rule(verdict: Verdict, account: Account, when: When, config: Config) -> None:
    out.lines("", *out.hanging(f"{verdict.rule_id}: ", verdict.why))
    fates = account.alerts.get(verdict.rule_id, ())
    if verdict.matched and not fates and verdict.rule_id in account.texts:
        spans = kept.load_spans(account.matches[verdict.rule_id]["spans"])
        quoting.show(quoting.told(verdict.rule_id, account.texts[verdict.rule_id], spans))
    for fate in fates:
        alerts_told.show(fate, when, config)


def _shape(account: Account, verdicts: Sequence[Verdict]) -> shapes.Shape:
    stored = account.stored
    return {
        "item": stored.id,
        "url": stored.item.url,
        "title": stored.item.title,
        "body_state": stored.body_state.value,
        "body_reason": stored.body_reason,
        "stated_by": dict(stored.item.stated_by),
        "sightings": [shapes.sighting(row) for row in account.sightings],
        "versions": [versions.shape(version) for version in account.versions],
        "story": account.story.key,
        "grouped_by": stories.why(account.story.join) if account.story.join else None,
        "rules": [_rule_shape(verdict, account) for verdict in verdicts],
    }


def _rule_shape(verdict: Verdict, account: Account) -> shapes.Shape:
    match = account.matches.get(verdict.rule_id)
    return {
        "rule": verdict.rule_id,
        "matched": verdict.matched,
        "told": verdict.told,
        "why": verdict.why,
        "spans": shapes.spans(kept.load_spans(match["spans"])) if match is not None else [],
        "alerts": [alerts_told.shape(fate) for fate in account.alerts.get(verdict.rule_id, ())],
    }
