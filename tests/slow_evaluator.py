"""The obvious way to ask a query of an item: every start, every way through the phrase.

Stands against the matcher in the property tests.  Shares the tokeniser with it, nothing else.
"""

from __future__ import annotations

from itertools import pairwise, product

from monitor.model import Answer, Item
from monitor.rules import And, Field, Node, Not, Phrase, Term
from monitor.text import Kind, fold, paragraphs, tokens

Places = set[tuple[str, int, int]]


def answer(node: Node, item: Item, source_id: str, field: str = "text") -> tuple[Answer, Places]:
    if isinstance(node, Term | Phrase):
        return leaf(node, item, source_id, field)
    if isinstance(node, Field):
        return answer(node.part, item, source_id, node.name)
    if isinstance(node, Not):
        inner = answer(node.part, item, source_id, field)[0]
        return {Answer.YES: Answer.NO, Answer.NO: Answer.YES}.get(inner, Answer.UNKNOWN), set()
    parts = [answer(part, item, source_id, field) for part in node.parts]
    order = [Answer.NO, Answer.UNKNOWN, Answer.YES]
    pick = min if isinstance(node, And) else max
    result = order[pick(order.index(said) for said, _ in parts)]
    places = {place for said, found in parts if said is Answer.YES for place in found}
    return result, places if result is Answer.YES else set()


def leaf(node: Term | Phrase, item: Item, source_id: str, field: str) -> tuple[Answer, Places]:
    text = node.written.replace("\\", "")
    places: Places = set()
    open_spaces = False
    for name, value, more in spaces(item, source_id, field):
        open_spaces = open_spaces or value is None or more
        if field in ("source", "lang"):
            found = {(0, len(value))} if value and fold(value) == fold(text) else set()
        else:
            found = phrase(text, value or "")
        if field == "lead" and value:
            shift = (item.body or "").index(value)
            found = {(start + shift, end + shift) for start, end in found}
        places |= {(name, start, end) for start, end in found}
    if places:
        return Answer.YES, places
    return (Answer.UNKNOWN if open_spaces else Answer.NO), set()


def spaces(item: Item, source_id: str, field: str) -> list[tuple[str, str | None, bool]]:
    title = ("title", item.title, False)
    body = ("body", item.body, item.partial)
    lead = (
        [item.body[start:end] for start, end in paragraphs(item.body or "")[:1]]
        if item.body
        else []
    )
    return {
        "title": [title],
        "body": [body],
        "text": [title, body],
        "lead": [("body", lead[0] if lead else item.body, item.partial)],
        "source": [("source", source_id, False)],
        "lang": [("lang", item.lang, False)],
    }[field]


def phrase(sought: str, text: str) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for start, end in paragraphs(text):
        held = [t for t in tokens(text) if start <= t.start and t.end <= end]
        for way in ways(sought):
            for row in product(*([t for t in held if t.form == form] for form in way)):
                if all(b.first == a.last + 1 for a, b in pairwise(row)):
                    found.add((row[0].start, row[-1].end))
    return {
        one
        for one in found
        if not any(o != one and o[0] <= one[0] and one[1] <= o[1] for o in found)
    }


def ways(sought: str) -> list[list[str]]:
    """Every row of forms that spells the query, signs kept where the query has them."""
    asked = [token for token in tokens(sought) if token.kind is not Kind.ALTERNATE]
    signs = [token for token in asked if token.kind is Kind.SIGN]
    best = [
        a
        for a in signs
        if not any(
            b is not a and b.first <= a.first and a.last <= b.last and len(b.form) > len(a.form)
            for b in signs
        )
    ]
    allowed = best + [
        token
        for token in asked
        if token.kind is not Kind.SIGN
        and not any(s.first <= token.last and token.first <= s.last for s in best)
    ]
    length = 1 + max(token.last for token in asked)

    def rest(position: int) -> list[list[str]]:
        if position == length:
            return [[]]
        return [
            [token.form, *tail]
            for token in allowed
            if token.first == position
            for tail in rest(token.last + 1)
        ]

    return rest(0)
