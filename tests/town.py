"""A directory to watch the little newswire from, and the real commands run over it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from monitor.demo.journal import wall_clock
from monitor.demo.newswire import HOSTS, SECTION, Newswire
from monitor.demo.stories import load_stories

REPOSITORY = Path(__file__).resolve().parent.parent
SHIPPED_RULES = (REPOSITORY / "config" / "rules.yaml").read_text()
ARTICLE = "Army_retakes_last_rebel-held_town"
COASTAL = "http://coastal-press.test/feed.atom"

MONITOR = """\
contact: ana@desk.example
delay: 0s
group_wait: {{high: 0s, normal: 0s}}
late_after: off
allow: [127.0.0.0/8]
resolve: {{{resolve}}}
"""
SAREN = f"""\
  - id: saren
    kind: spacemedia
    url: http://www.example-wire.test/
    section: {SECTION}
    hosts: [example-wire.test, sister-wire.test]
"""
CONSOLE = "channels: {me: {console: {}}}\n"


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    said: str
    complained: str


@dataclass
class Town:
    """The newswire and a configuration that watches it."""

    directory: Path
    wire: Newswire
    port: int
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return self.directory / "wirewatch.db"

    def write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)

    async def start(self, *command: str) -> asyncio.subprocess.Process:
        """`python -m` something, with this configuration."""
        own = {"WIREWATCH_CONFIG": str(self.directory)}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", *command, cwd=REPOSITORY, env=os.environ | own | self.environ,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def run(self, *command: str) -> Ended:
        process = await self.start(*command)
        said, complained = await process.communicate()
        return Ended(process.returncode or 0, said.decode(), complained.decode())

    async def do(self, *command: str) -> str:
        """Run what must succeed; returns what it said."""
        ended = await self.run(*command)
        assert ended.code == 0, ended.complained
        return ended.said

    def ask(self, question: str) -> int:
        """The first column of the first row; 0 while there is no database."""
        if not self.database.exists():
            return 0
        with closing(sqlite3.connect(self.database)) as db:
            return int(db.execute(question).fetchone()[0])

    def make_due(self) -> None:
        with closing(sqlite3.connect(self.database)) as db, db:
            db.execute("UPDATE sources SET next_poll_at = 0")


@asynccontextmanager
async def town(
    directory: Path, sources: str, *, port: int = 0, clock: Callable[[], int] = wall_clock
) -> AsyncIterator[Town]:
    """`sources` is the text of sources.yaml; the shipped rules, and the console to tell on."""
    wire = Newswire(load_stories(), clock=clock)
    runner = web.AppRunner(wire.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    opened = Town(directory, wire, int(runner.addresses[0][1]))
    directory.mkdir(exist_ok=True)  # noqa: ASYNC240
    resolve = ", ".join(f'{host}: "127.0.0.1:{opened.port}"' for host in HOSTS)
    opened.write("monitor.yaml", MONITOR.format(resolve=resolve))
    opened.write("sources.yaml", sources)
    opened.write("rules.yaml", SHIPPED_RULES)
    opened.write("routes.yaml", CONSOLE)
    try:
        yield opened
    finally:
        await runner.cleanup()
