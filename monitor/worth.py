"""Say how much a match is worth: its severity by where it stands, and what stands beside it.

Knows no store, no clock and no channel.  What a match is told as is `alerts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from monitor.model import Answer, Item, Match, Span, Worth
from monitor.rules import Matcher, show
from monitor.rules.entries import entry
from monitor.settings import Rule, Severity, highest
from monitor.text import paragraphs, sentence_at

_TEXTS = ("title", "body")


def worth_of(rule: Rule, match: Match, item: Item) -> Worth:
    demoted = demoted_by(rule, match, item)
    return Worth(Severity.LOW if demoted else severity_of(rule, match.spans, item), demoted)


def severity_of(rule: Rule, spans: Iterable[Span], item: Item) -> Severity:
    """The highest of the places in which a match has a span; the lead is body's first paragraph.

    A match that has none in title and body has what the rule says of everywhere else.
    """
    if not rule.severities:
        return rule.severity
    lead_ends = next((end for _, end in paragraphs(item.body or "")), 0)
    places = {_place(span, lead_ends) for span in spans if span.field in _TEXTS}
    found = [rule.severities[place] for place in places] or [rule.severity]
    return highest(found)


def demoted_by(rule: Rule, match: Match, item: Item) -> str | None:
    """The phrase of `rule.demote` that stands beside the match, None unless every place of it in
    title and body has one in its sentence.  A title is one sentence.

    Of several the first, in the order of the rule, beside the first place.
    """
    if not rule.demote or match.more:  # then not every place is known
        return None
    first = None
    for sentence in _sentences(match.spans, item):
        phrase = _beside(rule.demote, sentence)
        if phrase is None:
            return None
        first = first or phrase
    return first


def _place(span: Span, lead_ends: int) -> str:
    if span.field == "title":
        return "title"
    return "lead" if span.start < lead_ends else "body"


def _sentences(spans: Iterable[Span], item: Item) -> Iterator[str]:
    """The title, if a span stands in it, then each sentence of the body that holds some."""
    by_field = {name: [span for span in spans if span.field == name] for name in _TEXTS}
    if by_field["title"]:
        yield item.title or ""
    body, end = item.body or "", -1
    for span in sorted(by_field["body"]):
        if span.end > end:
            start, _ = sentence_at(body, span.start)
            _, end = sentence_at(body, span.end - 1)
            yield body[start:end]


def _beside(phrases: Sequence[str], sentence: str) -> str | None:
    found = _matcher(tuple(phrases)).match(Item("", "", body=sentence, partial=False), "")
    return next((match.rule_id for match in found if match.answer is Answer.YES), None)


@lru_cache(maxsize=4096)
def _matcher(phrases: tuple[str, ...]) -> Matcher:
    """Each phrase as a rule of its own, so that a sentence is read once for all of them."""
    return Matcher([Rule(phrase, show(entry(phrase))) for phrase in dict.fromkeys(phrases)])
