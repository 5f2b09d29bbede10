"""Where one leaf of a query stands in one space.

Exact case says nothing in a headline that is all capitals: what is found there by `cs:` is a
*maybe* (clause 9 of the rule language), and counts only where it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.rules import regexes
from monitor.rules.hits import MOST_STRETCHES, Hits, Stretches, in_code_points, outermost
from monitor.rules.lemmas import lemma
from monitor.rules.phrases import links, pattern
from monitor.rules.spaces import Space
from monitor.rules.tree import WHOLE_FIELDS, Cased, Forms, Leaf, Listed, Or, Regex, Word, leaf_text
from monitor.text import exact_forms, fold, tokens

Words = Word | Cased | Forms | Listed


def places(leaf: Words, space: Space, language: str | None, *, maybes: bool) -> list[Hits]:
    """In a space of words; those of each entry of a list."""
    if isinstance(leaf, Listed):
        return [p for entry in leaf.entries for p in places(entry, space, language, maybes=maybes)]
    if isinstance(leaf, Forms):
        return [_inflected(leaf, space, language)]
    if not isinstance(leaf, Cased):
        return [space.phrase(links(leaf.written))]
    if not space.is_in_capitals:
        return [space.phrase(links(leaf.part.written, exact=True), exact=True)]
    return [space.phrase(links(leaf.part.written), alternates=False)] if maybes else []


def stretches(leaf: Leaf, space: Space, language: str | None, *, maybes: bool) -> Stretches:
    """By code points of the space: of any leaf in any space."""
    if isinstance(leaf, Regex):
        some, has_more = regexes.places(leaf.pattern, leaf.ignores_case, space.text)
        return Stretches(some[:MOST_STRETCHES], max(len(some) - MOST_STRETCHES, 0) + has_more)
    if space.field in WHOLE_FIELDS:
        whole = any(space.holds_whole(pattern(word.written)) for word in words(leaf))
        return Stretches([(0, len(space.text))] if whole else [])
    looked_up = _looked_up(leaf, space)
    if looked_up is not None:
        return outermost(looked_up)
    return in_code_points(places(leaf, space, language, maybes=maybes))


def _looked_up(leaf: Words, space: Space) -> set[tuple[int, int]] | None:
    """Of words and phrases that are rare here; None if they are not."""
    found: set[tuple[int, int]] = set()
    for one in leaf.entries if isinstance(leaf, Listed) else (leaf,):
        some = space.looked_up(one.written) if isinstance(one, Word) else None
        if some is None:
            return None
        found |= some
    return found


def words(leaf: Words) -> Iterator[Word]:
    """The words and phrases a leaf is made of."""
    if isinstance(leaf, Listed):
        for entry in leaf.entries:
            yield from words(entry)
    elif isinstance(leaf, Cased):
        yield leaf.part
    else:
        yield leaf.word if isinstance(leaf, Forms) else leaf


def alternatives(operand: object) -> list[Words]:
    """The leaves of one side of a NEAR: itself, or those of an OR-group."""
    if isinstance(operand, Or):
        return [leaf for part in operand.parts for leaf in alternatives(part)]
    assert isinstance(operand, Words)
    return [operand]


def has_maybes(leaves: list[Words], space: Space) -> bool:
    """Whether case is asked for where it says nothing."""
    asks_case = any(
        isinstance(one, Cased)
        for leaf in leaves
        for one in (leaf.entries if isinstance(leaf, Listed) else (leaf,))
    )
    return asks_case and space.is_in_capitals


def _inflected(leaf: Forms, space: Space, language: str | None) -> Hits:
    text = leaf_text(leaf.word)
    word = exact_forms(text, tokens(text))[0]
    wanted, own = lemma(word, language), fold(word)
    return space.inflected(lambda form: lemma(form, language) == wanted or fold(form) == own)
