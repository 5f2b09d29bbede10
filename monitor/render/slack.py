"""The Slack form: the body of a chat.postMessage or webhook call, within Slack's limits.

Limits: https://docs.slack.dev/reference/block-kit/blocks, and about 13,200 characters in all,
which is measured.  Sections, not headers: those break at 150 characters.
"""

from __future__ import annotations

from monitor.clean import one_line
from monitor.model import Button, Message
from monitor.render import facts, mrkdwn
from monitor.render.blocks import Block, context, linked, post, section
from monitor.render.briefing import Briefing, Bulletin
from monitor.render.lines import TEST, bulletin_lines
from monitor.render.mrkdwn import bold, escape, fitting
from monitor.render.quotes import Piece, Quote, choose
from monitor.render.updates import updates

# Parts after escaping, so that every block has less than 3,000 and all of them less than 13,200:
# three quotes of 300 come to 6,300 at worst.
_MOST_IN_TEXT = 1500
_MOST_IN_TITLE = 800
_MOST_IN_ADDRESS = 1000
_MOST_IN_LABELS = 850
_MOST_IN_NOTICE = 1500
_MOST_SAID = 5
_BAR = "  |  "
_BUTTONS = {Button.ACK: "Ack", Button.MUTE: "Mute 24 h", Button.NOT_RELEVANT: "Not relevant"}
# Occasions that are news only for who follows the story.
_FOR_FOLLOWERS = frozenset({"origin"})


def alert(briefing: Briefing, channel: str, recipient: str) -> Message:
    """`channel` and `recipient` are known to who reads it there, and not repeated."""
    quotes, new = choose(briefing.quotable), updates(briefing)
    blocks = [section(mrkdwn.updates(new))] if new else []
    blocks += [section(_opening(briefing)), *(_quote(q, briefing) for q in quotes.shown)]
    more = [f"and {quotes.more} more in the text"] if quotes.more else []
    blocks.append(context(_BAR.join([*more, *_small_print(briefing)])))
    blocks += _reactions(briefing)
    text = _short(briefing, quotes.shown)
    body = post(text, blocks)
    if briefing.edit:
        body["ts"] = briefing.thread
    elif briefing.thread and briefing.revision > 1:
        body |= {"thread_ts": briefing.thread, "reply_broadcast": _concerns_all(briefing)}
    return Message(text=text, slack=body)


def notice(bulletin: Bulletin) -> Message:
    title = one_line(bulletin.headline, facts.LONGEST_HEADLINE, absent="(nothing to say)")
    text = fitting(f"{'TEST: ' if bulletin.test else ''}{title}", _MOST_IN_TITLE)
    *said, signed = bulletin_lines(bulletin)
    lines = [bold(text), *([fitting("\n".join(said), _MOST_IN_NOTICE)] if said else [])]
    return Message(text=text, slack=post(text, [section("\n".join(lines)), context(signed)]))


def _concerns_all(briefing: Briefing) -> bool:
    """Whether a reply is shown in the channel too; one more origin is for the thread alone."""
    return any(told.alert.reason not in _FOR_FOLLOWERS for told in briefing.alerts)


def _opening(briefing: Briefing) -> str:
    """Headline and rules in one block: desktops show no more than the first."""
    labels = [facts.counted_rules(briefing.alerts), facts.severity(briefing.alerts)]
    labels += [facts.said_by(briefing), facts.place(briefing), *facts.warnings(briefing)]
    lines = [
        *([TEST] if briefing.test else []),
        linked(
            facts.headline(briefing.head),
            facts.address(briefing.head),
            (_MOST_IN_TITLE, _MOST_IN_ADDRESS),
        ),
        fitting(_BAR.join(label for label in labels if label), _MOST_IN_LABELS),
    ]
    return "\n".join(lines)


def _quote(quote: Quote, briefing: Briefing) -> Block:
    words = "".join(_piece(piece) for piece in quote.pieces)
    outlet = facts.outlet_of(briefing, quote.stored)
    other = f", {outlet}" if quote.stored.id != briefing.head.id else ""
    return section(f"> {words}  _{escape(quote.place + other)}_")


def _piece(piece: Piece) -> str:
    return f"«*{escape(piece.text)}*»" if piece.marked else escape(piece.text)


def _small_print(briefing: Briefing) -> list[str]:
    zone = facts.Zone.of(briefing)
    when = f"{facts.published(briefing, zone)}, {facts.seen(briefing, zone)}"
    others = [facts.headline(stored) for stored in facts.others(briefing)[:3]]
    also = [f"also: {'; '.join(others)}"] if others else []
    more = [*facts.taken_up(briefing, zone), *also, *facts.besides(briefing)]
    return [facts.reporters(briefing), when, *more, facts.ids(briefing.alerts)]


def _short(briefing: Briefing, quotes: tuple[Quote, ...]) -> str:
    """What a phone's notification shows: rules, headline, the first sentence, the id."""
    new = [one.what for one in updates(briefing)[:1]]
    parts = [
        *(["TEST"] if briefing.test else []),
        *new,
        f"{facts.rules(briefing.alerts)}: {facts.headline(briefing.head)}",
        *(quote.marked("«", "»") for quote in quotes[:1]),
        facts.ids(briefing.alerts),
    ]
    return fitting(_BAR.join(parts), _MOST_IN_TEXT)


def _reactions(briefing: Briefing) -> list[Block]:
    """What people said of it, and what they can press."""
    zone = facts.Zone.of(briefing)
    said = [facts.said(one, zone) for one in briefing.said[-_MOST_SAID:]]
    blocks = [context(_BAR.join(said))] if said else []
    if briefing.buttons and not briefing.test:
        value = f"{briefing.conversation_id}/{briefing.revision}"
        blocks.append({"type": "actions", "elements": [_button(one, value) for one in Button]})
    return blocks


def _button(button: Button, value: str) -> Block:
    return {
        "type": "button",
        "action_id": button.value,
        "text": {"type": "plain_text", "text": _BUTTONS[button]},
        "value": value,
    }
