"""`rules explain`: what each part of a rule says of one article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import click

from monitor import config
from monitor.clean import clean
from monitor.cli import finding, out, place, shapes
from monitor.cli.base import Call
from monitor.cli.searching import as_judged
from monitor.model import Item, Span, StoredItem
from monitor.rules import parse
from monitor.rules.account import Part, account
from monitor.rules.explain import explain
from monitor.rules.fields import Fields
from monitor.settings import Config, Rule
from monitor.store import items

_ANSWER = 9  # columns
_DEEPEST = 12  # so far a part is moved in
_MOST_PLACES = 3
_BESIDE = 30  # characters to either side of a place
_MARK = ("«", "»")


@dataclass(frozen=True, slots=True)
class Subject:
    """A stored article's id or address, or the headline and text of one that is not stored."""

    item: str | None
    title: str | None = None
    text: str | None = None


def run(call: Call, rule_id: str, subject: Subject) -> None:
    if subject.item is None:
        path = place.directory(call) / place.RULES
        rules = config.read_rules(str(path), place.raw(path), examples=False)
        rule, fields, number = _rule(rules, rule_id), _given(subject), None
    else:
        loaded = place.look(call)
        rule = _rule(loaded.rules, rule_id)
        stored = _stored(loaded, subject.item)
        fields, number = Fields(as_judged(stored), stored.source_id), stored.id
    node = parse(rule.query, lists=rule.lists)
    tree, why = account(node, fields), explain(node, fields)
    if call.as_json:
        answer = {"rule": rule.id, "item": number, "answer": tree.answer.value, "why": why}
        out.emit({**answer, "tree": _shape(tree)})
        return
    of = f" on item {number}" if number is not None else ""
    out.lines(*out.hanging(f"{rule.id}{of}: ", f"{tree.answer.value}. {_sentence(why)}"), "")
    out.lines(*_lines(tree, fields, 0))


def _rule(rules: Sequence[Rule], rule_id: str) -> Rule:
    found = next((rule for rule in rules if rule.id == rule_id), None)
    if found is None:
        known = ", ".join(rule.id for rule in rules) or "none"
        raise click.UsageError(f"no rule {rule_id!r}; there are: {known}")
    return found


def _given(subject: Subject) -> Fields:
    """Nothing is known of it but what was typed."""
    item = Item("", subject.title or "", body=subject.text or "", partial=False)
    item = replace(item, authors=None, tags=None)
    return Fields(item, "", instead={"url": None, "source": None})


def _stored(loaded: Config, subject: str) -> StoredItem:
    with place.Archive(loaded.settings.database) as archive:
        return archive.read(lambda tx: items.load(tx, finding.item_id(tx, subject, loaded)))


def _sentence(why: str) -> str:
    return why[0].upper() + why[1:] + "."


def _lines(part: Part, fields: Fields, depth: int) -> Iterator[str]:
    """The part with its answer before it, its places below it, then what it is made of."""
    indent = "  " * min(depth, _DEEPEST)
    where = f"  (in {part.field})" if part.is_leaf and part.field != "text" else ""
    yield from out.hanging(f"{part.answer.value:{_ANSWER}}{indent}", part.written + where)
    blank = " " * (_ANSWER + len(indent) + 2)
    for span in part.spans[:_MOST_PLACES] if part.is_leaf else ():
        yield from out.hanging(f"{blank}{span.field} {span.start}: ", _excerpt(fields, span))
    if part.is_leaf and len(part.spans) > _MOST_PLACES:
        yield f"{blank}and {len(part.spans) - _MOST_PLACES:,} more"
    for inner in part.parts:
        yield from _lines(inner, fields, depth + 1)


def _excerpt(fields: Fields, span: Span) -> str:
    """The place with a few words to either side."""
    text = fields.stored(span.field)
    first, last = max(0, span.start - _BESIDE), span.end + _BESIDE
    before, after = text[first : span.start], text[span.end : last]
    if first > 0:
        before = "..." + before[before.find(" ") + 1 :]
    if last < len(text):
        after = after[: after.rfind(" ") + 1].rstrip() + "..."
    return clean(f"{before}{_MARK[0]}{text[span.start : span.end]}{_MARK[1]}{after}")


def _shape(part: Part) -> shapes.Shape:
    return {
        "part": part.written,
        "field": part.field,
        "answer": part.answer.value,
        "spans": shapes.spans(part.spans),
        "parts": [_shape(inner) for inner in part.parts],
    }
