"""A digest as plain text, for e-mail and the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from monitor.digests import Story
from monitor.render import digest as shared
from monitor.render.briefing import Roundup

_INDENT = "   "


class Line(NamedTuple):
    """`whole`: an address, not to be broken."""

    text: str
    indent: str = ""
    whole: bool = False


def blocks(roundup: Roundup, before: str, after: str) -> Iterator[list[Line]]:
    """The digest in paragraphs; what matched stands between `before` and `after`."""
    yield [Line(f"{shared.title(roundup)}."), *map(Line, shared.covers(roundup))]
    if not roundup.digest.headings:
        yield [Line("Nothing to tell.")]
    for heading, stories in shared.sections(roundup.digest):
        told = [
            list(_story(each, roundup, (n, before, after))) for n, each in enumerate(stories, 1)
        ]
        more = [Line(text) for text in [shared.more(heading, len(stories))] if text]
        if any(story.sentence for story in stories):
            yield [Line(shared.heading(heading))]
            yield from told
            yield more
        else:  # headlines alone stand closer
            yield [Line(shared.heading(heading)), *chain.from_iterable(told), *more]
    blind, judged = shared.blind(roundup), shared.judged(roundup)
    if blind:
        top = Line(shared.blind_heading(roundup.digest))
        yield [top, *(Line(line, _INDENT) for line in blind)]
    if judged:
        yield [Line(f"JUDGED {judged}.")]


def _story(story: Story, roundup: Roundup, marks: tuple[int, str, str]) -> Iterator[Line]:
    number, before, after = marks
    yield Line(f"{number}. {shared.label(story)}{story.headline}")
    yield Line(story.url or "(no usable address)", _INDENT, whole=True)
    if story.sentence:
        said = "".join(f"{before}{text}{after}" if hit else text for text, hit in story.sentence)
        yield Line(f"{said}  ({story.place})", _INDENT)
    yield Line("; ".join(shared.small_print(story, roundup)), _INDENT)
