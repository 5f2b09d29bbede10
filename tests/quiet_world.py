"""A whole watch on a virtual clock: real pages, store, mail server and Slack; only time is made up.

What the scheduler does every second is done at every step here, in the same order, so that a week
takes seconds.  Each stage can be stopped: the site, the workers, the scheduler, the mail server.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from channel_world import TOKEN, mail, unpaced
from monitor import poll
from monitor.canary import Canary
from monitor.channels import Channel
from monitor.channels.email import Email
from monitor.deliver import Deliverer
from monitor.demo.slack_sink import SlackSink
from monitor.demo.smtp_sink import Door, SmtpSink
from monitor.engine import Engine
from monitor.errors import FetchError
from monitor.model import DueSource, Polled
from monitor.net.client import Client
from monitor.settings import (
    Channel as ChannelSettings,
)
from monitor.settings import (
    EmailChannel,
    Secret,
    Selectors,
    Settings,
    SlackChannel,
    Source,
)
from monitor.store import assurance as kept
from monitor.vigil import Vigil
from world import HOUR, MINUTE, NOON, config

T = TypeVar("T")

TLS = ssl.create_default_context()  # made once: that takes longer than all else here
PERIOD = 6 * HOUR  # of the canary
FEED, PAGE = "/feed.xml", "/news"
WIRE = Source("wire", "feed", f"http://wire.test{FEED}", every_seconds=1700, article=False)
MINISTRY = Source(
    "ministry", "page", f"http://ministry.test{PAGE}", every_seconds=1700, article=False,
    selectors=Selectors("li.news"),
)  # fmt: skip


class Here:
    """Reads in this process: what is read here is our own."""

    async def run(self, fn: Callable[..., T], *args: object, wall_seconds: float) -> T:
        return fn(*args)

    async def close(self) -> None:
        return


@dataclass
class Site:
    """Two publishers that show the numbers of the articles they have."""

    articles: list[int] = field(default_factory=lambda: [1, 2, 3])
    titles: dict[int, str] = field(default_factory=dict)  # of those that have one of their own
    shown: dict[str, str] = field(default_factory=dict)  # path to what it shows instead

    async def answer(self, request: web.Request) -> web.Response:
        said = self.shown.get(request.path)
        if request.path == "/robots.txt":
            raise web.HTTPNotFound
        if request.path == FEED:
            return web.Response(text=said or self.feed(), content_type="application/rss+xml")
        return web.Response(text=said or self.page(), content_type="text/html")

    def feed(self, *, empty: bool = False) -> str:
        items = "".join(
            f"<item><title>{self.titles.get(n, f'Wire report {n}')}</title>"
            f"<link>http://wire.test/{n}</link></item>"
            for n in ([] if empty else self.articles[-20:])
        )
        return f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'

    def page(self) -> str:
        items = "".join(
            f'<li class="news"><a href="/news/{n}.html">What the ministry said in its {n}th note'
            f"</a></li>" for n in self.articles[-20:]
        )  # fmt: skip
        return f"<html><body><h1>News</h1><ul>{items}</ul></body></html>"


@dataclass
class Watch:
    """`now` and `steady_ms`, which never goes back, move by `go_on`.  `scheduler_runs` False:
    nothing of the scheduler's is done."""

    engine: Engine
    site: Site
    mail: SmtpSink
    slack: SlackSink
    now: int = NOON
    steady_ms: int = 0
    scheduler_runs: bool = True
    step_ms: int = 30 * MINUTE
    deliverer: Deliverer = field(init=False)
    vigil: Vigil = field(init=False)

    async def begin(self) -> None:
        self.engine.clock = self.engine.ingest._clock = lambda: self.now
        await self.engine.adopt(self.engine.ingest.plan)
        self.be_patient(10.0)
        canary = Canary(self.engine, self.build)
        self.vigil = Vigil(self.engine, canary, lambda: self.steady_ms / 1000)
        self.ticks = [
            self.vigil.watched("polls", self.poll),
            self.vigil.watched("vigil", self.vigil.tick),
            self.vigil.watched("deliveries", self.deliver),
        ]

    def be_patient(self, seconds: float) -> None:
        """How long a mail server is waited for, in real time."""
        self._seconds = seconds
        self.deliverer = Deliverer(self.engine, self.build)

    def build(self, channel: ChannelSettings, settings: Settings, client: Client) -> Channel:
        if isinstance(channel, EmailChannel):
            return Email(channel, settings, tls=TLS, total_seconds=self._seconds)
        assert isinstance(channel, SlackChannel)
        return unpaced(channel, client)

    async def go_on(self, milliseconds: int, then: Callable[[], object] | None = None) -> None:
        """Step by step; `then` is called before each."""
        for _ in range(milliseconds // self.step_ms):
            self.now += self.step_ms
            self.steady_ms += self.step_ms
            if then is not None:
                then()
            await self.step()

    async def until_told(self, within: int) -> None:
        """Until Slack has something new.  Raises AssertionError where it has nothing in time."""
        before, end = len(self.on_slack), self.now + within
        while len(self.on_slack) == before:
            assert self.now < end, "nobody was told"
            await self.go_on(self.step_ms)

    async def step(self) -> None:
        if self.scheduler_runs:
            for tick in self.ticks:
                await tick()
            if self.vigil.flying is not None:
                await self.vigil.flying
        if await self.vigil.look():
            await self.deliver()

    async def poll(self) -> None:
        tools = poll.Tools(self.engine.client, self.engine.workers, self.engine.clock)
        for due in await self.engine.claim_due(50):
            await self.engine.ingest(await self._polled(tools, due))

    async def deliver(self) -> None:
        await self.deliverer.once()

    @staticmethod
    async def _polled(tools: poll.Tools, due: DueSource) -> Polled:
        if due.source.kind == "feed":
            return await poll.poll_feed(tools, due)
        try:
            response = await tools.client.fetch(poll.ask_for(due))
        except FetchError as error:
            return poll.failed(due, error)
        return (await poll.poll_listing(tools, due, response))[0]

    @property
    def on_slack(self) -> list[str]:
        """The headlines of what Slack was told, oldest first."""
        return [str(posted.payload["text"]) for posted in self.slack.posted]

    @property
    def by_mail(self) -> list[str]:
        return [str(taken.message["Subject"]) for taken in self.mail.taken]

    async def flights(self) -> int:
        return len(await self.engine.store.read(lambda tx: kept.flights(tx, 1000)))


@asynccontextmanager
async def watch(
    directory: Path,
    *,
    ops: str = "slack",
    workers: Any = None,
    watched: tuple[Source, ...] = (WIRE, MINISTRY),
) -> AsyncIterator[Watch]:
    """The news go to `desk` by mail, trouble to `ops`."""
    site, post, slack = Site(), SmtpSink(door=Door(logins={"desk": "hunter2"})), SlackSink()
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port, post_port, slack_port = runner.addresses[0][1], await post.start(), await slack.start()
    channels = (
        mail(post_port, username="desk", password=Secret("hunter2")),
        SlackChannel("slack", token=Secret(TOKEN), channel="C0NEWS",
                     api=f"http://127.0.0.1:{slack_port}/api"),
    )  # fmt: skip
    settings = Settings(
        database=directory / "quiet.db", delay_seconds=0, allow=("127.0.0.0/8",),
        resolve=dict.fromkeys(("wire.test", "ministry.test"), f"127.0.0.1:{port}"),
    )  # fmt: skip
    made = config(directory, watched=watched, channels=channels, settings=settings)
    engine = Engine(replace(made, ops=ops), "test")
    await engine.workers.close()
    engine.workers = workers or Here()
    opened = Watch(engine, site, post, slack)
    try:
        await opened.begin()
        yield opened
    finally:
        await engine.close()
        await runner.cleanup()
        await slack.stop()
        await post.stop()
