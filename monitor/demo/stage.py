"""Everything round the daemon of a demo: newswire, mail server, Slack, its four files.

All of it is on 127.0.0.1 and in one directory.  Plays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from monitor import config
from monitor.demo.arrivals import Arrival, Way, arrivals, edits, is_digest
from monitor.demo.newswire import HOSTS, SECTION, Newswire, open_newswire
from monitor.demo.notes import Notes
from monitor.demo.slack_sink import SlackSink
from monitor.demo.smtp_sink import SmtpSink
from monitor.demo.stories import Story, load_stories
from monitor.demo.tally import TERMS
from monitor.demo.watcher import Watcher
from monitor.settings import Rule
from monitor.store.db import Store, Tx

T = TypeVar("T")

_DAY = 86_400.0  # the feed is built anew when the play says so
DESK, OPS, ROOM = "desk@demo.test", "ops@demo.test", "#war-room"
_TOKEN = "xoxb-demo"

_MONITOR = """\
database: demo.db
delay: 0s
group_wait: {{high: 0s, normal: 0s}}
updates: {{after: [1s]}}
allow: [127.0.0.0/8]
trouble_failures: 2
trouble_after: 1s
resolve:
{resolve}
"""
_SOURCES = """\
defaults:
  every: 1s
sources:
  - id: saren-wars
    kind: spacemedia
    url: http://www.example-wire.test/
    section: {section}
    hosts: [example-wire.test, sister-wire.test]
  - id: example-wire
    url: http://www.example-wire.test/example-wire.xml
    hosts: [example-wire.test, sister-wire.test]
  - id: coastal-press
    url: http://coastal-press.test/feed.atom
"""
_ROUTES = """\
channels:
  desk:
    email: {{to: [{desk}], from: wirewatch@demo.test, server: 127.0.0.1:{smtp}, security: none}}
  war-room:
    slack: {{token: "${{DEMO_SLACK_TOKEN}}", channel: "{room}", api: http://127.0.0.1:{slack}/api}}
  trouble:
    email: {{to: [{ops}], from: wirewatch@demo.test, server: 127.0.0.1:{smtp}, security: none}}
route:
  to: [desk, war-room]
ops: trouble
"""


class Stage:
    """Set up with `open`, taken down with `close`; the daemon is started by whoever plays."""

    def __init__(self, directory: Path) -> None:
        self._config = directory / "config"
        self._database = self._config / "demo.db"
        self.site, self._mail, self._slack = Notes(), Notes(), Notes()
        self.stories = {story.slug: story for story in load_stories()}
        self.newswire = Newswire(self.stories.values(), journal=self.site, rebuild_seconds=_DAY)
        self.smtp = SmtpSink(self._mail)
        self.slack = SlackSink(self._slack, token=_TOKEN, channels=(ROOM,))
        secrets = {"DEMO_SLACK_TOKEN": _TOKEN}
        self.watcher = Watcher(self._config, directory / "daemon.log", secrets)
        self.rules: Sequence[Rule] = ()
        self.updates: dict[str, int] = {}  # how many a story is to have, by its slug
        self._secrets = secrets
        self._runner: web.AppRunner | None = None
        self._store: Store | None = None

    @property
    def terms(self) -> Mapping[str, Sequence[str]]:
        """By rule, the words that the newswire's articles are searched for."""
        return {rule.id: TERMS[rule.id] for rule in self.rules}

    async def open(self) -> None:
        self._runner, port = await open_newswire(self.newswire.app())
        self._write_files(port, await self.smtp.start(), await self.slack.start())

    async def close(self) -> None:
        self.watcher.sweep()
        if self._store is not None:
            await self._store.close()
        await self.smtp.stop()
        await self.slack.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def ask(self, query: Callable[[Tx], T]) -> T:
        """What the daemon's database says, which has to be there."""
        if self._store is None:
            self._store = Store(self._database)
        return await self._store.read(query)

    def published(self) -> list[Story]:
        """What came out since the opening, each once."""
        slugs = dict.fromkeys(entry["slug"] for entry in self.site.of("published"))
        return [self.stories[slug] for slug in slugs]

    def bring_out(self, story: Story) -> int:
        """Publish a story, or publish it again; returns when (epoch ms)."""
        self.stories[story.slug] = story
        return self.newswire.bring_out(story).at

    def arrivals(self) -> list[Arrival]:
        return arrivals(self._mail, self._slack)

    def news(self) -> list[Arrival]:
        """What arrived besides trouble of our own and digests."""
        return [one for one in self.arrivals() if one.to != OPS and not is_digest(one)]

    def trouble(self) -> list[Arrival]:
        return [one for one in self.arrivals() if one.way is Way.EMAIL and one.to == OPS]

    def digests(self) -> list[Arrival]:
        return [one for one in self.arrivals() if is_digest(one)]

    def edits(self) -> list[Arrival]:
        """How Slack's messages read after each edit."""
        return edits(self._slack)

    def handed_over(self, since: int) -> list[str]:
        """Message-IDs of all mails whose text the mail server had, accepted or not."""
        return [entry["message_id"] for entry in self._mail.of("data", since)]

    def slack_said(self, words: str, since: int) -> bool:
        said = (f"{entry['status']} {entry['answer']}" for entry in self._slack.of("answer", since))
        return any(words in one for one in said)

    def _write_files(self, site: int, smtp: int, slack: int) -> None:
        """The shipped files, and over them what is different here; the rules stay as shipped."""
        config.init(self._config)
        resolve = "\n".join(f'  {host}: "127.0.0.1:{site}"' for host in HOSTS)
        texts = {
            "monitor.yaml": _MONITOR.format(resolve=resolve),
            "sources.yaml": _SOURCES.format(section=SECTION),
            "routes.yaml": _ROUTES.format(desk=DESK, ops=OPS, room=ROOM, smtp=smtp, slack=slack),
        }
        for name, text in texts.items():
            (self._config / name).write_text(text, "utf-8")
        self.rules = config.load(self._config, self._secrets).rules
