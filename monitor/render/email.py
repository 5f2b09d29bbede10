"""The e-mail form: a plain text that is complete, and the same as simple HTML.

Builds no MIME: that is the channel's.  The HTML loads nothing and links only to publishers.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from monitor.clean import header, one_line
from monitor.model import Message, StoredItem
from monitor.render import digest as shared
from monitor.render import digest_html, digest_text, facts, html
from monitor.render.briefing import Briefing, Bulletin, Roundup
from monitor.render.lines import TEST, bulletin_lines, explain, opening, stop, under, when, who
from monitor.render.quotes import Quotes, choose
from monitor.render.updates import updates

_LONGEST_LABEL = 60
_LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3


def alert(briefing: Briefing, channel: str, recipient: str) -> Message:
    """`recipient` is the address it goes to, `channel` the name of the channel."""
    why = _why(briefing, channel, recipient)
    quotes = choose(briefing.quotable)
    first = briefing.first[0].rule_name
    return Message(
        text=_text(briefing, quotes, why),
        html=_html(briefing, quotes, why),
        subject=facts.subject(briefing),
        message_id=facts.message_id(briefing, briefing.revision),
        in_reply_to=_opening(briefing),
        headers=_headers(briefing, first),
    )


def notice(bulletin: Bulletin) -> Message:
    title = one_line(bulletin.headline, facts.LONGEST_HEADLINE, absent="(nothing to say)")
    body = bulletin_lines(bulletin)
    mark = "[TEST] " if bulletin.test else ""
    page = "".join(f"<p>{escape(line)}</p>" for line in [title, *body])
    return Message(
        text="\n".join([title, "", *body]) + "\n",
        html=_page(page),
        subject=header(f"{mark}[wirewatch] {title}"),
        message_id=facts.message_id(bulletin, bulletin.revision),
        in_reply_to=_opening(bulletin),
        headers=_headers(bulletin, "ops"),
    )


def digest(roundup: Roundup) -> Message:
    blocks = filter(None, digest_text.blocks(roundup, ">>", "<<"))
    text = "\n\n".join("\n".join(line.indent + line.text for line in block) for block in blocks)
    return Message(
        text=f"{text}\n",
        html=_page(digest_html.body(roundup)),
        subject=shared.subject(roundup),
        message_id=facts.message_id(roundup, 1),
        headers=_headers(roundup, "digest"),
    )


def _opening(about: Briefing | Bulletin) -> str | None:
    """The id that the conversation's first message went out with; its sender may be another now."""
    if about.revision == 1:
        return None
    return about.thread or facts.message_id(about, 1)


def _why(briefing: Briefing, channel: str, recipient: str) -> list[str]:
    to = f"{one_line(channel, _LONGEST_LABEL)} -> {one_line(recipient, _LONGEST_ADDRESS)}"
    told = f"{facts.severity(briefing.alerts)}, rules {facts.rules(briefing.alerts)}"
    return [f"Why: {told} -> {to}.", explain(briefing), stop(briefing)]


def _text(briefing: Briefing, quotes: Quotes, why: list[str]) -> str:
    blocks = [opening(briefing)] if opening(briefing) else []
    blocks += [
        [quote.marked(">>", "<<"), f"    {under(quote, briefing)}"] for quote in quotes.shown
    ]
    if quotes.more:
        blocks.append([f"and {quotes.more} more in the text"])
    blocks.append([*_article(briefing.head), who(briefing), when(briefing)])
    blocks += [["Also:", *_article(stored)] for stored in facts.others(briefing)[:5]]
    blocks.append(why)
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _article(stored: StoredItem) -> list[str]:
    return [facts.headline(stored), facts.address(stored) or "(no usable address)"]


def _html(briefing: Briefing, quotes: Quotes, why: list[str]) -> str:
    parts = [f"<p><b>{escape(TEST)}</b></p>"] if briefing.test else []
    new = updates(briefing)
    parts += [html.updates(new)] if new else []
    parts.append(f'<h2 dir="auto">{_anchor(briefing.head)}</h2>')
    for quote in quotes.shown:
        words = "".join(
            f"<mark>{escape(piece.text)}</mark>" if piece.marked else escape(piece.text)
            for piece in quote.pieces
        )
        place = escape(under(quote, briefing))
        parts.append(f'<blockquote dir="auto">{words}<br><small>{place}</small></blockquote>')
    if quotes.more:
        parts.append(f"<p>and {quotes.more} more in the text</p>")
    parts.append(f"<p>{escape(who(briefing))}<br>{escape(when(briefing))}</p>")
    parts += [f"<p>Also: {_anchor(stored)}</p>" for stored in facts.others(briefing)[:5]]
    parts.append(f"<p><small>{'<br>'.join(escape(line) for line in why)}</small></p>")
    return _page("\n".join(parts))


def _anchor(stored: StoredItem) -> str:
    title, url = escape(facts.headline(stored)), facts.address(stored)
    return f'<a href="{escape(url)}" rel="noreferrer">{title}</a>' if url else title


def _page(body: str) -> str:
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8"></head>\n'
        f'<body style="font-family: sans-serif">\n{body}\n</body></html>\n'
    )


def _headers(about: Briefing | Bulletin | Roundup, name: str) -> dict[str, str]:
    """List-Id (RFC 2919), Auto-Submitted (RFC 3834) and Date."""
    label = re.sub(r"[^A-Za-z0-9]+", "-", name[: 4 * _LONGEST_LABEL])[:_LONGEST_LABEL].strip("-")
    sent = datetime.fromtimestamp(about.now // 1000, UTC)
    return {
        "Date": format_datetime(sent),
        "List-Id": f"<{label or 'rule'}.wirewatch.{facts.domain(about)}>",
        "Auto-Submitted": "auto-generated",
    }
