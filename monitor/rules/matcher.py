"""Ask all rules of an item: which match, where, and which cannot be told yet.

A rule is only evaluated if the item shows what it cannot do without.  Decides nothing about
alerts, and takes an item as it stands: whether it was matched before is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.errors import QueryError
from monitor.model import Answer, Item, Match, Span
from monitor.rules.evaluate import evaluate
from monitor.rules.explain import explain
from monitor.rules.features import Finder
from monitor.rules.fields import Fields
from monitor.rules.index import Index
from monitor.rules.needs import Alternatives, need
from monitor.rules.runs import Found
from monitor.rules.syntax import parse
from monitor.rules.tree import Node, Word
from monitor.rules.windows import plain_words
from monitor.settings import Rule

# On Python 3.11 each look at a member of an enumeration is a call.
_YES, _NO, _UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


def ask(node: Node, item: Item, source_id: str) -> tuple[Answer, tuple[Span, ...]]:
    """The answer of one query for one item, with the places of a yes, sorted, each once."""
    found = evaluate(node, Fields(item, source_id))
    return found.answer, _sorted(found.spans)


@dataclass(frozen=True, slots=True, eq=False)
class _Compiled:
    """A rule's tree, or the sentence that says why there is none.  `plain`: all that it asks for,
    where that is a word or phrase of which the search for rules may tell the places."""

    rule: Rule
    node: Node | None
    needed: Alternatives | None
    error: str | None = None
    plain: str = ""


class Matcher:
    """All rules, compiled once; safe to share between threads."""

    def __init__(self, rules: Sequence[Rule], previous: Matcher | None = None) -> None:
        """A rule whose query cannot be read is kept, and answers with its error.  What has not
        changed since `previous` is not compiled again."""
        old: dict[str, _Compiled] = previous._compiled if previous else {}
        self._order = {rule.id: number for number, rule in enumerate(rules)}
        self._compiled: dict[str, _Compiled] = {
            rule.id: _compiled(rule, old.get(rule.id)) for rule in rules
        }
        removed = [one for one in old.values() if self._compiled.get(one.rule.id) is not one]
        added = [one for one in self._compiled.values() if old.get(one.rule.id) is not one]
        placed = frozenset(one.plain for one in self._compiled.values() if one.plain)
        self._index: Index[_Compiled]
        self._finder: Finder
        if previous is None:
            self._index, self._finder = Index(_needs(added), placed), Finder(_features(added))
        else:
            self._index = previous._index.changed(_needs(removed), _needs(added), placed)
            self._finder = previous._finder.extended(_features(added))

    def match(
        self, item: Item, source_id: str, *, closed: bool = False, unknowns: bool = True
    ) -> tuple[Match, ...]:
        """YES and UNKNOWN answers, in the order of the rules; never NO.

        A rule that is broken, or breaks on this item, has an UNKNOWN with its `error`.  `closed`:
        what there is of a partial item is all that will come.  Without `unknowns` those are left
        out that come of a title or body that is not known whole: every rule has one.
        """
        fields = Fields(item, source_id, closed=closed)
        return self.match_fields(fields, unknowns=unknowns)

    def match_fields(self, fields: Fields, *, unknowns: bool = True) -> tuple[Match, ...]:
        """As `match`, for fields that may have been read before."""
        if unknowns and not fields.is_whole:
            judged = [self._judge(one, fields, {}) for one in self._compiled.values()]
        else:
            found, places = self._index.candidates(self._finder.look(fields))
            if not found:  # as of most items
                return ()
            judged = [self._judge(one, fields, places) for one in found]
        kept = [match for match in judged if match.answer is not _NO]
        if not unknowns:
            kept = [m for m in kept if m.answer is _YES or m.error or fields.is_whole]
        if len(kept) > 1:
            kept.sort(key=lambda match: self._order[match.rule_id])
        return tuple(kept)

    def explain(self, rule_id: str, item: Item, source_id: str) -> str:
        """Why a rule answers as it does, in one sentence.  KeyError if there is no such rule."""
        compiled = self._compiled[rule_id]
        if compiled.node is None:
            return f"the rule cannot be read: {compiled.error}"
        return explain(compiled.node, Fields(item, source_id))

    def _judge(self, compiled: _Compiled, fields: Fields, places: Found) -> Match:
        rule_id, node = compiled.rule.id, compiled.node
        if compiled.plain and (there := places.get(compiled.plain)):
            return Match(rule_id, _YES, _sorted(fields.spans_at(there)))
        if node is None:
            return Match(rule_id, _UNKNOWN, error=compiled.error)
        try:
            found = evaluate(node, fields)
        except Exception as error:  # noqa: BLE001  one rule that fails must not silence the others
            return Match(rule_id, _UNKNOWN, error=f"{type(error).__name__}: {error}")
        return Match(rule_id, found.answer, _sorted(found.spans), more=found.more)


def _compiled(rule: Rule, old: _Compiled | None) -> _Compiled:
    if old is not None and (old.rule.query, old.rule.lists) == (rule.query, rule.lists):
        return old
    try:
        node = parse(rule.query, lists=rule.lists)
        plain = plain_words(node.written) if isinstance(node, Word) else ""
        return _Compiled(rule, node, need(node), plain=plain)
    except QueryError as error:
        return _Compiled(rule, None, None, str(error))


def _needs(rules: Iterable[_Compiled]) -> Iterator[tuple[_Compiled, Alternatives | None]]:
    return ((one, one.needed) for one in rules)


def _features(rules: Iterable[_Compiled]) -> Iterator[str]:
    return (feature for one in rules for some in one.needed or () for feature in some)


def _sorted(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple(sorted(set(spans))) if len(spans) > 1 else spans
