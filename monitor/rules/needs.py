"""What a text must hold for a query to be true of it, as far as words alone can say.

A text of which the query is true holds all forms of one alternative at least, so what holds none
need not be asked.  The other way round nothing is said: the words may stand apart, or in the wrong
field.
"""

from __future__ import annotations

from monitor.rules.phrases import links
from monitor.rules.tree import CASED_FIELDS, DEFAULT_FIELD, And, Field, Node, Not, Or, leaf_text

# Sets of forms; no set at all: nothing satisfies it.
Alternatives = frozenset[frozenset[str]]

_MOST_PRODUCTS = 256


def need(node: Node, field: str = DEFAULT_FIELD) -> Alternatives | None:
    """None: nothing can be said, any text may do."""
    if isinstance(node, Field):
        return need(node.part, node.name)
    if isinstance(node, Not):
        return None
    if isinstance(node, And):
        return _all_of([need(part, field) for part in node.parts])
    if isinstance(node, Or):
        return _any_of([need(part, field) for part in node.parts])
    if field not in CASED_FIELDS:
        return None
    chain = [frozenset(map(frozenset, link)) for link in links(leaf_text(node))]
    return _all_of(chain) if chain else frozenset()


def _any_of(parts: list[Alternatives | None]) -> Alternatives | None:
    known = [part for part in parts if part is not None]
    return frozenset().union(*known) if len(known) == len(parts) else None


def _all_of(parts: list[Alternatives | None] | list[Alternatives]) -> Alternatives | None:
    """What would be too many products is left at the part that says most."""
    found: Alternatives | None = None
    for part in sorted((part for part in parts if part is not None), key=len):
        if found is None:
            found = part
        elif len(found) * len(part) <= _MOST_PRODUCTS:
            found = frozenset(one | other for one in found for other in part)
    return found
