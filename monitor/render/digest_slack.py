"""A digest for Slack, within its limits: https://docs.slack.dev/reference/block-kit/blocks."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.digests import Section, Story
from monitor.model import Message
from monitor.render import digest as shared
from monitor.render.blocks import Block, context, linked, post, section
from monitor.render.briefing import Roundup
from monitor.render.mrkdwn import bold, escape, fitting

# Together less than 13,200 characters and 50 blocks: seven headings of 200, BLIND and JUDGED of 800
# each, and stories until their room is full.
_ROOM_FOR_STORIES = 7500
_MOST = {Section.NEW: 10, Section.UPDATED: 5, Section.CAP: 6}
_MOST_OTHERS = 3
_MOST_IN_HEADING = 200
_MOST_IN_SMALL_PRINT = 300
_MOST_IN_TITLE = 300
_MOST_IN_ADDRESS = 500
_MOST_IN_SENTENCE = 420
_MOST_IN_LINE = 800


def digest(roundup: Roundup) -> Message:
    text = fitting(shared.subject(roundup), _MOST_IN_LINE)
    blocks = [section(_top(roundup)), *_sections(roundup)]
    judged = shared.judged(roundup)
    if roundup.digest.blind:
        blocks.append(section(f"{bold(shared.blind_heading(roundup.digest))}\n{_blind(roundup)}"))
    if judged:
        blocks.append(context(f"JUDGED {judged}."))
    return Message(text=text, slack=post(text, blocks))


def _top(roundup: Roundup) -> str:
    lines = [bold(escape(shared.title(roundup)))]
    lines += [fitting(line, _MOST_IN_SMALL_PRINT) for line in shared.covers(roundup)]
    if not roundup.digest.headings:
        lines.append("Nothing to tell.")
    return "\n".join(lines)


def _sections(roundup: Roundup) -> Iterator[Block]:
    room = _ROOM_FOR_STORIES
    for heading, stories in shared.sections(roundup.digest):
        yield section(bold(fitting(shared.heading(heading), _MOST_IN_HEADING)))
        shown = 0
        for story in stories[: _MOST.get(heading.section, _MOST_OTHERS)]:
            text = _story(story, roundup)
            if len(text) > room:
                break
            room -= len(text)
            shown += 1
            yield section(text)
        more = shared.more(heading, shown)
        if more:
            yield context(more)


def _blind(roundup: Roundup) -> str:
    """As many whole lines as there is room for."""
    most = shared.MOST_BLIND
    while len(text := _blind_lines(roundup, most)) > _MOST_IN_LINE:
        most -= 1
    return text


def _blind_lines(roundup: Roundup, most: int) -> str:
    return "\n".join(fitting(one, _MOST_IN_SMALL_PRINT) for one in shared.blind(roundup, most))


def _story(story: Story, roundup: Roundup) -> str:
    title = f"{shared.label(story)}{story.headline}"
    lines = [linked(title, story.url, (_MOST_IN_TITLE, _MOST_IN_ADDRESS))]
    if story.sentence:
        lines.append(f"> {_sentence(story)}  _{escape(story.place)}_")
    lines.append(fitting("  |  ".join(shared.small_print(story, roundup)), _MOST_IN_SMALL_PRINT))
    return "\n".join(lines)


def _sentence(story: Story) -> str:
    """As it is where that fits, which is nearly always; else without marks, cut."""
    said = "".join(f"«*{escape(text)}*»" if hit else escape(text) for text, hit in story.sentence)
    if len(said) <= _MOST_IN_SENTENCE:
        return said
    return fitting("".join(text for text, _ in story.sentence), _MOST_IN_SENTENCE)
