"""What is written together with an Arabic word and is taken off it, to find it without."""

from __future__ import annotations

from collections.abc import Iterator

_CONJUNCTIONS = ("و", "ف")
_PREPOSITIONS = ("ب", "ك", "ل")
_ARTICLE = "ال"
_FOR_THE = "لل"  # the preposition ل and the article, written together
_FEWEST_LETTERS = 3


def without_prefixes(form: str) -> Iterator[str]:
    """`form` less "and", then less "by", then less the article, as far as they are there."""
    for taken_off in (_less_conjunction, _less_preposition, _less_article):
        shorter = taken_off(form)
        if shorter != form and len(shorter) >= _FEWEST_LETTERS:
            form = shorter
            yield form


def _less_conjunction(form: str) -> str:
    return form[1:] if form.startswith(_CONJUNCTIONS) else form


def _less_preposition(form: str) -> str:
    if form.startswith(_FOR_THE):
        return _ARTICLE + form[2:]
    return form[1:] if form.startswith(_PREPOSITIONS) else form


def _less_article(form: str) -> str:
    return form.removeprefix(_ARTICLE)
