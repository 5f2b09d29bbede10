"""An article page of the Space Media Network, in any of its seven layouts of 2003 to 2026.

The pages have hardly any structure (no machine-readable date, `<p>` as a separator, side stories in
the middle of the text), so they are read as lines in the order they are printed: section, title,
byline, dateline, body, tail.  Markup (`span.BHS`, two comments) helps where it is there.

A side story that runs over several paragraphs without a box of its own is taken for the article's
text after its first paragraph: nothing on the page says where it ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from monitor import dateline, dates, markup, urls
from monitor.dateline import Dateline
from monitor.errors import ReadError, ReadReason
from monitor.markup import Line, Lines
from monitor.model import Item, SideStory
from monitor.publishers import sidestories

_NO_PICTURE = ("/sponsors/", "black.jpg", "white.jpg")
_TAIL = (
    "thanks for being here",
    "thanks for being there",
    "comment using your disqus",
    "share this article via",
    "get our free newsletters",
    "the content herein, unless otherwise known",
)
_STOCK_IMAGE = frozenset({"stock image only", "stock illustration only"})
_COPYRIGHT = ("\u00a9", "Copyright ", "All rights reserved")
_MASTHEADS = frozenset({"SPACE WIRE"})
_STAFF_BYLINE = re.compile(r"(by:? (?:afp )?staff writers) (.+)", re.IGNORECASE)
_PROSE = 60  # characters: no empty advertisement's frame has a line that long
_FIRST_LINES = 10  # under the title, where a byline stands
_BODY_MARK = "body-2-incontainer"
_END_MARK = "related links"
_BODY_BOXES = (f"#{_BODY_MARK}", ".main-content")


def read_article(
    html: bytes | str, url: str, *, content_type: str | None = None, timezone: str = "UTC"
) -> Item:
    """One article page as an item with its whole body.

    The date is the dateline's: the end of that day in `timezone` (IANA).
    Raises ReadError(NO_ARTICLE) where no headline, or no text under it, is found.
    """
    tree = markup.parse(markup.decode(html, content_type), comments=True)
    page = markup.lines(tree, names=("h1", ".BHS", *_BODY_BOXES)) if tree is not None else Lines(())
    title_at = next((n for n, line in enumerate(page.lines) if "h1" in line.inside), None)
    if tree is None or title_at is None:
        raise ReadError(ReadReason.NO_ARTICLE, "no headline (h1) on the page")
    head = _read_head(page.lines, title_at)
    body, side_stories = _read_body(page, head)
    if not body:
        raise ReadError(ReadReason.NO_ARTICLE, "no text under the headline")
    own = head.dateline
    item = Item(
        url=url,
        title=head.title,
        canonical_url=_address(tree, "og:url", url),
        byline=head.byline,
        authors=dateline.authors(head.byline) if head.byline else (),
        place=own.place if own else None,
        wire=own.wire if own else None,
        published=dates.stamp(own.day, timezone) if own and own.day else None,
        section=_section(page.lines, title_at),
        lang=markup.squeeze(tree.get("lang")),
        body=body,
        partial=False,
        image=_image(tree, url),
        side_stories=side_stories,
    )
    return replace(item, stated_by=_reasons(item, timezone))


def _reasons(item: Item, timezone: str) -> tuple[tuple[str, str], ...]:
    reasons = (
        ("title", "the headline (h1)"),
        ("byline", "the line over the dateline"),
        ("authors", "the byline"),
        ("published", f"the dateline; zone taken from the source: {timezone}"),
        ("section", "the label over the headline"),
        ("lang", "the html element"),
        ("image", "og:image"),
        ("body", "the lines under the dateline"),
    )
    return tuple((name, by) for name, by in reasons if getattr(item, name))


def _section(lines: Sequence[Line], title_at: int) -> str | None:
    text = lines[title_at - 1].text if title_at else ""
    return text if sidestories.is_label(text) and text not in _MASTHEADS else None


def _address(tree: HtmlElement, name: str, url: str) -> str | None:
    for content in tree.xpath("//meta[@property=$name]/@content", name=name):
        return urls.absolute(url, content)
    return None


def _image(tree: HtmlElement, url: str) -> str | None:
    image = _address(tree, "og:image", url)
    return None if image is None or any(part in image for part in _NO_PICTURE) else image


# --- head ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands over the body, and where, counted in lines."""

    title: str
    title_at: int
    title_end: int
    byline_at: int  # from the title to here: captions and side stories
    byline: str | None
    dateline: Dateline | None
    body_at: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A dateline that may be the article's own, and the byline that stands over it."""

    at: int
    dateline: Dateline
    byline: str | None
    byline_at: int
    rank: int


def _read_head(lines: Sequence[Line], title_at: int) -> _Head:
    end = title_at + 1
    while end < len(lines) and "h1" in lines[end].inside and not lines[end].gap:
        end += 1
    title = " ".join(line.text for line in lines[title_at:end])
    best = _own_dateline(lines, end)
    if best is not None and best.byline is not None:
        return _Head(title, title_at, end, best.byline_at, best.byline, best.dateline, best.at + 1)
    limit = best.at if best is not None else min(end + _FIRST_LINES, len(lines))
    byline_at = next((n for n in range(end, limit) if _is_lone_byline(lines[n].text)), None)
    byline = lines[byline_at].text if byline_at is not None else None
    if best is not None:
        at = byline_at if byline_at is not None else best.at
        return _Head(title, title_at, end, at, byline, best.dateline, best.at + 1)
    body_at = byline_at + 1 if byline_at is not None else end
    return _Head(title, title_at, end, max(body_at - 1, end), byline, None, body_at)


def _is_lone_byline(text: str) -> bool:
    # "By noon the army held the town." begins like one.
    return dateline.is_byline(text) and not text.endswith(".")


def _own_dateline(lines: Sequence[Line], start: int) -> _Candidate | None:
    """Of all datelines under the title the one that stands under a byline, or in `.BHS`, or alone.

    One that text follows is a side story's, but for a page with no other and no byline.
    """
    found = [c for n in range(start, len(lines)) if (c := _candidate(lines, n)) is not None]
    best = max(found, key=lambda candidate: candidate.rank, default=None)  # the first of equals
    if best is None or best.rank > 0:
        return best
    under_title = lines[start : start + _FIRST_LINES]
    return None if any(_is_lone_byline(line.text) for line in under_title) else best


def _candidate(lines: Sequence[Line], at: int) -> _Candidate | None:
    text, byline, byline_at = lines[at].text, None, at
    if (staff := _STAFF_BYLINE.fullmatch(text[:200])) is not None:
        byline, text = staff[1], text[staff.start(2) :]
    elif at and dateline.is_byline(lines[at - 1].text):
        byline, byline_at = lines[at - 1].text, at - 1
    found = dateline.read(text)
    if found is None or (found.rest and found.wire is None):
        return None
    rank = 4 * (byline is not None) + 2 * (".BHS" in lines[at].inside) + (not found.rest)
    if found.wire is None and rank < 2:
        return None
    return _Candidate(at, found, byline, byline_at, rank)


# --- body ------------------------------------------------------------------------------------


def _read_body(page: Lines, head: _Head) -> tuple[str, tuple[SideStory, ...]]:
    lines = list(page.lines)
    _, over_byline = sidestories.split(lines[head.title_end : head.byline_at], home=None)
    start, end = _bounds(page, head)
    home = frozenset({lines[head.title_at].box, lines[head.body_at - 1].box})
    _, over_body = sidestories.split(lines[head.body_at : start], home=home)
    text = lines[start:end]
    if start == head.body_at and head.dateline is not None and head.dateline.rest:
        text.insert(0, replace(lines[start - 1], text=head.dateline.rest, gap=True))
    own, inside = sidestories.split(sidestories.without_teasers(text), home=home)
    paragraphs = sidestories.paragraphs(line for line in own if not _is_noise(line.text, head))
    return "\n\n".join(paragraphs), (*over_byline, *over_body, *inside)


def _is_noise(text: str, head: _Head) -> bool:
    return (
        text == head.title  # a picture's caption
        or text.lower().strip("(). ") in _STOCK_IMAGE
        or dateline.is_initials(text)
        or (text.startswith(_COPYRIGHT) and len(text) < _PROSE)
    )


def _bounds(page: Lines, head: _Head) -> tuple[int, int]:
    """The body's first line and the line after its last."""
    lines, first = page.lines, head.body_at
    prose = _first_prose(lines, first)
    tail = next((n for n in range(first, len(lines)) if _is_tail(lines[n])), len(lines))
    related = (at for text, at in page.comments if text.lower().startswith(_END_MARK))
    end = min((at for at in related if at > prose), default=len(lines))
    end = min(end, tail)
    marks = [at for text, at in page.comments if text.startswith(_BODY_MARK)]
    marks = [at for at in marks if first <= at < end] or [
        n for n in range(first, end) if lines[n].inside.intersection(_BODY_BOXES)
    ]
    start = marks[0] if marks else first
    if _first_prose(lines, start) >= end:
        return first, end
    return (start, end) if end < len(lines) else (start, _box_end(lines, start))


def _first_prose(lines: Sequence[Line], start: int) -> int:
    return next((n for n in range(start, len(lines)) if len(lines[n].text) >= _PROSE), len(lines))


def _is_tail(line: Line) -> bool:
    text = line.text.lower()
    return text.startswith(_TAIL) or text.rstrip(" :") == _END_MARK


def _box_end(lines: Sequence[Line], start: int) -> int:
    """Where the body's element ends, on a page that marks the end in no other way."""
    inside = lines[start].inside.intersection(_BODY_BOXES) if start < len(lines) else frozenset()
    end = start
    while end < len(lines) and inside <= lines[end].inside:
        end += 1
    return end
