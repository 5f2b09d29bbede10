"""A synthetic article sent all the way, from fetch to message, to see that the way is open.

It is fetched from a site of our own on loopback, read in the workers, stored, matched by a compiled
rule, decided, routed and rendered for every channel by the code that does so for real ones.  From
`store` on that is one transaction, and it is undone: nobody is sent anything, nothing stays but
what it came to.  Then every channel is signed in to, as far as it can be without a message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from monitor import briefings, channels, ingest, poll
from monitor.canary import site
from monitor.channels import Channel
from monitor.errors import ReadReason, SendError
from monitor.ingest import Ingest
from monitor.model import (
    Change,
    DueSource,
    Flight,
    Item,
    OutcomeKind,
    Polled,
    WantedBody,
)
from monitor.net.client import Client
from monitor.net.hosts import RobotsCopy
from monitor.plan import Plan
from monitor.poll import Reads, Tools
from monitor.settings import Config, Route, Rule, Settings, Severity, Source
from monitor.store import assurance, views, work
from monitor.store.db import Store, Tx

log = logging.getLogger("wirewatch.canary")

FLIGHT_SECONDS = 120.0
CHECK_SECONDS = 30.0
NAME = "canary"
FETCH, PARSE, STORE, MATCH, ROUTE, RENDER = "fetch", "parse", "store", "match", "route", "render"


class Home(Protocol):
    """Where it flies from: an engine."""

    store: Store
    client: Client
    clock: Callable[[], int]
    ingest: Ingest

    @property
    def workers(self) -> Reads: ...


class Fell(Exception):
    """It did not get through the stage that it was at."""


@dataclass(slots=True)
class _Way:
    """How far it has come."""

    stage: str = FETCH


class Canary:
    """Of one engine.  `build` makes a way out of a channel's settings."""

    def __init__(
        self,
        home: Home,
        build: Callable[..., Channel] = channels.build,
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        self._home = home
        self._build = build
        self._check_seconds = check_seconds

    async def fly(self) -> Flight:
        """Keeps what it came to, and returns it."""
        way, detail = _Way(), None
        try:
            async with asyncio.timeout(FLIGHT_SECONDS):
                await self._go(way)
        except TimeoutError:
            detail = f"it did not come through within {FLIGHT_SECONDS:.0f} s"
        except Fell as error:
            detail = str(error)
        # Whatever breaks on its way is what it looks for.
        except Exception as error:
            log.exception("canary.broke stage=%s", way.stage)
            detail = f"{type(error).__name__}: {error}"
        refused = await self._refused()
        stage = way.stage if detail is not None else None
        flight = Flight(self._home.clock(), stage, detail, refused)
        await self._home.store.write(lambda tx: assurance.keep(tx, flight))
        log.log(
            logging.INFO if flight.ok else logging.WARNING, "canary.%s stage=%s refused=%s %s",
            "came_through" if flight.ok else "fell", stage, ",".join(refused) or None, detail or "",
        )  # fmt: skip
        return flight

    async def _go(self, way: _Way) -> None:
        home = self._home
        source = Source(NAME, "feed", site.FEED_URL, adhoc=True, tell_all=True)
        async with _visit(home) as tools:
            due = DueSource(source, lease=None)
            polled = await poll.poll_feed(tools, due)
            _heed(way, polled)
            way.stage = PARSE
            if [item.url for item in polled.items] != [site.ARTICLE_URL]:
                raise Fell(f"1 entry was to be read, not {len(polled.items)}")
            way.stage = FETCH
            wanted = WantedBody(0, site.ARTICLE_URL, source, 0, lease=None)
            response = await poll.fetch(tools, poll.ask_for(wanted))
            way.stage = PARSE
            article = await poll.read_article(tools, wanted, response)
            _heed(way, article)
        way.stage = MATCH
        await asyncio.to_thread(_ask_all_rules, home.ingest.plan, article.items[0])
        way.stage = STORE
        plan = _plan(home.ingest.plan.config, source)
        now = home.clock()
        await home.store.rehearse(lambda tx: _Passage(tx, plan, now, way).take(polled, article))

    async def _refused(self) -> dict[str, str]:
        """Sign in everywhere at once; the channels that would not have us, with why."""
        names = tuple(self._home.ingest.plan.config.channels)
        said = await asyncio.gather(*(self._check(name) for name in names))
        return {name: why for name, why in zip(names, said, strict=True) if why is not None}

    async def _check(self, name: str) -> str | None:
        config = self._home.ingest.plan.config
        try:
            way_out = self._build(config.channels[name], config.settings, self._home.client)
            await asyncio.wait_for(way_out.check(), self._check_seconds)
        except SendError as error:
            return error.detail
        except TimeoutError:
            return f"no answer within {self._check_seconds:.0f} s"
        # The edge of a channel.
        except Exception as error:
            log.exception("canary.check_broke channel=%s", name)
            return f"{type(error).__name__}: {error}"
        return None


@dataclass(slots=True)
class _Passage:
    """Through the store in one transaction, which is undone."""

    tx: Tx
    plan: Plan
    now: int
    way: _Way
    _item_id: int = field(default=0)

    def take(self, polled: Polled, article: Polled) -> None:
        self._store(polled, article)
        self._render(self._alert_id())

    def _store(self, polled: Polled, article: Polled) -> None:
        came = ingest.take_in(self.tx, self.plan, polled, self.now)
        if not came.accepted or came.changes != (Change.NEW,):
            raise Fell("its feed's entry was not taken for a new article")
        bodies = work.claim_bodies(self.tx, self.plan.sources, NAME, self.now, 1)
        if not bodies:
            raise Fell("nobody would have read its page")
        self._item_id = bodies[0].item_id
        whole = replace(article, wanted=bodies[0])
        if not ingest.take_in(self.tx, self.plan, whole, self.now).accepted:
            raise Fell("its page was not taken in")

    def _alert_id(self) -> str:
        self.way.stage = MATCH
        alerts = views.alerts_of_item(self.tx, self._item_id)
        if len(alerts) != 1:
            raise Fell(f"its rule was to raise 1 alert, not {len(alerts)}")
        return str(alerts[0]["alert_id"])

    def _render(self, alert_id: str) -> None:
        self.way.stage = ROUTE
        deliveries = assurance.owed(self.tx, alert_id, self.now)
        # Somebody's silence may be wide enough to take the canary in.
        known = {each.channel for each in deliveries} | assurance.held(self.tx, alert_id)
        missing = self.plan.config.channels.keys() - known
        if missing:
            raise Fell(f"nothing would have been sent to {', '.join(sorted(missing))}")
        self.way.stage = RENDER
        for delivery in deliveries:
            message = briefings.message(self.tx, self.plan.config, delivery, self.now)
            if "canary" not in message.text:
                raise Fell(f"the message to {delivery.channel} does not tell of it")


def _plan(config: Config, source: Source) -> Plan:
    """Every channel is told what the article says, at once; no rule of anybody's plays a part."""
    everywhere = tuple(config.channels)
    rule = Rule(NAME, f'"{site.SENTENCE}"', Severity.CRITICAL, everywhere, version=NAME)
    return Plan.of(replace(config, sources=(source,), rules=(rule,), route=Route(to=everywhere)))


def _ask_all_rules(plan: Plan, item: Item) -> None:
    """What the rules say of it is of no interest, but that they can be asked."""
    for match in plan.matcher.match(item, NAME):
        if match.error is not None:
            raise Fell(f"rule {match.rule_id} breaks: {match.error}")


def _heed(way: _Way, polled: Polled) -> None:
    outcome = polled.outcome
    if outcome.kind is OutcomeKind.OK:
        return
    way.stage = PARSE if outcome.reason in tuple(ReadReason) else FETCH
    raise Fell(outcome.detail or str(outcome.reason))


@asynccontextmanager
async def _visit(home: Home) -> AsyncIterator[Tools]:
    """What polling needs to reach the canary's site, and nothing else."""
    async with site.serve(site.pages(home.clock())) as port:
        client = Client(_settings(home.ingest.plan.config.settings, port), _OwnHosts())
        try:
            yield Tools(client, home.workers, home.clock)
        finally:
            await client.close()


def _settings(settings: Settings, port: int) -> Settings:
    return replace(
        settings, allow=(f"{site.LOOPBACK}/32",), resolve={site.HOST: f"{site.LOOPBACK}:{port}"},
        proxy=None, delay_seconds=0.0,
    )  # fmt: skip


class _OwnHosts:
    """Politeness towards ourselves: none, and no trace of it."""

    async def next_slot(self, host: str, delay_ms: int, now: int) -> int:
        return now

    async def defer(self, host: str, until: int) -> None:
        return

    async def robots(self, origin: str) -> RobotsCopy | None:
        return None

    async def keep_robots(self, origin: str, copy: RobotsCopy) -> None:
        return
