"""What the wildcards of a query stand for among the words of an archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.rules.phrases import has_wildcard, links, literal_start
from monitor.rules.regexes import is_like
from monitor.rules.tree import CASED_FIELDS, Cased, Forms, Listed, Node, Regex, Word, leaves

MOST_EXPANSIONS = 20


@dataclass(frozen=True, slots=True)
class Wildcard:
    """One word with a wildcard, folded, as `bomb*`; `expansions` are the most frequent words that
    it stands for, each with how many texts hold it, `others` how many words more there are."""

    written: str
    expansions: tuple[tuple[str, int], ...] = ()
    others: int = 0


def wildcards(node: Node) -> tuple[str, ...]:
    """The words with wildcards that title and text are asked for, each once."""
    found = {
        form: None
        for field, leaf in leaves(node)
        if field in CASED_FIELDS
        for word in _words(leaf)
        for link in links(word.written)
        for row in link
        for form in row
        if has_wildcard(form)
    }
    return tuple(found)


def expand(written: str, counts: Mapping[str, int]) -> Wildcard:
    """`counts`: in how many texts each word stands."""
    prefix = literal_start(written)
    started = ((form, n) for form, n in counts.items() if form.startswith(prefix))
    found = [(form, n) for form, n in started if is_like(written, form)]
    found.sort(key=lambda one: (-one[1], one[0]))
    shown = tuple(found[:MOST_EXPANSIONS])
    return Wildcard(written, shown, len(found) - len(shown))


def _words(leaf: Node) -> Iterator[Word]:
    if isinstance(leaf, Listed):
        for entry in leaf.entries:
            yield from _words(entry)
    elif isinstance(leaf, Cased):
        yield leaf.part
    elif not isinstance(leaf, Regex | Forms) and isinstance(leaf, Word):
        yield leaf
