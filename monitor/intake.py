"""Take the items of one document into the store and judge them: part of ingest's transaction.

New items wait for each other and are stored together; what is known is taken one by one.  How the
poll itself went is not settled here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor import dedupe, feeds, judge, rereading, sitemaps
from monitor.dedupe import Candidate, Key
from monitor.landing import Landing, Register
from monitor.model import Answer, BodyState, Change, Item, Known, Polled
from monitor.plan import Plan
from monitor.prepared import Prepared
from monitor.store import arrivals, items, sightings, sources, words, work
from monitor.store.arrivals import Arrival
from monitor.store.db import Tx
from monitor.urls import site


@dataclass(slots=True)
class Intake:
    """`changes` and `raised`, the ids of new alerts, are what has come of it so far.
    `first_shown`: how many of the items the source itself had not shown before, whoever had."""

    tx: Tx
    plan: Plan
    polled: Polled
    now: int
    prepared: Prepared
    baseline: bool = False
    first_shown: int = 0
    changes: list[Change] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    _register: Register = field(init=False)
    _next_id: int = 0
    _bodies_wanted: int = 0
    _new: list[Arrival] = field(default_factory=list)
    _new_keys: set[tuple[str, str]] = field(default_factory=set)
    _to_judge: list[int] = field(default_factory=list)

    def take_all(self) -> None:
        """Store every item of the document and judge it."""
        if not self.prepared.candidates:
            return
        self._register = register = Register(self.tx, self.polled, self.prepared.ways)
        if register.all_new:
            for candidate in self.prepared.candidates:
                self._arrive(candidate)
            self.changes += [Change.NEW] * len(self._new)
        else:
            self._take_one_by_one()
        self._store_new()

    def _take_one_by_one(self) -> None:
        register = self._register
        for candidate in self.prepared.candidates:
            # The same article once more in one document is known from here on.
            if self._new_keys and not self._new_keys.isdisjoint(candidate.ways):
                self._store_new()
            landed = register.land(candidate)
            self.changes.append(landed.change)
            if landed.known is None:
                self._arrive(candidate)
            else:
                self._take_known(landed, landed.known)

    def judge(self, item_id: int, change: Change) -> None:
        arrived = judge.Arrived(item_id, change, self.now)
        raised = judge.judge(self.tx, self.plan, self.prepared, arrived)
        self.raised += raised
        if raised and self.polled.due is not None:
            sources = self.plan.config.sources
            rereading.plan_what_is_told(self.tx, item_id, sources, self.now)

    def _arrive(self, candidate: Candidate) -> None:
        if not self._new:
            self._next_id = arrivals.next_id(self.tx)
        item, source = candidate.item, self.polled.source
        item_id = self._next_id + len(self._new)
        keys = self._register.enter(item_id, candidate.keys)
        state = first_body_state(self.polled, item)
        # What is over the limit of one poll is read with the next ones.
        rounds = self._bodies_wanted // self.plan.config.settings.articles_per_poll
        self._bodies_wanted += state is BodyState.WANTED
        self.first_shown += 1
        self._new.append(Arrival(
            item, source.id, site(item.url), candidate.fingerprint, _story_key(candidate),
            self.now, state, self.now + rounds * source.every_seconds * 1000, keys,
            candidate.shown, candidate.listed, self.baseline,
            self.prepared.index_text(item),
        ))  # fmt: skip
        if not self._register.all_new:
            self._new_keys.update(keys)
        matches = self.prepared.matches(self.plan, item, state, source.id)
        if not matches:  # as of most items
            return
        if state is not BodyState.WANTED:
            judge.count_unknown(self.tx, matches, source.id, self.now)
        if any(match.answer is Answer.YES or match.error for match in matches):
            self._to_judge.append(item_id)

    def _store_new(self) -> None:
        if self._new:
            arrivals.insert(self.tx, self._next_id, self._new)
        judged = self._to_judge
        self._new, self._new_keys, self._to_judge = [], set(), []
        for item_id in judged:
            self.judge(item_id, Change.NEW)

    def _take_known(self, landed: Landing, known: Known) -> None:
        polled, tx, candidate, item_id = self.polled, self.tx, landed.candidate, known.item_id
        self._restate(landed, item_id)
        news = False
        if polled.wanted is not None:
            work.body_arrived(tx, item_id)
            sightings.list_by_section(tx, item_id, candidate.item.section or "")
            if sitemaps.is_news(candidate.item, self.now):
                sightings.list_in_sitemaps(tx, item_id)
            self._merge_with_declared(candidate, known)
        else:
            news = self._see(landed, item_id)
            self._add_keys(item_id, candidate.keys)
        closed = polled.wanted is not None and polled.wanted.last is None
        if landed.change is not Change.UNCHANGED or news or closed:
            self.judge(item_id, landed.change)

    def _restate(self, landed: Landing, item_id: int) -> None:
        """Store what the text has become, and want the page anew where that is in doubt."""
        tx, item, fingerprint = self.tx, landed.candidate.item, landed.candidate.fingerprint
        if landed.change is Change.COMPLETED:
            items.replace_text(tx, item_id, item, fingerprint, self.now)
        elif landed.change is Change.MODIFIED:
            items.add_version(tx, item_id, item, fingerprint, self.now)
        if landed.change is not Change.UNCHANGED:
            words.add_state(tx, item_id, self.prepared.index_text(item))
            self._register.forget(item_id)
        if self.polled.source.article and not self.polled.wanted and landed.shows_something_else:
            items.reopen(tx, item_id, self.now)
            if landed.change is Change.MODIFIED:
                items.open_version(tx, item_id)
            self._register.forget(item_id)

    def _see(self, landed: Landing, item_id: int) -> bool:
        """True: the source never showed it before, or not as one that it watches."""
        candidate, source = landed.candidate, self.polled.source
        if landed.is_seen_as_before:
            return False
        self._register.forget(item_id)
        seen = sightings.see(self.tx, sightings.Sighting(
            item_id, source.id, self.now, self.baseline, candidate.listed, candidate.shown,
            candidate.item.guid,
        ))  # fmt: skip
        self.first_shown += seen.first
        if seen.guid_changes >= dedupe.MOST_GUID_CHANGES:
            sources.guids_are_unstable(self.tx, source.id)
        if seen.first and not self.baseline and self._has_page_to_read(landed):
            items.reopen(self.tx, item_id, self.now)
        return seen.first or landed.is_listed_now

    def _has_page_to_read(self, landed: Landing) -> bool:
        """Those who showed the item until now left it at its teaser."""
        known = landed.known
        teaser = known is not None and known.partial and known.body_state is BodyState.NONE
        return teaser and first_body_state(self.polled, landed.candidate.item) is BodyState.WANTED

    def _merge_with_declared(self, candidate: Candidate, known: Known) -> None:
        """The page names another address as its own: where that is another item, the two are
        one."""
        item_id = known.item_id
        for key in (key for key in candidate.keys if key.kind == dedupe.KeyKind.DECLARED):
            other = self._register.find(key)
            if other is None:
                self._add_keys(item_id, [key])
            elif other.item_id != item_id and dedupe.same_title(known, other):
                self._merge(candidate, known, other)

    def _merge(self, candidate: Candidate, known: Known, other: Known) -> None:
        """The older of the two stays; where it has no more than a teaser, with the text at hand."""
        tx = self.tx
        first, second = sorted((known.item_id, other.item_id))
        items.merge(tx, second, first, self.now)
        if first == other.item_id and other.partial:
            whole = dedupe.completed(items.load(tx, first).item, candidate.item)
            fingerprint = dedupe.fingerprint(whole.title, whole.body)
            items.replace_text(tx, first, whole, fingerprint, self.now)
            words.add_state(tx, first, self.prepared.index_text(whole))
            work.body_arrived(tx, first)
            self._register.forget(first)

    def _add_keys(self, item_id: int, keys: Sequence[Key]) -> None:
        new = self._register.enter(item_id, keys)
        items.add_keys(self.tx, [(kind, key, item_id) for kind, key in new])


def _story_key(candidate: Candidate) -> str:
    """Of the story that an item founds: a key that no other item has."""
    for key in candidate.keys:
        if not key.doubtful and key.kind != dedupe.KeyKind.DECLARED:
            return str(key)
    raise AssertionError(candidate.keys)


def first_body_state(polled: Polled, item: Item) -> BodyState:
    """Whether the page of a new item is to be read."""
    followed = polled.source.article and item.url not in polled.unfollowed
    wanted = followed and feeds.has_page(item)
    return BodyState.WANTED if wanted else BodyState.NONE
