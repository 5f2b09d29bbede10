"""Ask one query of one item: yes, no or unknown, with the places of a yes.

The tree is walked as it stands; nothing is indexed here and nothing is kept between two items.
"""

from __future__ import annotations

from monitor.model import Answer, Span
from monitor.rules.fields import Fields
from monitor.rules.logic import all_of, any_of, opposite
from monitor.rules.phrases import links
from monitor.rules.tree import (
    DEFAULT_FIELD,
    WHOLE_FIELDS,
    And,
    Field,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Term,
    leaf_text,
)

# The answer with its places, in any order and perhaps twice; none unless it is yes.
Found = tuple[Answer, list[Span]]


def evaluate(node: Node, fields: Fields, field: str = DEFAULT_FIELD) -> Found:
    """What a node says of an item (clause 13 of the rule language), and where (clause 14)."""
    if isinstance(node, Term | Phrase):
        return _leaf(node, fields, field)
    if isinstance(node, Field):
        return evaluate(node.part, fields, node.name)
    if isinstance(node, Not):
        return opposite(evaluate(node.part, fields, field)[0]), []
    return _and(node, fields, field) if isinstance(node, And) else _or(node, fields, field)


def _and(node: And, fields: Fields, field: str) -> Found:
    answers = []
    spans = []
    for part in node.parts:
        answer, found = evaluate(part, fields, field)
        if answer is Answer.NO:
            return answer, []
        answers.append(answer)
        spans += found
    answer = all_of(answers)
    return answer, spans if answer is Answer.YES else []


def _or(node: Or, fields: Fields, field: str) -> Found:
    parts = [evaluate(part, fields, field) for part in node.parts]
    spans = [span for _, found in parts for span in found]
    return any_of(answer for answer, _ in parts), spans


def _leaf(leaf: Leaf, fields: Fields, field: str) -> Found:
    text = leaf_text(leaf)
    spans = []
    is_open = False
    for space in fields.spaces(field):
        is_whole = field in WHOLE_FIELDS
        spans += space.find_whole(text) if is_whole else space.find(links(text))
        is_open = is_open or space.is_open
    if spans:
        return Answer.YES, spans
    return Answer.UNKNOWN if is_open else Answer.NO, []
