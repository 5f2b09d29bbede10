"""What the tests of the command line share: a configuration on disk, a runner, a newswire."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from monitor import config
from monitor.cli import main
from monitor.demo.newswire import HOSTS, Newswire, open_newswire
from monitor.demo.stories import load_stories
from monitor.model import Precision, Stamp
from world import DAY, HOUR, NOON, World, item

REPOSITORY = Path(__file__).resolve().parent.parent

MONITOR = """\
database: news.db
contact: desk@example.org
display_timezone: UTC
delay: 0s
group_wait: {high: 0s, normal: 0s}
late_after: off
allow: [127.0.0.0/8]
"""
SOURCES = """\
sources:
  - id: saren
    kind: spacemedia
    url: http://www.example-wire.test/
    section: SAREN WARS
    hosts: [example-wire.test, sister-wire.test]
  - id: coastal
    url: http://coastal-press.test/feed.atom
    article: false
"""
RULES = """\
rules:
  - id: car-bombing
    any: [car bombing, car bomb]
  - id: liberated
    any: [liberated]
"""
TEXT = "The town was liberated.\n\nA car bombing followed."
ROUTES = """\
channels:
  me: {console: {}}
"""


@dataclass
class Place:
    """A configuration directory; each file can be written anew."""

    directory: Path
    port: int | None = None
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.directory.mkdir(exist_ok=True)
        for name, text in self.files().items():
            self.write(name, text)

    def files(self) -> Mapping[str, str]:
        hosts = "".join(f'  {host}: "127.0.0.1:{self.port}"\n' for host in HOSTS)
        resolve = f"resolve:\n{hosts}" if self.port else ""
        return {"monitor": MONITOR + resolve, "sources": SOURCES, "rules": RULES, "routes": ROUTES}

    def write(self, name: str, text: str) -> None:
        (self.directory / f"{name}.yaml").write_text(text, "utf-8")

    @property
    def database(self) -> Path:
        return self.directory / "news.db"

    def call(self, *words: str, columns: int = 80, typed: str | None = None) -> Result:
        """One command in this process."""
        env = {
            "WIREWATCH_CONFIG": str(self.directory),
            "WIREWATCH_DATABASE": None,
            "COLUMNS": str(columns),
            **self.environ,
        }
        return CliRunner().invoke(main, list(words), env=env, input=typed)

    def json(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.call(*words, "--json").stdout.splitlines()]

    def env(self) -> dict[str, str]:
        return os.environ | {"WIREWATCH_CONFIG": str(self.directory)} | self.environ

    async def run(self, *words: str) -> Ended:
        """One command in a process of its own, for what needs Twisted's reactor or signals."""
        process = await self.start(*words)
        out, err = await process.communicate()
        return Ended(process.returncode or 0, out.decode(), err.decode())

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "monitor.cli", *words, cwd=REPOSITORY, env=self.env(),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip


@dataclass(frozen=True)
class Ended:
    exit_code: int
    stdout: str
    stderr: str


@asynccontextmanager
async def newswire() -> AsyncIterator[tuple[Newswire, int]]:
    """The little newswire and its port."""
    wire = Newswire(load_stories())
    runner, port = await open_newswire(wire.app())
    try:
        yield wire, port
    finally:
        await runner.cleanup()


@contextmanager
def nobody() -> Iterator[None]:
    """Without the rights of root, whom nothing is refused."""
    root = os.geteuid() == 0
    if root:
        os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        if root:
            os.setresuid(0, 0, 0)


async def fill(place: Place, now: int = NOON) -> None:
    """What a few polls leave behind: first sights, one alert, one page that cannot be read.

    Items: 1 known and matching, 2 known and edited later, 3 told, 4 news that matches nothing.
    """
    loaded = config.load(place.directory, place.environ)
    world = await World(loaded).open()
    world.now = now
    wire, brief = loaded.sources
    old = Stamp(NOON - 40 * DAY, Precision.DAY, "2025-10-13")
    try:
        known = item("known", "Old news", "Monitors said a car bombing killed 26.", published=old)
        await world.poll(brief, known, item("quiet", "Quiet night", "Nothing."))
        await world.poll(wire)
        world.now += HOUR
        fresh = item("fresh", "Town liberated", TEXT)
        edited = item(
            "quiet", "Quiet night", "Nothing.\n\nUpdated 13:00 GMT\n\nOne shot was heard."
        )
        await world.poll(brief, fresh, known, edited)
        await world.poll(wire, item("dull", "Dull day", "Rain."))
        for wanted in await world.bodies():
            await world.no_article(wanted, 404)
    finally:
        await world.close()


def keys_of(value: object) -> set[str]:
    """Every key of a JSON value, however deep."""
    if isinstance(value, Mapping):
        return set(value) | {key for inner in value.values() for key in keys_of(inner)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {key for inner in value for key in keys_of(inner)}
    return set()
