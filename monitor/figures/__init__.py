"""The figures in a sentence that holds a match, and which of them is worth telling.

Reads digits and words, says what is counted ("killed", "wounded"), and leaves alone what counts
nobody: years, ages, money, distances.  Knows no store; a text's language is not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.figures.attaching import counted
from monitor.figures.numbers import numbers_in, words_of
from monitor.figures.sentence import Sentence
from monitor.figures.tables import tables
from monitor.figures.telling import Said, number_told
from monitor.model import Item, Span
from monitor.text import sentence_at

__all__ = ["Figure", "Said", "figures", "figures_beside", "highest", "number_told"]

_LONGEST_SENTENCE = 2000


@dataclass(frozen=True, slots=True)
class Figure:
    """`kind` is what is counted, the same for "26 dead" and "killed 26".  `text` as printed, with
    its `qualifier` ("at least", "more than", "up to", "about"): "at least 26".  Places are those
    of the text that was read."""

    value: int
    kind: str
    start: int
    end: int
    text: str
    qualifier: str | None = None

    @property
    def is_firm(self) -> bool:
        """Whether so many are counted: "up to 40" and "40 feared dead" may be none."""
        return self.qualifier != "up to"


def figures(text: str, sentence_start: int, sentence_end: int) -> tuple[Figure, ...]:
    """What text[sentence_start:sentence_end] counts, in order.  Linear in the sentence, of which
    the first 2,000 characters are read."""
    words = words_of(text, sentence_start, min(sentence_end, sentence_start + _LONGEST_SENTENCE))
    table = tables()
    numbers = numbers_in(words, table)
    found = []
    for one in counted(Sentence(words, numbers, table)) if numbers else ():
        number = one.number
        start, end = words[number.begin].start, words[one.last - 1].end
        found.append(Figure(number.value, one.kind, start, end, text[start:end], number.qualifier))
    return tuple(found)


def figures_beside(item: Item, spans: Iterable[Span]) -> tuple[Figure, ...]:
    """The figures of the sentences in which a match stands; a title is one sentence."""
    found: dict[Figure, None] = {}
    for text, start, end in _sentences(item, spans):
        found |= dict.fromkeys(figures(text, start, end))
    return tuple(found)


def highest(found: Iterable[Figure]) -> dict[str, Figure]:
    """Of each kind the highest figure that `is_firm`; of equals the one that stands first."""
    best: dict[str, Figure] = {}
    for figure in found:
        if figure.is_firm and (figure.kind not in best or figure.value > best[figure.kind].value):
            best[figure.kind] = figure
    return best


def _sentences(item: Item, spans: Iterable[Span]) -> Iterator[tuple[str, int, int]]:
    places = {(span.field, span.start, span.end) for span in spans}
    title, body = item.title or "", item.body or ""
    if any(field == "title" for field, _, _ in places):
        yield title, 0, len(title)
    end = -1
    for field, start, stop in sorted(places):
        if field == "body" and stop > end:
            first, _ = sentence_at(body, start)
            _, end = sentence_at(body, stop - 1)
            yield body, first, end
