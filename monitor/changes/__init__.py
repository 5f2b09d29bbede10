"""What has changed between two versions of an article, and whether it is news.

Goes by sentences: one that was moved, retyped with other quotes or split elsewhere has not changed.
Dates, bylines, datelines, captions, adverts, links and copyright lines are kept apart as asides.
Knows no rule and no store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from monitor import dateline
from monitor.changes.asides import aside, headline
from monitor.changes.wording import Marks, differences, likeness, plain, undated
from monitor.model import Span
from monitor.text import paragraphs, sentences

__all__ = ["Changes", "Edit", "Sentence", "compare", "gained", "is_cut", "is_news", "lost"]

_LONGEST_BODY = 200_000  # characters that are read
_MOST_PAIRED = 200  # sentences of each side that are held against each other
_MOST_LOOKED_FOR = 500  # sentences that are looked for across the other version's full stops
_ALIKE = 0.4
_LEFT = 0.4


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or a title; `marks` are (start, end) in `text` of what the other one has not."""

    field: str
    start: int
    end: int
    text: str
    marks: Marks = ()

    def holds(self, span: Span) -> bool:
        return span.field == self.field and span.start < self.end and self.start < span.end


@dataclass(frozen=True, slots=True)
class Edit:
    """A sentence that was changed, added (`old` is None) or taken out (`new` is None).

    `aside`: why it is no news: date, byline, caption, copyright, advert; None where it is.
    """

    old: Sentence | None
    new: Sentence | None
    aside: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """`edits` in the order of the new text, what was only taken out before what follows it."""

    edits: tuple[Edit, ...]

    @property
    def news(self) -> tuple[Edit, ...]:
        return tuple(edit for edit in self.edits if edit.aside is None)


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence with its words, and the (start, end) of its paragraph."""

    sentence: Sentence
    words: str
    paragraph: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Missing:
    """A sentence that the other version has not; `key` are its words without dates."""

    sentence: Sentence
    key: str
    aside: str | None


def compare(
    old_title: str | None, old_body: str | None, new_title: str | None, new_body: str | None
) -> Changes:
    """What a reader of both versions would find changed, sentence by sentence."""
    titles = _compare_titles(old_title or "", new_title or "")
    before, after = (old_body or "")[:_LONGEST_BODY], (new_body or "")[:_LONGEST_BODY]
    if before == after:
        return Changes(tuple(titles))
    old, new = list(_read(before)), list(_read(after))
    pairs = _pairs(_missing(before, old, new), _missing(after, new, old))
    return Changes((*titles, *pairs))


def is_cut(old_body: str | None, new_body: str | None) -> bool:
    """Whether so much is gone that the page may be none of the article any more."""
    return len((new_body or "").strip()) < _LEFT * len((old_body or "").strip())


def is_news(changes: Changes) -> bool:
    """Whether anything but asides has changed."""
    return bool(changes.news)


def gained(changes: Changes, spans: Iterable[Span]) -> tuple[Edit, ...]:
    """The edits that brought the sentences in which a match of the new version stands.

    None: every sentence of the match stood there before, elsewhere or in other marks.
    """
    found = tuple(spans)
    return tuple(e for e in changes.news if e.new and any(map(e.new.holds, found)))


def lost(changes: Changes, spans: Iterable[Span]) -> tuple[Edit, ...]:
    """The edits that took away, or changed, the sentences of a match of the old version."""
    found = tuple(spans)
    return tuple(e for e in changes.news if e.old and any(map(e.old.holds, found)))


def _compare_titles(old: str, new: str) -> list[Edit]:
    if plain(old) == plain(new):
        return []
    told = undated(plain(headline(old))), undated(plain(headline(new)))
    before, after = (
        Sentence("title", 0, len(text), text) if text.strip() else None for text in (old, new)
    )
    return [_marked(Edit(before, after, "date" if told[0] == told[1] else None))]


def _read(body: str) -> Iterator[_Read]:
    parts = iter(paragraphs(body))
    paragraph = next(parts, (0, 0))
    for start, end in sentences(body):
        if start >= paragraph[1]:
            paragraph = next(parts)
        text = body[start:end]
        yield _Read(Sentence("body", start, end, text), plain(text), paragraph)


def _missing(body: str, these: Sequence[_Read], others: Sequence[_Read]) -> list[_Missing]:
    """The sentences of a body whose words do not stand in the others, wherever that is."""
    known = {one.words for one in others}
    away = [one for one in these if one.words not in known and one.words.strip()]
    if len(away) <= _MOST_LOOKED_FOR:
        whole = _flowing(others)
        away = [one for one in away if one.words not in whole]
    return [_looked_into(body, one) for one in away]


def _looked_into(body: str, read: _Read) -> _Missing:
    start, end = read.paragraph
    text = read.sentence.text
    told = dateline.without(text) if read.sentence.start == start else text
    return _Missing(read.sentence, undated(plain(told)), aside(body[start:end]))


def _flowing(sentences: Sequence[_Read]) -> str:
    """All words in a row: a full stop that became a comma changes no words."""
    return f" {' '.join(one.words.strip() for one in sentences)} "


def _pairs(old: Sequence[_Missing], new: Sequence[_Missing]) -> list[Edit]:
    """Each missing sentence with the new one that took its place."""
    taken = _partners(old, new)
    edits = []
    paired = set(taken.values())
    waiting = iter([one for n, one in enumerate(old) if n not in paired])
    left = next(waiting, None)
    for n, one in enumerate(new):
        partner = old[taken[n]] if n in taken else None
        while left is not None and partner is not None and _before(left, partner):
            edits.append(Edit(left.sentence, None, left.aside))
            left = next(waiting, None)
        edits.append(_edit(partner, one))
    while left is not None:
        edits.append(Edit(left.sentence, None, left.aside))
        left = next(waiting, None)
    return edits


def _before(one: _Missing, other: _Missing) -> bool:
    return one.sentence.start < other.sentence.start


def _edit(old: _Missing | None, new: _Missing) -> Edit:
    kind = new.aside or (old.aside if old is not None else None)
    if kind is None and old is not None and old.key == new.key:
        kind = "date"
    return _marked(Edit(old.sentence if old else None, new.sentence, kind))


def _partners(old: Sequence[_Missing], new: Sequence[_Missing]) -> dict[int, int]:
    """Places in `new` to places in `old`: the same but for dates first, then the most alike."""
    pairs: dict[int, int] = {}
    free = dict(enumerate(old[:_MOST_PAIRED]))
    scores = []
    bags = [frozenset(one.key.split()) for one in old[:_MOST_PAIRED]]
    for n, one in enumerate(new[:_MOST_PAIRED]):
        bag = frozenset(one.key.split())
        for place, other in enumerate(bags):
            score = likeness(bag, other)
            if score >= _ALIKE:
                scores.append((-score, abs(n - place), n, place))
    for _, _, n, place in sorted(scores):
        if n not in pairs and place in free:
            pairs[n] = place
            del free[place]
    return pairs


def _marked(edit: Edit) -> Edit:
    if edit.old is None or edit.new is None:
        return edit
    gone, came = differences(edit.old.text, edit.new.text)
    return replace(edit, old=replace(edit.old, marks=gone), new=replace(edit.new, marks=came))
