"""Ask all rules of an item: which match, where, and which cannot be told yet.

A rule is only evaluated if the item holds a word that it cannot do without.  Decides nothing about
alerts, and takes an item as it stands: whether it was matched before is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from monitor.errors import QueryError
from monitor.model import Answer, Item, Match, Span
from monitor.rules.evaluate import evaluate
from monitor.rules.explain import explain
from monitor.rules.fields import Fields
from monitor.rules.needs import Alternatives, need
from monitor.rules.phrases import needed
from monitor.rules.syntax import parse
from monitor.rules.tree import (
    CASED_FIELDS,
    Node,
    leaf_text,
    leaves,
)
from monitor.settings import Rule

_WHOLE_SHAPE = (True, True, True)


def ask(node: Node, item: Item, source_id: str) -> tuple[Answer, tuple[Span, ...]]:
    """The answer of one query for one item, with the places of a yes, sorted, each once."""
    return _ask(node, Fields(item, source_id))


class _Index:
    """Which rules can be other than "nothing found", by the forms that an item holds."""

    def __init__(self) -> None:
        # Under one form of each alternative: all its forms, and the rule's number.
        self._by_form: dict[str, list[tuple[frozenset[str], int]]] = {}
        self._always: list[int] = []

    def add(self, number: int, needed: Alternatives | None) -> None:
        """`needed`: None if the rule may be true of any text."""
        if needed is None or frozenset() in needed:
            self._always.append(number)
        for forms in filter(None, needed or ()):
            self._by_form.setdefault(max(forms, key=len), []).append((forms, number))

    def candidates(self, forms: Set[str]) -> set[int]:
        found = set(self._always)
        for form in self._by_form.keys() & forms:
            found.update(number for needed, number in self._by_form[form] if needed <= forms)
        return found


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule's tree, or the sentence that says why there is none."""

    id: str
    node: Node | None
    error: str | None = None
    need: Alternatives | None = None  # of a whole item


class Matcher:
    """All rules, compiled once; safe to share between threads."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """A rule whose query cannot be parsed is kept, and answers with its error."""
        self._rules = [_compiled(rule) for rule in rules]
        self._for_whole, self._for_any = _Index(), _Index()
        self._untouched: dict[tuple[bool, bool, bool], dict[int, Match]] = {}
        for number, rule in enumerate(self._rules):
            self._for_whole.add(number, rule.need)
            self._for_any.add(number, None if rule.node is None else _mentioned(rule.node))

    def match(
        self, item: Item, source_id: str, forms: Set[str] | None = None, *, closed: bool = False
    ) -> tuple[Match, ...]:
        """YES and UNKNOWN answers, in the order of the rules; never NO.

        A rule that is broken, or breaks on this item, has an UNKNOWN with its `error`.  `forms`
        are those of title and body, if they are known already.  `closed`: what there is of a
        partial item is all that will come.
        """
        fields = Fields(item, source_id, closed=closed)
        forms = fields.forms() if forms is None else forms
        is_whole = fields.shape == _WHOLE_SHAPE
        index = self._for_whole if is_whole else self._for_any
        found = {} if is_whole else dict(self._answers_untouched(fields.shape))
        for number in index.candidates(forms):
            found[number] = self._judge(number, fields)
        return tuple(
            found[number] for number in sorted(found) if found[number].answer is not Answer.NO
        )

    def explain(self, rule_id: str, item: Item, source_id: str) -> str:
        """Why a rule answers as it does, in one sentence.  KeyError if there is no such rule."""
        rule = next((rule for rule in self._rules if rule.id == rule_id), None)
        if rule is None:
            raise KeyError(rule_id)
        if rule.node is None:
            return f"the rule cannot be read: {rule.error}"
        return explain(rule.node, Fields(item, source_id))

    def _judge(self, number: int, fields: Fields) -> Match:
        rule = self._rules[number]
        if rule.node is None:
            return Match(rule.id, Answer.UNKNOWN, error=rule.error)
        try:
            return Match(rule.id, *_ask(rule.node, fields))
        except Exception as error:  # noqa: BLE001  one rule that fails must not silence the others
            return Match(rule.id, Answer.UNKNOWN, error=f"{type(error).__name__}: {error}")

    def _answers_untouched(self, shape: tuple[bool, bool, bool]) -> dict[int, Match]:
        """The answers of all rules for an item of this shape that holds none of their words."""
        if shape not in self._untouched:
            title, body, whole = shape
            blank = Item("", "" if title else None, body="" if body else None, partial=not whole)
            fields = Fields(blank, "")
            matches = {n: self._judge(n, fields) for n in range(len(self._rules))}
            self._untouched[shape] = {
                n: match for n, match in matches.items() if match.answer is not Answer.NO
            }
        return self._untouched[shape]


def _compiled(rule: Rule) -> _Compiled:
    try:
        node = parse(rule.query)
        return _Compiled(rule.id, node, need=need(node))
    except QueryError as error:
        return _Compiled(rule.id, None, str(error))


def _ask(node: Node, fields: Fields) -> tuple[Answer, tuple[Span, ...]]:
    answer, spans = evaluate(node, fields)
    return answer, tuple(sorted(set(spans)))


def _mentioned(node: Node) -> Alternatives | None:
    """Forms without all of which every leaf is absent; None if a leaf asks more than the text."""
    found: frozenset[str] = frozenset()
    for field, leaf in leaves(node):
        if field not in CASED_FIELDS:
            return None
        found |= needed(leaf_text(leaf))
    return frozenset(frozenset((form,)) for form in found)
