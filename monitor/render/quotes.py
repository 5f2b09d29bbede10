"""Choose the sentences that a message quotes, and mark what matched in them.

At most three, one per rule first, 300 characters each.  Escapes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.clean import clean
from monitor.model import Span, StoredItem, Told
from monitor.rules.fields import Fields
from monitor.text import paragraph_at, sentence_at

MOST_QUOTES = 3
LONGEST_QUOTE = 300

_GAP = "[...]"
# A reader knows where they are by the headline; what matched in a label says least.
_ORDER = {"title": 0, "body": 1}
_NEAREST_BLANK = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a quote, cleaned; `marked`: this matched."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """`place` is where it stands: "headline", "para 23 of 25", "teaser", or a label's name."""

    pieces: tuple[Piece, ...]
    place: str
    rules: tuple[str, ...]
    stored: StoredItem

    def marked(self, before: str, after: str) -> str:
        """The quote on one line, what matched between `before` and `after`."""
        return "".join(f"{before}{p.text}{after}" if p.marked else p.text for p in self.pieces)


@dataclass(frozen=True, slots=True)
class Quotes:
    """`more` counts the places that matched and are not shown."""

    shown: tuple[Quote, ...]
    more: int


@dataclass(frozen=True, slots=True)
class _Passage:
    """A stretch of one field of one item."""

    stored: StoredItem
    field: str
    text: str
    start: int
    end: int

    def holds(self, stored: StoredItem, span: Span) -> bool:
        same = _source(stored, span.field) == _source(self.stored, self.field)
        return same and self.start <= span.start and span.end <= self.end


def choose(alerts: Sequence[Told]) -> Quotes:
    """The quotes for these alerts, in the order of the alerts."""
    places = [_places(told) for told in alerts]
    passages: list[_Passage] = []
    for told, spans in zip(alerts, places, strict=True):
        _add(passages, told.stored, spans[:1])
    for told, spans in zip(alerts, places, strict=True):
        _add(passages, told.stored, spans[1:])
    shown = tuple(_quote(passage, alerts, places) for passage in passages)
    hidden = {
        (_source(told.stored, span.field), span)
        for told, spans in zip(alerts, places, strict=True)
        for span in spans
        if not any(passage.holds(told.stored, span) for passage in passages)
    }
    return Quotes(shown, len(hidden))


def each(told: Told, most: int) -> list[tuple[Span, Quote]]:
    """The alert's first places, headline first, each with the sentence that it stands in."""
    return [
        (span, _quote(_passage(told.stored, span), [told], [[span]]))
        for span in _places(told)[:most]
    ]


def _places(told: Told) -> list[Span]:
    """The alert's spans that lie in the text as it is here, headline first."""
    fields = Fields(told.stored.item, told.stored.source_id)
    lengths: dict[str, int] = {}
    for name in {span.field for span in told.alert.spans}:
        lengths[name] = len(_text(fields, name))
    sound = [s for s in told.alert.spans if 0 <= s.start < s.end <= lengths[s.field]]
    return sorted(sound, key=lambda span: (_ORDER.get(span.field, 2), span))


def _text(fields: Fields, name: str) -> str:
    try:
        return fields.stored(name)
    except KeyError:
        return ""


def _source(stored: StoredItem, field: str) -> tuple[int, str, str | None]:
    """What tells apart the texts that spans count in: an edit of the body keeps the title's."""
    texts = {"title": stored.item.title, "body": stored.item.body}
    return stored.id, field, texts.get(field)


def _add(passages: list[_Passage], stored: StoredItem, spans: Iterable[Span]) -> None:
    """A passage round each span that stands in none yet, while there is room."""
    for span in spans:
        if len(passages) == MOST_QUOTES:
            return
        if not any(passage.holds(stored, span) for passage in passages):
            passages.append(_passage(stored, span))


def _passage(stored: StoredItem, span: Span) -> _Passage:
    """The span's sentence, or as much of it round the span as there is room for."""
    text = _text(Fields(stored.item, stored.source_id), span.field)
    start, end = sentence_at(text, span.start) if span.field == "body" else (0, len(text))
    start, end = min(start, span.start), max(end, span.end)
    if end - start > LONGEST_QUOTE:
        start, end = _window(text, start, end, span)
    return _Passage(stored, span.field, text, start, end)


def _window(text: str, start: int, end: int, span: Span) -> tuple[int, int]:
    """The part of text[start:end] that shows `span` and leaves room for the gaps' signs."""
    room = LONGEST_QUOTE - 2 * (len(_GAP) + 1)
    first = max(start, min(span.start - room // 3, end - room))
    if span.end > first + room:
        first = max(first, min(span.start, span.end - room))
    last = min(end, first + room)
    if first > start:
        blank = text.find(" ", first, min(first + _NEAREST_BLANK, span.start))
        first = blank + 1 if blank >= 0 else first
    if last < end:
        blank = text.rfind(" ", max(last - _NEAREST_BLANK, span.end), last)
        last = blank if blank >= 0 else last
    return first, max(last, min(span.end, first + room))


def _quote(passage: _Passage, alerts: Sequence[Told], places: Sequence[list[Span]]) -> Quote:
    rules: dict[str, None] = {}
    spans: list[Span] = []
    for told, found in zip(alerts, places, strict=True):
        inside = [span for span in found if _touches(passage, told.stored, span)]
        spans += inside
        if inside:
            rules[told.rule_name] = None
    pieces = tuple(_pieces(passage, _joined(spans)))
    return Quote(pieces, _place(passage), tuple(rules), passage.stored)


def _touches(passage: _Passage, stored: StoredItem, span: Span) -> bool:
    """Whether it is shown there, be it in part: a span may be longer than a quote."""
    return passage.holds(stored, span) or (
        passage.holds(stored, Span(span.field, span.start, span.start + 1))
    )


def _joined(spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """The spans as (start, end) in order, those that overlap made one."""
    start = end = -1
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if span.start <= end:
            end = max(end, span.end)
            continue
        if end >= 0:
            yield start, end
        start, end = span.start, span.end
    if end >= 0:
        yield start, end


def _pieces(passage: _Passage, marks: Iterable[tuple[int, int]]) -> Iterator[Piece]:
    """The passage cut at its marks, with signs where the sentence goes on beyond it."""
    text, at = passage.text, passage.start
    whole = sentence_at(text, at) if passage.field == "body" else (0, len(text))
    if at > whole[0]:
        yield Piece(f"{_GAP} ", marked=False)
    for start, end in marks:
        end = min(end, passage.end)
        yield Piece(_trimmed(passage, at, start), marked=False)
        yield Piece(clean(text[start:end]), marked=True)
        at = end
    yield Piece(_trimmed(passage, at, passage.end), marked=False)
    if passage.end < whole[1]:
        yield Piece(f" {_GAP}", marked=False)


def _trimmed(passage: _Passage, start: int, end: int) -> str:
    """A stretch of the passage, cleaned; no blanks at the passage's own ends."""
    text = clean(passage.text[start:end])
    text = text.lstrip() if start == passage.start else text
    return text.rstrip() if end == passage.end else text


def _place(passage: _Passage) -> str:
    if passage.field == "title":
        return "headline"
    if passage.field != "body":
        return passage.field
    if passage.stored.item.partial:
        return "teaser"
    number, total = paragraph_at(passage.text, passage.start)
    return f"para {number} of {total}"
