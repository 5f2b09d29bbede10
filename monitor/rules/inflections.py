"""The forms of a word among the words of an archive: what `forms:` finds there.

Reads no archive; is told its words, folded, with a number for each.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.errors import QueryError
from monitor.rules.lemmas import lemma
from monitor.rules.lint import lint
from monitor.rules.tree import Forms, Term
from monitor.text import fold

_COMMON_START = 2


def check_word(word: str) -> None:
    """Raises QueryError where `forms:` would not take it."""
    if problems := lint(Forms(Term(word))):
        raise QueryError(word, tuple(problems))


def starts(word: str, language: str) -> set[str]:
    """How its forms may begin.

    To look up the lemma of every word of an archive takes minutes.  Nearly all forms begin with
    the first two letters of the word or of its lemma, so only those are looked at: from `went` one
    comes to `goes`, but not from `goes` to `went`.
    """
    return {fold(form)[:_COMMON_START] for form in (word, lemma(word, language)) if form}


def forms_of(
    word: str, language: str, vocabulary: Iterable[tuple[str, int]]
) -> list[tuple[str, int]]:
    """Of the words those that are forms of `word`, with their numbers, the largest first.

    Case is lost in an archive's words, and dictionaries know a German noun by its capital: each
    is tried both ways.
    """
    wanted, own = lemma(word, language), fold(word)
    found = [
        (form, count)
        for form, count in vocabulary
        if form == own or wanted in (lemma(form, language), lemma(form.capitalize(), language))
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))
