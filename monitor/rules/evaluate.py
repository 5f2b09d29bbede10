"""Ask one query of one item: yes, no or unknown, with the places of a yes.

The tree is walked as it stands; nothing is indexed here and nothing is kept between two items.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from monitor.model import Answer, Span
from monitor.rules.fields import Fields
from monitor.rules.hits import MOST_STRETCHES, Stretches, in_code_points
from monitor.rules.logic import all_of, any_of, opposite
from monitor.rules.near import at_least, near
from monitor.rules.nearby import nearby
from monitor.rules.occurrences import alternatives, has_maybes, stretches
from monitor.rules.spaces import Space
from monitor.rules.tree import (
    DEFAULT_FIELD,
    LEAVES,
    WHOLE_FIELDS,
    And,
    AtLeast,
    Field,
    Leaf,
    Near,
    Node,
    Not,
    Phrase,
    Regex,
    Term,
    Word,
    leaves,
)
from monitor.rules.windows import around_rarest


class Found(NamedTuple):
    """The answer with its places, in any order and perhaps twice; none unless it is yes.  `more`
    counts those that were left out."""

    answer: Answer
    spans: tuple[Span, ...] = ()
    more: int = 0


_ASKED_OF_SPACES = (*LEAVES, Near, AtLeast)

# The stretches of one space by the leaf that stands there.
_Stretches = dict[Leaf, Stretches]


def evaluate(node: Node, fields: Fields, field: str = DEFAULT_FIELD) -> Found:
    """What a node says of an item (clause 13 of the rule language), and where (clause 14).

    Raises TooCostly where a chain of NEARs or an expression cannot be judged in a second or two.
    """
    if isinstance(node, _ASKED_OF_SPACES):
        return _in_spaces(node, fields, field)
    if isinstance(node, Field):
        return evaluate(node.part, fields, node.name)
    if isinstance(node, Not):
        return Found(opposite(evaluate(node.part, fields, field).answer))
    if isinstance(node, And):
        return _and(node.parts, fields, field)
    found = [evaluate(part, fields, field) for part in node.parts]
    return _together(any_of(one.answer for one in found), found)


def _and(parts: tuple[Node, ...], fields: Fields, field: str) -> Found:
    found = []
    for part in parts:
        found.append(evaluate(part, fields, field))
        if found[-1].answer is Answer.NO:
            return found[-1]
    return _together(all_of(one.answer for one in found), found)


def _together(answer: Answer, found: Iterable[Found]) -> Found:
    if answer is not Answer.YES:
        return Found(answer)
    parts = [one for one in found if one.answer is Answer.YES]
    spans = tuple(span for one in parts for span in one.spans)
    return Found(answer, spans, sum(one.more for one in parts))


def _in_spaces(node: Leaf | Near | AtLeast, fields: Fields, field: str) -> Found:
    """Each space is asked by itself: nothing stands partly in one and partly in another."""
    if field == DEFAULT_FIELD and isinstance(node, (Term, Phrase, Near)):
        quick = _near_in_text(node, fields) if isinstance(node, Near) else _in_text(node, fields)
        if quick is not None:
            return quick
    spans: dict[Leaf, list[Span]] = {}
    answer, more = Answer.NO, 0
    for space in fields.spaces(field):
        found = _in_space(node, space, fields.language, maybes=False)
        for leaf, there in found.items():
            spans.setdefault(leaf, []).extend(_spans(there, space))
            more += there.more
        if not found:
            answer = any_of((answer, _unsure(node, space, fields.language)))
    if not spans:
        return Found(answer)
    kept = tuple(span for some in spans.values() for span in some[:MOST_STRETCHES])
    return Found(Answer.YES, kept, more + sum(map(len, spans.values())) - len(kept))


def _in_text(word: Word, fields: Fields) -> Found | None:
    """In title and body at once, which no phrase goes across; None where that is not worth it."""
    if fields.chunks is None:
        return None
    there = around_rarest(word.written, fields.chunks)
    if there is None:
        return None
    if not there.some:
        return Found(Answer.NO if fields.is_whole else Answer.UNKNOWN)
    return Found(Answer.YES, fields.spans_at(there.some), there.more)


def _near_in_text(node: Near, fields: Fields) -> Found | None:
    """The same of a NEAR, of what is known whole."""
    if fields.chunks is None or not fields.is_whole:
        return None
    there = nearby(node, fields.chunks, fields.body_at)
    if there is None:
        return None
    return Found(Answer.YES, fields.spans_at(there)) if there else Found(Answer.NO)


def _spans(there: Stretches, space: Space) -> list[Span]:
    return [
        Span(space.field, start + space.offset, end + space.offset) for start, end in there.some
    ]


def _in_space(
    node: Leaf | Near | AtLeast, space: Space, language: str | None, *, maybes: bool
) -> _Stretches:
    """Where it stands, leaf by leaf; empty if it does not."""
    if isinstance(node, Near | AtLeast):
        if isinstance(node, Near):
            found = near(node, space, language, maybes=maybes)
        else:
            found = at_least(node, space, language, maybes=maybes)
        return {leaf: in_code_points(hits) for leaf, hits in found.items()}
    there = stretches(node, space, language, maybes=maybes)
    return {node: there} if there.some else {}


def _unsure(node: Leaf | Near | AtLeast, space: Space, language: str | None) -> Answer:
    """The answer of a space in which nothing is found for certain."""
    if space.is_open:
        return Answer.UNKNOWN
    if isinstance(node, Term | Phrase | Regex) or space.field in WHOLE_FIELDS:
        return Answer.NO
    asked = [one for _, leaf in leaves(node) for one in alternatives(leaf)]
    may = has_maybes(asked, space) and _in_space(node, space, language, maybes=True)
    return Answer.UNKNOWN if may else Answer.NO
