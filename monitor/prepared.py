"""What is made of a document before the transaction that stores it: keys, answers, words.

Whatever of it the transaction finds otherwise is made anew there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.dedupe import Candidate
from monitor.landing import NO_WAYS, Ways
from monitor.model import BodyState, Item, Match
from monitor.plan import Plan
from monitor.rules.fields import Fields
from monitor.text import Scan, index_text


class Answers(NamedTuple):
    """What the rules said of an item as it stood."""

    item: Item
    source_id: str
    closed: bool
    matches: tuple[Match, ...]

    def are_for(self, item: Item, source_id: str, *, closed: bool) -> bool:
        same = self.item is item or self.item == item
        return same and self.source_id == source_id and self.closed == closed


@dataclass(slots=True)
class Prepared:
    """What was made before the transaction: keys and fingerprints, the rules' answers."""

    candidates: tuple[Candidate, ...] = ()
    ways: Ways = NO_WAYS  # of all candidates, to look up
    answers: dict[str, Answers] = field(default_factory=dict)  # by the address of the item
    words: dict[tuple[str | None, str | None], str] = field(default_factory=dict)

    def matches(
        self, plan: Plan, item: Item, state: BodyState, source_id: str
    ) -> tuple[Match, ...]:
        """The rules' answers; while a body is wanted, what is not in the teaser is unknown."""
        closed = state is not BodyState.WANTED
        known = self.answers.get(item.url)
        if known is not None and known.are_for(item, source_id, closed=closed):
            return known.matches
        fields = Fields(item, source_id, closed=closed)
        matches = plan.matcher.match_fields(fields, unknowns=False)
        self.answers[item.url] = Answers(item, source_id, closed, matches)
        self.words[item.title, item.body] = index_text(fields.scan)
        return matches

    def index_text(self, item: Item) -> str:
        """Every word of title and body, as the full-text index takes them."""
        text = item.title, item.body
        if text not in self.words:
            scan = Scan(f"{item.title or ''}\n{item.body or ''}")
            self.words[text] = index_text(scan)
        return self.words[text]
