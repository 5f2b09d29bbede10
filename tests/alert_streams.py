"""A desk through a stream of random events, and what must be true of it whatever they are.

The articles, what rules must say of them and the rules of docs/alerts.md are known here a second
time, written without the code under test: which story an article is in is all that is taken over.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from monitor import gathering, grouping, hushing
from monitor.deliver import Deliverer
from monitor.errors import ChannelRefused, Later, MessageRefused
from monitor.model import Ack, DeliveryKind, Item, LeasedDelivery, Message, Receipt, Silence, Stamp
from monitor.settings import (
    Config,
    ConsoleChannel,
    DigestTime,
    EmailChannel,
    LabelMatcher,
    Pace,
    Quiet,
    Rule,
    Settings,
    Severity,
    Source,
)
from monitor.store import items, silences, stories
from monitor.store.db import Row, Store, Tx
from world import DAY, HOUR, MINUTE, SECOND, World, config

RANKS = list(Severity)
OUTLETS = [
    Source(name, "feed", f"https://{name}.example/feed.xml", article=False)
    for name in ("aster", "birch", "cedar", "dahlia")
]
RULES = (
    Rule(
        "bombing", "bomb*", version="1", demote=("film",),
        severities={"title": Severity.HIGH, "lead": Severity.NORMAL, "body": Severity.LOW},
    ),
    Rule("freed", "liberated", version="1"),
    Rule("derailed", "derail*", Severity.CRITICAL, to=("pager", "room"), version="1"),
    Rule("rumour", "rumour*", Severity.LOW, version="1", on_update=False),
)  # fmt: skip
# Names and words that no two stories share.
EVENTS = (
    ("Arkona", "Belvar", "fish market harbour customs gate lorries ferry auction hall"),
    ("Dorvan", "Eskil", "parliament square tram depot university library students lecture"),
    ("Gorin", "Halvek", "hospital ward nurses generator diesel surgeons operating theatre"),
    ("Jorvik", "Keldan", "vineyard pickers barrels cellar slopes orchard cider press"),
    ("Marven", "Norvik", "airfield hangar pilots runway radar helicopter tower mechanics"),
)
SAYS = {
    "bombing": "A bomb killed {dead} people near the {place} gate.",
    "film": "A film about a bomb was shown in {place}.",
    "freed": "Soldiers said that they had liberated {place}.",
    "derailed": "A train derailed outside {place}.",
    "rumour": "Rumours went round in {place}.",
}


class Killed(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class Text:
    """An article of one event: what it says first, what further down, whether in its title."""

    event: int
    outlet: int
    lead: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    title: bool = False
    dead: int = 8

    def item(self, url: str, published_at: int) -> Item:
        place, chief, words = EVENTS[self.event]
        say = lambda keys: " ".join(SAYS[key].format(dead=self.dead, place=place) for key in keys)  # noqa: E731
        of = words.split()
        lead = f"{place} woke to {of[0]} {of[1]} {of[2]} news, said {chief}. {say(self.lead)}"
        if self.outlet > 1:  # they have a reporter of their own
            lead = f"Our reporter in {place} saw {of[2]} {of[6]}. {say(self.lead)}"
        rest = (
            f"Chief {chief} of {place} spoke of the {of[3]}, the {of[4]} and the {of[5]} for an "
            f"hour. The {of[6]} {of[7]} stayed closed. {say(self.rest)}"
        )
        if self.outlet > 1:
            rest = (
                f"{chief}, who runs {place}, closed {of[4]} and {of[7]} at noon. {say(self.rest)}"
            )
        title = f"{place} {of[0]} {of[3]} {chief}" + (": bomb" if self.title else "")
        return Item(
            url, title, body=f"{lead}\n\n{rest}", published=Stamp(published_at),
            byline=f"By {OUTLETS[self.outlet].id.title()} Reporter",
        )  # fmt: skip

    def answers(self) -> dict[str, tuple[Severity, int | None]]:
        """What each rule must make of it: severity, and the figure beside the match."""
        found: dict[str, tuple[Severity, int | None]] = {}
        said = (*self.lead, *self.rest)
        for rule in ("freed", "derailed", "rumour"):
            if rule in said:
                severity = {"derailed": Severity.CRITICAL, "rumour": Severity.LOW}
                found[rule] = (severity.get(rule, Severity.NORMAL), None)
        clean = self.title or "bombing" in said
        if clean or "film" in said:
            places = [Severity.HIGH] if self.title else []
            places += [Severity.NORMAL] if {"bombing", "film"} & set(self.lead) else []
            places += [Severity.LOW] if {"bombing", "film"} & set(self.rest) else []
            worth = min(places, key=RANKS.index) if clean else Severity.LOW
            found["bombing"] = (worth, self.dead if "bombing" in said else None)
        return found


@dataclass
class Accepted:
    """A message that the far side took; not `sure`: we were killed before we knew."""

    at: int
    delivery: LeasedDelivery
    alerts: frozenset[str]
    sure: bool


class Far(Deliverer):
    """Sends to a far side that answers by chance, and remembers what it took."""

    def __init__(self, run: Run) -> None:
        super().__init__(run, lambda channel, *_: Way(channel.name, self))
        self.run = run
        self.at_hand: dict[str, LeasedDelivery] = {}

    async def _attempt(self, delivery: LeasedDelivery) -> Receipt:
        self.at_hand[delivery.channel] = delivery
        return await super()._attempt(delivery)

    async def answer(self, channel: str) -> Receipt:
        run, delivery = self.run, self.at_hand[channel]
        what = "accepted"
        if run.chance.random() < run.trouble:
            what = run.chance.choice(("later", "later", "refused", "paused", "killed", "unheard"))
        if what in ("accepted", "unheard"):
            told = await run.said_by(delivery)
            run.accepted.append(Accepted(run.clock(), delivery, told, what == "accepted"))
        if what == "accepted":
            return Receipt("250", f"<{delivery.id}>")
        raise {
            "later": Later("451"), "refused": MessageRefused("550"),
            "paused": ChannelRefused("535"), "killed": Killed(), "unheard": Killed(),
        }[what]  # fmt: skip


@dataclass
class Way:
    """One channel, as the desk knows it."""

    name: str
    far: Far

    async def send(self, message: Message, recipient: str) -> Receipt:
        return await self.far.answer(self.name)


@dataclass
class Article:
    url: str
    texts: list[Text]
    published_at: int
    item_id: int = 0


@dataclass(frozen=True)
class Raised:
    """An alert as the model knows it."""

    rule: str
    item_id: int
    key: str
    occasion: str
    severity: Severity
    figure: int | None


@dataclass
class Run:
    """One desk through one stream."""

    directory: Path
    chance: Random
    trouble: float = 0.0
    holder: str = "test"
    client: Any = None
    world: World = field(init=False)
    far: Far = field(init=False)
    articles: list[Article] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    raised: dict[str, Raised] = field(default_factory=dict)
    matches: list[tuple[int, str]] = field(default_factory=list)  # when, and of which story
    reopened: int = 0

    @property
    def store(self) -> Store:
        return self.world.store

    @property
    def config(self) -> Config:
        return self.world.config

    def clock(self) -> int:
        return self.world.now

    async def open(self) -> Run:
        self.trouble = self.chance.choice((0.0, 0.1, 0.4))
        pace = Pace(
            rule_cap=self.chance.choice((1, 2, 6)), channel_cap=self.chance.choice((1, 3, 30)),
            cooldown_seconds=self.chance.choice((6 * 3600, 6 * 86_400)),
        )  # fmt: skip
        settings = Settings(
            self.directory / "wirewatch.db", display_timezone="UTC", pace=pace,
            digest=DigestTime(450, "Europe/Berlin"),
        )  # fmt: skip
        quiet = self.chance.choice((None, Quiet(22 * 60, 6 * 60, "Europe/Berlin")))
        people = ("ana@desk.example", "ben@desk.example")
        room = EmailChannel("room", people, "wirewatch@desk.example", "localhost", quiet=quiet)
        known = config(
            self.directory, watched=OUTLETS, rules=RULES, settings=settings,
            channels=(room, ConsoleChannel("pager"), ConsoleChannel("ops")),
        )  # fmt: skip
        self.world = await World(replace(known, ops="ops")).open()
        self.far = Far(self)
        for outlet in OUTLETS:
            await self.world.poll(outlet)
        return self

    async def restart(self) -> None:
        await self.world.close()
        await self.world.open()
        self.far = Far(self)

    async def said_by(self, delivery: LeasedDelivery) -> frozenset[str]:
        """The alerts that a message tells."""
        if delivery.kind is DeliveryKind.ALERT:
            told = await self.store.read(lambda tx: conversations_told(tx, delivery))
        else:
            told = await self.store.read(lambda tx: digest_told(tx, delivery))
        return frozenset(told)

    # --- events

    async def step(self) -> None:
        chance = self.chance
        act = chance.choices(
            (self.publish, self.edit, self.silence, self.expire, self.ack, self.restart,
             self.merge, self.split),
            (30, 20, 3, 2, 3, 3, 2, 2),
        )[0]  # fmt: skip
        await act()
        longest = chance.choices((20 * SECOND, 5 * MINUTE, 3 * HOUR, 30 * HOUR, 4 * DAY),
                                 (30, 40, 20, 8, 3))[0]  # fmt: skip
        await self.wait(chance.randint(1, longest))

    async def wait(self, long: int) -> None:
        """The daemon works whenever something is due."""
        until = self.world.now + long
        if self.chance.random() < 0.1:  # it was down
            self.world.now = until
        while True:
            await self.tick()
            due_at = await self.store.read(lambda tx: next_due(tx, self.world.now))
            noon = self.world.now + 5 * HOUR
            self.world.now = min(until, noon, due_at or noon)
            if self.world.now >= until:
                return

    async def tick(self) -> None:
        await gathering.owe_due(self)
        for name in await self.far.due():
            try:
                await self.far.send_due(name)
            except Killed:
                await self.restart()

    def words(self, event: int, outlet: int) -> Text:
        pick = lambda: tuple(  # noqa: E731
            key for key in SAYS if self.chance.random() < (0.35 if key == "bombing" else 0.12)
        )
        return Text(event, outlet, pick(), pick(), self.chance.random() < 0.2,
                    self.chance.choice((8, 8, 13, 21)))  # fmt: skip

    async def publish(self) -> None:
        outlet, event = self.chance.randrange(4), self.chance.randrange(len(EVENTS))
        url = f"https://{OUTLETS[outlet].id}.example/{len(self.articles)}"
        late = self.chance.random() < 0.08
        text = self.words(event, outlet)
        earlier = [a.texts[-1] for a in self.articles if a.texts[-1].event == event]
        if earlier and self.chance.random() < 0.4:  # a copy
            text = replace(self.chance.choice(earlier))
        article = Article(url, [text], self.world.now - (3 * DAY if late else MINUTE))
        self.articles.append(article)
        await self.shown(article, OUTLETS[outlet])

    async def edit(self) -> None:
        if not self.articles:
            return
        article = self.chance.choice(self.articles)
        old = article.texts[-1]
        new = replace(self.words(old.event, old.outlet))
        if new != old:
            article.texts.append(new)
            await self.shown(article, source_of(article))

    async def shown(self, article: Article, source: Source) -> None:
        undone = await self.store.read(lambda tx: self.undone(tx, article))
        for alert_id in undone:
            del self.raised[alert_id]
        before = set(self.raised)
        await self.world.poll(source, article.texts[-1].item(article.url, article.published_at))
        rows = await self.world.rows(f"items WHERE url = '{article.url}'")
        article.item_id = rows[0]["item_id"]
        expected = await self.store.read(lambda tx: self.expected(tx, article))
        alerts = {row["alert_id"]: row for row in await self.world.rows("alerts")}
        assert before <= alerts.keys(), (before - alerts.keys(), article)
        assert undone.isdisjoint(alerts), (undone, article)
        new = {key: row for key, row in alerts.items() if key not in before}
        got = {(row["rule_id"], row["occasion"].partition(":")[0]) for row in new.values()}
        assert got == expected, (got, expected, article)
        for key, row in new.items():
            text = article.texts[-2 if row["reason"] == "lost" else -1]
            severity, figure = text.answers()[row["rule_id"]]
            assert row["severity"] == severity, (row["rule_id"], row["severity"], text)
            detail = json.loads(row["detail"])
            if row["reason"] == "number":
                figure = max(figure or 0, detail["new"])
            self.raised[key] = Raised(row["rule_id"], article.item_id, row["story_key"],
                                      row["occasion"], severity, figure)  # fmt: skip
        await self.check_held(new, article)
        await self.store.read(lambda tx: self.check_open(tx, article, new))

    def check_open(self, tx: Tx, article: Article, new: dict[str, Row]) -> None:
        """Nothing but a loss is told in a story that is closed: 72 h after its last match."""
        keys, now = set(stories.union(tx, items.stories(tx, article.item_id)[0])), self.world.now
        before = self.last_match(keys)
        is_open = before is None or now - before <= 72 * HOUR
        told = [row for row in new.values() if row["reason"] != "lost"]
        assert is_open or not told, (article, now - (before or 0))
        if is_open and article.texts[-1].answers():
            self.matches += [(now, key) for key in keys]

    def last_match(self, keys: Collection[str]) -> int | None:
        return max((at for at, key in self.matches if key in keys), default=None)

    def follower(self, tx: Tx, closed: list[str]) -> list[str]:
        """The open story that takes a closed one up, or one that took it up: the newest."""
        later, rows = set(closed), tx.all("SELECT * FROM stories ORDER BY founded_at DESC, 1")
        for _ in rows:
            later |= {row["story_key"] for row in rows if row["follows"] in later}
            later |= {row["merged_into"] for row in rows if row["story_key"] in later} - {None}
        for row in rows:
            if row["story_key"] in later and row["merged_into"] is None:
                union = stories.union(tx, row["story_key"])
                last = self.last_match(union) or row["active_at"]
                if row["story_key"] not in closed and self.world.now - last <= 72 * HOUR:
                    return union
        return []

    def expected(self, tx: Tx, article: Article) -> set[tuple[str, str]]:
        """What docs/alerts.md says is new in an article as it reads now."""
        keys, own = known_keys(tx, article.item_id), told_keys(tx, article.item_id)
        story = stories.union(tx, items.stories(tx, article.item_id)[0])
        last = self.last_match(story)
        if last is not None and self.world.now - last > 72 * HOUR:  # and it had nothing to tell
            own = with_split_from(tx, self.follower(tx, story))
            keys = with_split_from(tx, [*own, *keys])
        rows = {row["item_id"]: row for row in tx.all("SELECT * FROM items")}
        origins = {item_id: row["origin"] for item_id, row in rows.items()}
        mark = rows[article.item_id]["fingerprint"][:16]
        text, edited = article.texts[-1], len(article.texts) > 1
        old = article.texts[-2].answers() if edited else {}
        item_told = any(one.item_id == article.item_id for one in self.raised.values())
        found: set[tuple[str, str]] = set()
        for rule, (severity, _) in text.answers().items():
            # What is new in an article is so to its story, whatever was told in a closed one.
            told = [r for r in self.raised.values() if r.rule == rule and r.key in keys]
            told_of = [r for r in told if r.item_id == article.item_id]
            # To whom nobody told of a loss the article says it still.
            says = bool(told_of) and not told_of[-1].occasion.startswith("lost:")
            gained = edited and rule not in old and not says
            known = own if gained else keys
            past = [r for r in self.raised.values() if r.rule == rule and r.key in known]
            if edited and rule == "rumour":
                continue
            if not past:
                found.add((rule, "first"))
                continue
            had, mine = {r.occasion for r in past}, {r.item_id for r in past}
            higher = RANKS.index(severity) < min(RANKS.index(r.severity) for r in past)
            if higher and f"severity:{severity}" not in had:
                found.add((rule, "severity"))
            origin = origins[article.item_id]
            others = {origins[one] for one in mine} | {None}
            if article.item_id not in mine and origin not in others:
                found.add((rule, "origin"))
            told = max((r.figure for r in past if r.figure is not None), default=None)
            members = {item_id for item_id, row in rows.items() if row["story_key"] in known}
            value = self.believed(rule, members, told)
            if value is not None and f"number:killed:{value}" not in had and text.answers()[rule]:
                found.add((rule, "number"))
            if gained and item_told and f"gained:{mark}" not in had:
                found.add((rule, "gained"))
        for rule in old.keys() - text.answers().keys() - {"rumour"}:
            past = [r for r in self.raised.values() if r.rule == rule and r.key in keys]
            known = f"lost:{mark}" in {r.occasion for r in past}
            mine = [r.occasion for r in past if r.item_id == article.item_id]
            if mine and not known and not mine[-1].startswith("lost:"):
                found.add((rule, "lost"))
        return found

    def undone(self, tx: Tx, article: Article) -> set[str]:
        """What nobody was told of: a loss, now that the article says it again, or a gain that is
        lost."""
        if len(article.texts) == 1:
            return set()
        said, says = (text.answers().keys() for text in article.texts[-2:])
        undone = {(rule, "lost") for rule in says - said}
        undone |= {(rule, "gained") for rule in said - says}
        told = tx.all(
            """SELECT alert_id FROM delivery_alerts JOIN deliveries USING (delivery_id)
               WHERE state <> 'waiting' OR tries > 0
               UNION SELECT alert_id FROM holds WHERE digest_id IS NOT NULL"""
        )
        return {
            alert_id
            for alert_id, one in self.raised.items()
            if one.item_id == article.item_id
            if (one.rule, one.occasion.partition(":")[0]) in undone
        } - {row["alert_id"] for row in told}

    def believed(self, rule: str, members: set[int], told: int | None) -> int | None:
        """The highest figure that two outlets say, or a later version of one article."""
        outlets, raised = defaultdict(set), set()
        for article in self.articles:
            if article.item_id not in members:
                continue
            lower: list[int] = []
            for text in article.texts:
                _, figure = text.answers().get(rule, (None, None))
                if figure is None:
                    continue
                outlets[figure].add(article.url.split("/")[2])
                if any(one < figure for one in lower):
                    raised.add(figure)
                lower.append(figure)
        sure = {value for value, names in outlets.items() if len(names) > 1} | raised
        return max((value for value in sure if told is None or value > told), default=None)

    async def silence(self) -> None:
        rule, now = self.chance.choice(RULES[:3]), self.world.now
        until = now + self.chance.randint(1, 48) * HOUR
        wish = Silence((LabelMatcher("rule", "=", rule.id),), "ana", "a drill", now, until)
        await self.store.write(lambda tx: hushing.silence(tx, self.config, wish, now))

    async def expire(self) -> None:
        for row in await self.world.rows("silences"):
            await self.store.write(
                lambda tx, row=row: silences.expire(tx, row["silence_id"], self.world.now)
            )

    async def ack(self) -> None:
        if self.raised:
            now, one = self.world.now, self.chance.choice(list(self.raised.values()))
            until = self.chance.choice((None, now + HOUR, now + 8 * HOUR))
            await self.store.write(
                lambda tx: hushing.acknowledge(tx, self.config, Ack(one.key, "ben", now, until))
            )

    async def merge(self) -> None:
        if self.articles:
            one, other = self.chance.choice(self.articles), self.chance.choice(self.articles)

            def change(tx: Tx) -> None:
                keys = [items.stories(tx, each.item_id)[0] for each in (one, other)]
                grouping.merge(tx, self.config, keys[0], keys[1], self.world.now)

            await self.store.write(change)

    async def split(self) -> None:
        if self.articles:
            item_id = self.chance.choice(self.articles).item_id
            await self.store.write(lambda tx: grouping.split(tx, item_id, self.world.now))

    # --- what is true after each event

    async def check_held(self, new: dict[str, Row], article: Article) -> None:
        """Each alert is owed or held in each of its channels, by the first reason that holds."""
        holds = await self.world.rows("holds")
        owed = await self.world.rows("delivery_alerts JOIN deliveries USING (delivery_id)")
        now = self.world.now
        quiet_rules = {
            json.loads(row["matchers"])[0][2]: row["silence_id"]
            for row in await self.world.rows("silences ORDER BY created_at DESC, silence_id DESC")
            if row["created_at"] <= now < row["ends_at"]
        }
        for alert_id, row in new.items():
            for channel in ("pager", "room") if row["rule_id"] == "derailed" else ("room",):
                told = [
                    one for one in owed if (one["alert_id"], one["channel"]) == (alert_id, channel)
                ]
                held = [
                    one for one in holds if (one["alert_id"], one["channel"]) == (alert_id, channel)
                ]
                assert len(held) == (0 if told else 1)
                assert not told or len(told) == (2 if channel == "room" else 1)
                why = held[0]["why"] if held else None
                late = self.world.now - article.published_at > DAY and row["late"]
                must = (
                    "silenced" if row["rule_id"] in quiet_rules
                    else "demoted" if row["demoted"]
                    else "low" if row["severity"] == "low"
                    else "late" if late
                    else None
                )  # fmt: skip
                if must is not None:
                    assert why == must, (why, must, dict(row))
                    if must == "silenced":
                        assert held[0]["detail"] == quiet_rules[row["rule_id"]]
                else:
                    assert why in (None, "cap", "updates", "acked", "quiet"), why
                    assert why is None or row["severity"] != "critical"

    # --- what is true in the end

    async def end(self) -> None:
        """All works again, for as long as anything may be tried."""
        self.trouble = 0.0
        for _ in range(8):  # the longest cooldown, and a digest
            await self.wait(DAY)
        await self.world.close()
        await self.world.open()
        await self.check_told()
        await self.check_pace()
        await self.check_caps()
        await self.check_quiet()
        await self.check_reopened()
        await self.world.close()

    async def check_told(self) -> None:
        """Nothing is lost, nobody is told a thing twice."""
        dead = {
            (row["channel"], row["recipient"])
            for row in await self.world.rows("deliveries WHERE state = 'dead'")
        }
        assert not await self.world.rows("deliveries WHERE state = 'waiting' AND kind <> 'edit'")
        assert not await self.world.rows("holds WHERE digest_id IS NULL")
        told: dict[tuple[str, str], dict[str, set[tuple[str, int]]]] = defaultdict(
            lambda: defaultdict(set)
        )
        sure: set[tuple[str, str, int]] = set()
        for one in self.accepted:
            of = one.delivery
            message = (of.conversation_id, of.recipient, of.revision)
            assert message not in sure, "twice, and known to have been accepted"
            if one.sure:
                sure.add(message)
            for alert_id in one.alerts:
                # A digest that came, and was refused when it came again, is in the next one too.
                if one.sure or of.kind is DeliveryKind.ALERT or not one_more(self.accepted, one):
                    told[of.channel, of.recipient][alert_id].add((of.conversation_id, of.revision))
        for alert_id, alert in self.raised.items():
            for channel in ("pager", "room") if alert.rule == "derailed" else ("room",):
                for to in self.config.channels[channel].recipients:
                    times = len(told[channel, to][alert_id])
                    assert times == 1 or (times == 0 and (channel, to) in dead), (
                        alert_id, alert, channel, to, times,
                    )  # fmt: skip

    def conversations(self) -> dict[tuple[str, str], list[Accepted]]:
        """What each recipient was told of a story, each message when it came first."""
        found: dict[tuple[str, str], list[Accepted]] = defaultdict(list)
        for one in self.accepted:
            of = one.delivery
            if of.kind is DeliveryKind.ALERT:
                talk = found[of.conversation_id, of.recipient]
                if all(each.delivery.revision != of.revision for each in talk):
                    talk.append(one)
        return found

    def severity(self, alerts: frozenset[str]) -> Severity:
        return min((self.raised[one].severity for one in alerts), key=RANKS.index)

    async def check_pace(self) -> None:
        alerts = {row["alert_id"]: row for row in await self.world.rows("alerts")}
        waits = self.config.settings.pace.group_wait_seconds
        for talk in self.conversations().values():
            first = talk[0]
            earliest = min(
                alerts[one]["raised_at"] + waits[self.raised[one].severity] * 1000
                for one in first.alerts
            )
            assert first.at >= earliest, "before its group wait"
            for before, after in pairwise(talk):
                assert after.delivery.revision > before.delivery.revision
                assert after.at - before.at >= 15 * MINUTE
            for place in range(1, len(talk)):
                assert talk[place].at - talk[place - 1].at >= self.interval(talk[: place + 1]), talk
            for one in talk[1:]:
                within = [each for each in talk[1:] if one.at - DAY < each.at <= one.at]
                assert len(within) <= 6 or self.severity(one.alerts) is Severity.CRITICAL

    def interval(self, talk: list[Accepted]) -> int:
        """The pause before the last of these messages: 15 and 30 min, 1, 2, 4 h since a rise."""
        steps, highest = 0, 9
        for one in talk:
            rank = RANKS.index(self.severity(one.alerts))
            steps, highest = (0, rank) if rank < highest else (steps + 1, highest)
        return (15, 15, 30, 60, 120, 240)[min(steps, 5)] * MINUTE

    async def check_caps(self) -> None:
        pace = self.config.settings.pace
        rows = await self.world.rows(
            """(SELECT c.conversation_id, c.channel, c.opened_at, a.* FROM conversations c
                JOIN deliveries d ON d.conversation_id = c.conversation_id AND d.revision = 1
                JOIN delivery_alerts da ON da.delivery_id = d.delivery_id
                JOIN alerts a ON a.alert_id = da.alert_id AND a.raised_at <= c.opened_at)"""
        )
        opened: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
        for row in rows:
            opened[row["conversation_id"], row["channel"], row["opened_at"]].append(row)
        for (_, channel, at), alerts in opened.items():
            if any(row["severity"] == "critical" for row in alerts):
                continue
            before = [
                {row["rule_id"] for row in others}
                for (_, where, when), others in opened.items()
                if where == channel and at - HOUR < when < at
            ]
            assert len(before) < pace.channel_cap
            counts = [sum(row["rule_id"] in each for each in before) for row in alerts]
            assert min(counts) < pace.rule_cap

    async def check_quiet(self) -> None:
        """Nothing is planned for quiet hours but what is critical, and nothing else is tried."""
        critical = set()
        for row in await self.world.rows("deliveries WHERE kind = 'alert'"):
            told = await self.world.rows(
                f"delivery_alerts WHERE delivery_id = {row['delivery_id']}"
            )
            alerts = frozenset(one["alert_id"] for one in told)
            if self.severity(alerts) is Severity.CRITICAL:
                critical.add((row["conversation_id"], row["recipient"], row["revision"]))
            elif row["channel"] == "room":
                assert not self.is_quiet(row["due_at"])
        for talk, told in self.conversations().items():
            for one in told:
                # They come in order: what stands before a critical one passes with it.
                passes = any(each[:2] == talk and each[2] >= one.delivery.revision
                             for each in critical)  # fmt: skip
                quiet = one.delivery.channel == "room" and self.is_quiet(one.at)
                assert passes or not quiet

    def is_quiet(self, at: int) -> bool:
        hour = datetime.fromtimestamp(at / 1000, ZoneInfo("Europe/Berlin")).hour
        quiet = self.config.channels["room"].quiet
        return quiet is not None and (hour >= 22 or hour < 6)

    async def check_reopened(self) -> None:
        """A conversation that takes up a closed story waits for the cooldown, news does not."""
        cooldown = self.config.settings.pace.cooldown_seconds * 1000
        rows = await self.world.rows("conversations")
        subjects = {row["conversation_id"]: (row["channel"], row["subject"]) for row in rows}
        stories = {row["story_key"]: row for row in await self.world.rows("stories")}
        talks = self.conversations()
        for (conversation, recipient), talk in talks.items():
            channel, subject = subjects[conversation]
            story = stories.get(subject)
            if story is None or story["follows"] is None:
                continue
            self.reopened += 1
            before = [
                one.at
                for (other, to), told in talks.items()
                for one in told
                if to == recipient and subjects[other] == (channel, story["follows"])
                if one.at <= talk[0].delivery.created_at
            ]
            news = any(self.raised[one].occasion != "first" for one in talk[0].alerts)
            free = news or self.severity(talk[0].alerts) is Severity.CRITICAL
            assert free or not before or talk[0].at >= max(before) + cooldown


def one_more(accepted: list[Accepted], unsure: Accepted) -> bool:
    """Whether what we were killed over is told for sure by another digest."""
    return any(
        other.sure
        and other.delivery.recipient == unsure.delivery.recipient
        and other.delivery.channel == unsure.delivery.channel
        and other.delivery.kind is DeliveryKind.DIGEST
        and other.alerts >= unsure.alerts
        for other in accepted
    )


def conversations_told(tx: Tx, delivery: LeasedDelivery) -> list[str]:
    rows = tx.all("SELECT alert_id FROM delivery_alerts WHERE delivery_id = :id", id=delivery.id)
    return [row["alert_id"] for row in rows]


def digest_told(tx: Tx, delivery: LeasedDelivery) -> list[str]:
    rows = tx.all(
        """SELECT h.alert_id FROM conversations c
           JOIN digests g ON g.channel = c.channel
             AND c.subject = 'digest:' || g.kind || ':' || g.day
           JOIN holds h ON h.digest_id = g.digest_id WHERE c.conversation_id = :id""",
        id=delivery.conversation_id,
    )
    return [row["alert_id"] for row in rows]


def next_due(tx: Tx, now: int) -> int | None:
    found: int | None = tx.value(
        """SELECT min(max(d.try_at, coalesce(d.lease_until, 0), coalesce(p.try_at, 0)))
           FROM deliveries d LEFT JOIN paused_channels p ON p.channel = d.channel
           WHERE d.state = 'waiting'
             AND max(d.try_at, coalesce(d.lease_until, 0), coalesce(p.try_at, 0)) > :now""",
        now=now,
    )
    return found


def told_keys(tx: Tx, item_id: int) -> list[str]:
    """The stories in which an article is told, and what was split off from which."""
    keys = items.stories(tx, item_id)
    if left_closed(tx, item_id):
        keys = stories.union(tx, keys[0])
    return with_split_from(tx, keys)


def known_keys(tx: Tx, item_id: int) -> list[str]:
    """The stories whose news counts as told of an article: also those that it left."""
    ever = [*told_keys(tx, item_id), *items.stories(tx, item_id), *left_closed(tx, item_id)]
    return with_split_from(tx, ever)


def left_closed(tx: Tx, item_id: int) -> list[str]:
    rows = tx.all("SELECT * FROM joins WHERE item_id = :id AND how = 'again'", id=item_id)
    return [key for row in rows for key in stories.union(tx, row["from_key"])]


def with_split_from(tx: Tx, keys: list[str]) -> list[str]:
    keys = list(dict.fromkeys(keys))
    for key in keys:
        rows = tx.all("SELECT why FROM joins WHERE story_key = :key AND how = 'hand'", key=key)
        for row in rows:
            for old in stories.union(tx, json.loads(row["why"])["split_from"]):
                if old not in keys:
                    keys.append(old)
    return keys


def source_of(article: Article) -> Source:
    return next(one for one in OUTLETS if f"//{one.id}." in article.url)
