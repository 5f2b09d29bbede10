"""`rules lint`: what the rules, and the newest stored articles, show that was likely not meant."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import click

from monitor import config
from monitor.cli import lists, out, place, shapes
from monitor.cli.base import Call, say
from monitor.cli.out import of
from monitor.cli.place import Archive
from monitor.cli.searching import as_judged, published_at
from monitor.clock import wall_clock
from monitor.errors import QueryProblem, StoreError
from monitor.rules import Node, check
from monitor.rules.advice import Advised, advise
from monitor.rules.fields import Fields
from monitor.rules.review import Review, alerts_a_day
from monitor.rules.wildcards import expand, wildcards
from monitor.store import views

_LABEL = 12


@dataclass(frozen=True, slots=True)
class _Checked:
    rule_id: str
    node: Node
    notes: tuple[QueryProblem, ...]
    has_examples: bool


def run(call: Call, limit: int) -> None:
    """Ends 2 where rules.yaml has a mistake."""
    path = place.directory(call) / place.RULES
    raw = place.raw(path)
    tried = config.try_examples(str(path), raw)
    checked = []
    for rule in config.read_rules(str(path), raw, examples=False):
        node, notes = check(rule.query, lists=rule.lists)
        has_examples = any(held.example.wanted for held in tried[rule.id])
        checked.append(_Checked(rule.id, node, notes, has_examples))
    review = Review([(one.rule_id, one.node) for one in checked])
    times = _ask(call, review, limit)
    now = wall_clock()
    told = 0
    for advised in _advised(checked, review):
        matched = [times[n] for n in advised.reviewed.matched] if advised.reviewed else []
        per_day = alerts_a_day(matched, times, now)
        told += len(advised.notes)
        if call.as_json:
            out.emit(_shape(advised, review.articles, per_day))
        else:
            out.lines(*_lines(advised, review.articles, per_day), "")
    if not call.as_json:
        asked = f", by the newest {of(review.articles, 'article')}" if review.articles else ""
        out.lines(f"{of(len(checked), 'rule')}, {of(told, 'note')}{asked}")


def _ask(call: Call, review: Review, limit: int) -> list[int]:
    """Show the review the newest articles, as far as there are any; the time of each."""
    times: list[int] = []
    now = wall_clock()
    try:
        with Archive(place.settings(call).database) as archive, ExitStack() as stack:
            total = min(limit, archive.read(views.counts)["items"])
            bar = None
            if sys.stderr.isatty():
                made = click.progressbar(length=total, label="read", file=sys.stderr)
                bar = stack.enter_context(made)
            for page in lists.pages(archive, limit):
                for stored in page:
                    review.look(Fields(as_judged(stored), stored.source_id))
                    times.append(published_at(stored, now))
                if bar is not None:
                    bar.update(len(page))
    except StoreError as error:
        say(f"{error}\nso only what the rules themselves show is told")
    return times


def _advised(checked: Sequence[_Checked], review: Review) -> list[Advised]:
    found = {one.rule_id: one for one in review.results()} if review.articles else {}
    return [
        advise(
            one.rule_id,
            one.notes,
            one.has_examples,
            found.get(one.rule_id),
            [expand(written, review.counts) for written in wildcards(one.node)],
        )
        for one in checked
    ]


def _lines(advised: Advised, articles: int, per_day: float | None) -> list[str]:
    lines = [f"{advised.rule_id}{_how_often(advised, articles, per_day)}"]
    for note in advised.notes:
        lines += out.hanging(f"  {note.code:{_LABEL}}", note.message)
    for one in advised.wildcards if articles else ():
        words = ", ".join(f"{form} {count:,}" for form, count in one.expansions)
        more = f", and {one.others:,} more" if one.others else ""
        label = f"  {one.written + ' ':{_LABEL}}"
        lines += out.hanging(label, f"{words}{more}" if words else "nothing stored begins so")
    return lines


def _how_often(advised: Advised, articles: int, per_day: float | None) -> str:
    if advised.reviewed is None:
        return ""
    rate = "" if per_day is None else f", {_rate(per_day)} alerts a day"
    return f": {len(advised.reviewed.matched):,} of {of(articles, 'article')}{rate}"


def _rate(per_day: float) -> str:
    return (
        f"{per_day:,.0f}" if per_day >= 10 else f"{per_day:.1f}" if per_day >= 0.1 else "under 0.1"
    )


def _shape(advised: Advised, articles: int, per_day: float | None) -> shapes.Shape:
    return {
        "rule": advised.rule_id,
        "items": articles,
        "matches": len(advised.reviewed.matched) if advised.reviewed else 0,
        "per_day": None if per_day is None else round(per_day, 3),
        "notes": [shapes.problem(note) for note in advised.notes],
        "wildcards": [
            {
                "written": one.written,
                "expansions": [{"form": form, "items": n} for form, n in one.expansions],
                "others": one.others,
            }
            for one in advised.wildcards
        ],
    }
