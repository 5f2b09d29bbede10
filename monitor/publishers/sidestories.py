"""Side stories and teasers inside a wire article's text: "Headline", "City (AFP) date - text".

Works on lines and datelines; knows no publisher's markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor import dateline
from monitor.dateline import Dateline
from monitor.markup import Line
from monitor.model import SideStory

_LONGEST_HEADLINE = 160
_LONGEST_LABEL = 40
_LINES_OVER_TEASER = 4  # label, headline, dateline, one more
_PROSE = 60  # characters: neither an advertisement's frame nor a label is that long
_SENTENCE_ENDS = tuple(".!?,;:\"'\u201d\u2019")
_READ_MORE = ("...readmore", "\u2026readmore")  # blanks taken out


def is_label(text: str) -> bool:
    """Whether a line reads as a section's label: "IRAQ WARS", "SHAKE AND BLOW"."""
    if len(text) > _LONGEST_LABEL or text != text.upper() or not text[:1].isalnum():
        return False
    return sum(character.isalpha() for character in text) >= 3


def paragraphs(lines: Iterable[Line]) -> list[str]:
    """Lines joined to paragraphs, parted where there is a blank line."""
    found: list[list[str]] = []
    for line in lines:
        if line.gap or not found:
            found.append([])
        found[-1].append(line.text)
    return [" ".join(parts) for parts in found]


@dataclass(frozen=True, slots=True)
class _Start:
    """A side story's first lines: `headline_at` is `at` where it has no headline."""

    at: int
    headline_at: int
    dateline: Dateline


def split(
    lines: Sequence[Line], home: frozenset[int] | None
) -> tuple[list[Line], tuple[SideStory, ...]]:
    """The article's own lines, and the side stories among them.

    `home` numbers boxes that are surely the article's own; None says that whatever follows a side
    story's dateline is a side story's (over the byline, where no body stands).
    In a box of its own a side story ends with the box, elsewhere with its paragraph.
    """
    starts = _starts(lines)
    boxed = _story_boxes(lines, starts) - home if home is not None else frozenset()
    own: list[Line] = []
    stories = []
    read_to = 0
    for number, start in enumerate(starts):
        limit = starts[number + 1].headline_at if number + 1 < len(starts) else len(lines)
        own += lines[read_to : start.headline_at]
        if home is None:
            read_to = limit
        else:
            read_to = _end(lines, start, limit, in_box=lines[start.at].box in boxed)
        stories.append(_story(lines[start.headline_at : read_to], start))
    return [*own, *lines[read_to:]], tuple(stories)


def _starts(lines: Sequence[Line]) -> list[_Start]:
    starts: list[_Start] = []
    for at, line in enumerate(lines):
        found = dateline.read(line.text)
        if found is None or found.wire is None:
            continue
        free = at > 0 and not (starts and starts[-1].at == at - 1)
        headed = free and _is_headline(lines[at - 1], line)
        starts.append(_Start(at, at - 1 if headed else at, found))
    return starts


def _is_headline(line: Line, below: Line) -> bool:
    if len(line.text) > _LONGEST_HEADLINE or line.text.startswith("- "):
        return False
    if line.bold:
        return True
    return line.box == below.box and not line.text.endswith(_SENTENCE_ENDS)


def _story_boxes(lines: Sequence[Line], starts: Sequence[_Start]) -> frozenset[int]:
    """Boxes that begin with a side story, unless all the text stands in that one box."""
    first: dict[int, int] = {}
    for at, line in enumerate(lines):
        first.setdefault(line.box, at)
    boxes = {lines[s.at].box for s in starts if first[lines[s.at].box] >= s.headline_at}
    prose = {line.box for line in lines if len(line.text) >= _PROSE}
    return frozenset(boxes) if prose - boxes else frozenset()


def _end(lines: Sequence[Line], start: _Start, limit: int, *, in_box: bool) -> int:
    end = start.at + 1
    if in_box:
        box = lines[start.at].box
        while end < limit and lines[end].box == box:
            end += 1
        return end
    if end < limit and not start.dateline.rest:
        end += 1
    while end < limit and not lines[end].gap:
        end += 1
    return end


def _story(lines: Sequence[Line], start: _Start) -> SideStory:
    headed = start.at - start.headline_at
    rest = start.dateline.rest
    text = paragraphs(lines[headed + 1 :])
    if rest and text and not lines[headed + 1].gap:
        text[0] = f"{rest} {text[0]}"
    elif rest:
        text.insert(0, rest)
    headline = lines[0].text if headed else ""
    return SideStory(headline, start.dateline.text, "\n\n".join(text))


def without_teasers(lines: Sequence[Line]) -> list[Line]:
    """Lines without the related story's beginning: label, headline, dateline, "... read more"."""
    kept: list[Line] = []
    for line in lines:
        if _is_teaser(line.text):
            del kept[_teaser_start(kept, line) :]
        else:
            kept.append(line)
    return kept


def _is_teaser(text: str) -> bool:
    return text[-20:].lower().rstrip(" .").replace(" ", "").endswith(_READ_MORE)


def _teaser_start(above: Sequence[Line], teaser: Line) -> int:
    """How many of the lines above a teaser's last line stay."""
    start = len(above)
    last = teaser
    for number in range(start - 1, max(start - _LINES_OVER_TEASER, 0) - 1, -1):
        found = dateline.read(above[number].text)
        if found is not None and found.wire is not None:
            start, last = number, above[number]
            break
    if start and _is_headline(above[start - 1], last):
        start -= 1
    if start and is_label(above[start - 1].text):
        start -= 1
    return start
