"""Lines that e-mail and terminal share, word for word.  Escapes nothing, wraps nothing."""

from __future__ import annotations

from monitor.clean import one_line
from monitor.model import short_id
from monitor.render import facts
from monitor.render.briefing import Briefing, Bulletin
from monitor.render.quotes import Quote
from monitor.render.updates import updates

TEST = "TEST: sent to try this channel. Nothing has happened."
LONGEST_LINE = 1000
_LONGEST_NOTICE = 4000


def bulletin_lines(bulletin: Bulletin) -> list[str]:
    """What stands under a bulletin's headline."""
    zone = facts.Zone.of(bulletin)
    delay = facts.delayed(bulletin)
    said = (one_line(line, LONGEST_LINE) for line in bulletin.text[:_LONGEST_NOTICE].splitlines())
    return [
        *([TEST] if bulletin.test else []),
        *(line for line in said if line),
        f"Wirewatch, {zone.moment(bulletin.created_at)}" + (f", {delay}" if delay else ""),
    ]


def who(briefing: Briefing) -> str:
    """Byline, agency and outlet, place; then how many say so."""
    parts = [facts.byline(briefing), facts.said_by(briefing), facts.place(briefing)]
    return f"{', '.join(part for part in parts if part)}. {facts.reporters(briefing)}."


def when(briefing: Briefing) -> str:
    zone = facts.Zone.of(briefing)
    stated, found = facts.published(briefing, zone), facts.seen(briefing, zone)
    words = [
        f"{stated}; {found}, sent {zone.moment(briefing.now)}",
        *facts.taken_up(briefing, zone),
        *facts.warnings(briefing),
        *facts.besides(briefing),
    ]
    return " ".join(f"{word[0].upper()}{word[1:]}." for word in words)


def under(quote: Quote, briefing: Briefing) -> str:
    """Which rules a quote is for, and where it stands."""
    other = quote.stored.id != briefing.head.id
    outlet = f", {facts.outlet_of(briefing, quote.stored)}" if other else ""
    return f"{facts.names(quote.rules)}, {quote.place}{outlet}"


def opening(briefing: Briefing) -> list[str]:
    """What stands before everything else: that it is a test, what is new."""
    new = [line for update in updates(briefing) for line in update.text()]
    return [*([TEST] if briefing.test else []), *new]


def explain(briefing: Briefing) -> str:
    """The alerts' ids, and what to type to learn more."""
    ids = facts.ids(briefing.alerts)
    first, more, _ = ids.partition(",")
    return f"Alert{'s' if more else ''} {ids}. Explain: wirewatch why {first}"


def stop(briefing: Briefing) -> str:
    """What to type to hear no more of the story."""
    alert_id = short_id(briefing.alerts[0].alert.alert_id)
    return f"Stop this story: wirewatch silence add --story {alert_id} --for 24h"
