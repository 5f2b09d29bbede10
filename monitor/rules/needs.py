"""What an item must show for a query to be true of it, or not known, as far as features say.

Such an item has all features of one alternative at least, so one that has none need not be asked.
The other way round nothing is said: the words may stand apart, or in the wrong field.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, product
from math import prod

from monitor.rules import features
from monitor.rules.phrases import Link, has_wildcard, links, pattern
from monitor.rules.tree import (
    CASED_FIELDS,
    DEFAULT_FIELD,
    WHOLE_FIELDS,
    And,
    AtLeast,
    Cased,
    Field,
    Forms,
    Leaf,
    Listed,
    Near,
    Node,
    Not,
    Or,
    Regex,
    Word,
    leaf_text,
)
from monitor.text import exact_forms, tokens

# Sets of features; no set at all: nothing satisfies it.
Alternatives = frozenset[frozenset[str]]

_MOST_PRODUCTS = 256
_LONGEST_RUN = 8  # words: more say nothing more, and the index is quadratic in one word repeated


def need(node: Node, field: str = DEFAULT_FIELD) -> Alternatives | None:
    """None: nothing can be said, any item may do.

    Holds for a yes of any item, and for an unknown of one whose title and body are known whole.
    """
    if isinstance(node, Field):
        return need(node.part, node.name)
    if isinstance(node, Not):
        return None
    if isinstance(node, And):
        return _all_of([need(part, field) for part in node.parts])
    if isinstance(node, Or):
        return _any_of(need(part, field) for part in node.parts)
    if isinstance(node, Near):
        sides = [node.left] if node.free else [node.left, node.right]
        return _all_of([need(side, field) for side in sides])
    if isinstance(node, AtLeast):
        return need(node.part, field)
    if isinstance(node, Regex) and field == "lead":
        return _one(features.something_in(field))  # its start and end are not those of the body
    if field == "title":
        return frozenset(map(_in_title, _of_leaf(node)))
    if field in CASED_FIELDS:
        return _of_leaf(node)
    elsewhere = _of_value(node, field) if field in WHOLE_FIELDS else _of_words(node, field)
    return elsewhere | {frozenset((features.unknown(field),))}


def _of_leaf(leaf: Leaf) -> Alternatives:
    """Of title and body."""
    if isinstance(leaf, Regex):
        return _one(features.expression(leaf.pattern, leaf.ignores_case))
    if isinstance(leaf, Forms):
        text = leaf_text(leaf.word)
        return _one(features.inflection(exact_forms(text, tokens(text))[0]))
    if isinstance(leaf, Listed):
        return frozenset().union(*map(_of_leaf, leaf.entries))
    return _of_word(leaf)


def _in_title(alternative: frozenset[str]) -> frozenset[str]:
    """Each word is asked of the title, which holds few; what else there is, of title and body."""
    return frozenset(
        one
        for run in alternative
        for one in (
            [features.word_in("title", word) for word in features.words_of(run)]
            if features.is_of_words(run) and run[0] != features.START
            else [run]
        )
    )


def _of_word(word: Word | Cased) -> Alternatives:
    asked = _asked(word)
    if not asked:
        return frozenset()
    if prod(map(len, asked)) > _MOST_PRODUCTS:
        rows = (frozenset(map(_of_row, link)) for link in asked)
        return _all_of(list(rows)) or frozenset()
    return frozenset(_of_row(tuple(chain(*rows))) for rows in product(*asked))


def _asked(word: Word | Cased) -> tuple[Link, ...]:
    """Its links, folded.  One character as written may be two when folded, or none."""
    if not isinstance(word, Cased):
        return links(word.written)
    return tuple(
        tuple(tuple(form.replace("?", "*") for form in row) for row in link)
        for link in links(word.part.written)
    )


def _of_row(forms: tuple[str, ...]) -> frozenset[str]:
    """Of forms that follow one another: runs of them, each up to a wildcard."""
    wanted: set[str] = set()
    run: list[str] = []
    for form in forms:
        if has_wildcard(form):
            wanted.add(features.start(" ".join([*run[-_LONGEST_RUN:], form])))
            run = []
        else:
            run.append(form)
    return frozenset(wanted | {" ".join(run[:_LONGEST_RUN])} if run else wanted)


def _of_words(leaf: Leaf, field: str) -> Alternatives:
    """Of a field that is cut into words."""
    if isinstance(leaf, Regex | Forms):
        return _one(features.something_in(field))
    if isinstance(leaf, Listed):
        return frozenset().union(*(_of_words(entry, field) for entry in leaf.entries))
    return frozenset(
        frozenset(_of_field(field, one) for run in alternative for one in _apart(run))
        for alternative in _of_word(leaf)
    )


def _apart(run: str) -> list[str]:
    return [run] if run[0] == features.START else features.words_of(run)


def _of_field(field: str, form: str) -> str:
    is_start = form[0] == features.START
    return features.something_in(field) if is_start else features.word_in(field, form)


def _of_value(leaf: Leaf, field: str) -> Alternatives:
    """Of a field that is compared as a whole."""
    if isinstance(leaf, Listed):
        return frozenset().union(*(_of_value(entry, field) for entry in leaf.entries))
    if not isinstance(leaf, Word) or "\0" in (value := pattern(leaf.written)):
        return _one(f"={field}")
    return _one(features.value_of(field, value))


def _one(feature: str) -> Alternatives:
    return frozenset((frozenset((feature,)),))


def _any_of(parts: Iterable[Alternatives | None]) -> Alternatives | None:
    found: set[frozenset[str]] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return frozenset(found)


def _all_of(parts: list[Alternatives | None] | list[Alternatives]) -> Alternatives | None:
    """What would be too many products is left at the part that says most."""
    found: Alternatives | None = None
    for part in sorted((part for part in parts if part is not None), key=len):
        if found is None:
            found = part
        elif len(found) * len(part) <= _MOST_PRODUCTS:
            found = frozenset(one | other for one in found for other in part)
    return found
