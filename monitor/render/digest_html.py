"""A digest as simple HTML.  Loads nothing and links only to publishers."""

from __future__ import annotations

from html import escape

from monitor.digests import Story
from monitor.render import digest as shared
from monitor.render.briefing import Roundup


def body(roundup: Roundup) -> str:
    """What stands between <body> and its end."""
    first = [f"<b>{escape(shared.title(roundup))}</b>", *map(escape, shared.covers(roundup))]
    parts = [f"<p>{'<br>'.join(first)}</p>"]
    if not roundup.digest.headings:
        parts.append("<p>Nothing to tell.</p>")
    for heading, stories in shared.sections(roundup.digest):
        parts.append(f"<h3>{escape(shared.heading(heading))}</h3>")
        if stories:
            parts += ["<ol>", *(_story(story, roundup) for story in stories), "</ol>"]
        more = shared.more(heading, len(stories))
        if more:
            parts.append(f"<p>{escape(more)}</p>")
    blind, judged = shared.blind(roundup), shared.judged(roundup)
    if blind:
        lines = "<br>".join(map(escape, blind))
        parts.append(f"<h3>{shared.blind_heading(roundup.digest)}</h3>\n<p>{lines}</p>")
    if judged:
        parts.append(f"<p><small>JUDGED {escape(judged)}.</small></p>")
    return "\n".join(parts)


def _story(story: Story, roundup: Roundup) -> str:
    title = escape(story.headline)
    if story.url:
        title = f'<a href="{escape(story.url)}" rel="noreferrer">{title}</a>'
    lines = [f'{escape(shared.label(story))}<b dir="auto">{title}</b>']
    if story.sentence:
        said = "".join(
            f"<mark>{escape(text)}</mark>" if hit else escape(text) for text, hit in story.sentence
        )
        lines.append(f'<span dir="auto">{said}</span> <small>({escape(story.place)})</small>')
    small = "&nbsp; | &nbsp;".join(map(escape, shared.small_print(story, roundup)))
    lines.append(f"<small>{small}</small>")
    return f'<li style="margin-bottom: 0.7em">{"<br>".join(lines)}</li>'
