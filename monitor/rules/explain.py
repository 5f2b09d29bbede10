"""Say in one sentence why a query answers as it does: what was found, or what failed first.

Words for people; decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Answer, Span
from monitor.rules.evaluate import evaluate
from monitor.rules.fields import Fields
from monitor.rules.printer import show
from monitor.rules.tree import (
    DEFAULT_FIELD,
    LEAVES,
    WHOLE_FIELDS,
    And,
    AtLeast,
    Field,
    Leaf,
    Listed,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Term,
    leaf_text,
)

_Sought = Leaf | Near | AtLeast
_FIELD_NAMES = {"text": "title and body", "lead": "the first paragraph"}
_MOST_NAMED = 5


def explain(node: Node, fields: Fields) -> str:
    """One sentence, without a full stop, for a query as `parse` gives it."""
    found = evaluate(node, fields)
    if found.answer is Answer.YES:
        return _found(fields, found.spans)
    reason = _failing(node, fields, DEFAULT_FIELD, found.answer)
    return reason if found.answer is Answer.NO else f"not known yet: {reason}"


def _found(fields: Fields, spans: Sequence[Span]) -> str:
    """`title holds "Car bombing", body holds "bombing" 2 times`"""
    counts: dict[tuple[str, str], int] = {}
    for span in sorted(set(spans)):
        key = (span.field, fields.stored(span.field)[span.start : span.end])
        counts[key] = counts.get(key, 0) + 1
    told = [
        f'{field} holds "{text}"' + (f" {count} times" if count > 1 else "")
        for (field, text), count in counts.items()
    ]
    return _listed(told) if told else "all that the query asks is so"


def _failing(node: Node, fields: Fields, field: str, answer: Answer) -> str:
    """Why `node`, which does not answer yes, does not; `answer` is what it does answer."""
    if isinstance(node, Field):
        return _failing(node.part, fields, node.name, answer)
    if isinstance(node, Not):
        return _excluded(node.part, fields, field)
    if isinstance(node, And):
        part = next(p for p in node.parts if evaluate(p, fields, field).answer is answer)
        return _failing(part, fields, field, answer)
    if isinstance(node, Or):
        return _no_branch(node, fields, field)
    assert isinstance(node, _Sought)
    return _missing([node], fields, field)


def _no_branch(node: Or, fields: Fields, field: str) -> str:
    plain: list[_Sought] = [part for part in node.parts if isinstance(part, LEAVES)]
    told = [_missing(plain, fields, field)] if plain else []
    for part in node.parts:
        if not isinstance(part, LEAVES):
            told.append(_failing(part, fields, field, evaluate(part, fields, field).answer))
    return _listed(told)


def _missing(sought: list[_Sought], fields: Fields, field: str) -> str:
    """`title and body hold neither "a" nor "b"`"""
    words = [_named(one) for one in sought[:_MOST_NAMED]]
    if len(sought) > _MOST_NAMED:
        words.append(f"{len(sought) - _MOST_NAMED} others")
    many, is_one = field == "text", len(words) == 1
    if field in WHOLE_FIELDS:
        verb = "is not" if is_one else "is neither"
    elif is_one:
        verb = "do not hold" if many else "does not hold"
    else:
        verb = "hold neither" if many else "holds neither"
    name = _FIELD_NAMES.get(field, field)
    return f"{name} {verb} {' nor '.join(words)}{_doubt(sought, fields, field)}"


def _named(sought: _Sought) -> str:
    if isinstance(sought, Term | Phrase):
        return f'"{leaf_text(sought)}"'
    return f"any of {show(sought)}" if isinstance(sought, Listed) else show(sought)


def _doubt(sought: Sequence[_Sought], fields: Fields, field: str) -> str:
    """Why it may be there all the same, if it may."""
    if told := _open_part(fields, field):
        return told
    answers = (evaluate(one, fields, field).answer for one in sought)
    if Answer.UNKNOWN in answers:
        return " but where all is in capitals, which says nothing"
    return ""


def _open_part(fields: Fields, field: str) -> str:
    open_spaces = [space for space in fields.spaces(field) if space.is_open]
    names = dict.fromkeys(space.field for space in open_spaces)
    partly = any(space.text for space in open_spaces)
    if not names:
        return ""
    return f" ({' and '.join(names)} {'only known in part' if partly else 'not known'})"


def _excluded(node: Node, fields: Fields, field: str) -> str:
    found = evaluate(node, fields, field)
    if found.answer is Answer.YES:
        held = _found(fields, found.spans) if found.spans else show(node)
        return f"{held}, which the query excludes"
    return f"what the query excludes may be there: {_failing(node, fields, field, found.answer)}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
