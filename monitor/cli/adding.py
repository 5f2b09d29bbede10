"""`add`: find out what an address is, show what it would store, add it to sources.yaml."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import click
from pydantic_core import PydanticCustomError

from monitor import config as files
from monitor import urls
from monitor.clean import clean
from monitor.cli import cautions, out, place, previewing
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.candidates import Prober
from monitor.cli.configuring import ask_reload
from monitor.cli.discovering import Discovery, Wanted, discover
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.config import fields
from monitor.config.load import read_sources
from monitor.engine import Engine
from monitor.errors import WirewatchError
from monitor.settings import FIRST_LEARNED_SECONDS, Config, Source

_DAEMON = {
    "taken": "the running daemon has it; its first look tells nothing, what comes after does",
    "not_running": "no daemon runs; start it: wirewatch watch",
    "refused": "the running daemon refuses the configuration and does not have it: "
    "see wirewatch config check",
    "not_allowed": "the running daemon is another account's and does not have it yet: "
    "as that account, wirewatch reload",
    "no_answer": "the running daemon did not answer: see wirewatch status",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    url: str
    source_id: str | None = None
    every_seconds: float | None = None
    section: str | None = None
    kind: str | None = None
    yes: bool = False
    dry_run: bool = False


def run(call: Call, wish: Wish) -> None:
    config = place.look(call)
    wish = replace(wish, url=pasted(wish.url))
    _refuse_known(config, wish.url, wish.section)
    if wish.source_id is not None:
        files.check_id(config.directory, wish.source_id)
    usual = _usual(config, wish)
    with tempfile.TemporaryDirectory() as scratch:
        found = asyncio.run(_discover(config, wish, usual, Path(scratch)))
    source = found.chosen.source
    _refuse_known(config, source.url, source.section)
    source = replace(source, id=_free_id(config, wish.source_id, source.id))
    now = wall_clock()
    warnings = cautions.warnings(found, source.every_seconds, now)
    if not call.as_json:
        previewing.show(found, source, warnings, When.of(config.settings, now))
    block = outcome = None
    if _is_wanted(call, wish):
        block = files.append_source(config.directory, source)
        outcome, _ = ask_reload(config.settings.database)
    if call.as_json:
        shape = previewing.shape(found, source, warnings)
        out.emit({**shape, "written": block is not None, "block": block, "daemon": outcome})
    elif block is None:
        out.lines("", "nothing written" + ("" if wish.dry_run else "; --yes writes it"))
    else:
        out.lines("", f"added at the end of {config.directory / 'sources.yaml'}:", block.rstrip())
        out.lines(_DAEMON[outcome or "not_running"])
    if block is None:
        end(Exit.OK if wish.dry_run else Exit.FAILED)


def pasted(text: str) -> str:
    """An address as people copy it: with blanks, in brackets, or for a feed reader."""
    address = text.strip(" \t\r\n<>\"'\u200b\ufeff")
    scheme, _, rest = address.partition(":")
    if scheme.lower() != "feed":
        return address
    rest = rest.removeprefix("//")
    return rest if rest.lower().startswith(("http://", "https://")) else f"http://{rest}"


async def _discover(config: Config, wish: Wish, usual: Source, scratch: Path) -> Discovery:
    """On a database of its own where nothing is to be written, or there is none yet."""
    database = config.settings.database
    if wish.dry_run or not files.may_be(database.exists):
        database = scratch / "scratch.db"
    there = replace(config, settings=replace(config.settings, database=database))
    engine = Engine(there, f"wirewatch add, pid {os.getpid()}")
    try:
        with Progress() as progress:
            prober = Prober(engine, usual, progress.note)
            return await discover(prober, Wanted(wish.url, wish.section, wish.kind))
    finally:
        await engine.close()


class Progress(AbstractContextManager["Progress"]):
    """Says on a terminal what is being asked, for as long as that takes."""

    def note(self, url: str) -> None:
        if sys.stderr.isatty():
            text = out.fitted(clean(f"asking {url}"), out.width() - 1)
            click.echo(f"\r{text:{out.width() - 1}}", err=True, nl=False)

    def __exit__(self, *_: object) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{'':{out.width() - 1}}\r", err=True, nl=False)


class AlreadyWatched(WirewatchError):
    """A source in the files has this address."""


def _refuse_known(config: Config, url: str, section: str | None) -> None:
    for source in config.sources:
        same = source.url == url or urls.canonical(source.url) == urls.canonical(url)
        if same and source.section == section:
            raise AlreadyWatched(f"{url} is watched already, by source `{source.id}`")


def _usual(config: Config, wish: Wish) -> Source:
    """A source as sources.yaml has them where nothing else is said."""
    path = config.directory / "sources.yaml"
    usual = read_sources(str(path), path.read_bytes())[1].defaults
    every = usual.every if wish.every_seconds is None else _interval(wish.every_seconds)
    return Source(
        "new", "feed", wish.url, every or FIRST_LEARNED_SECONDS, usual.article, usual.timezone,
        every_is_learned=every is None,
    )  # fmt: skip


def _interval(seconds: float) -> int:
    """As `every:` in the files."""
    try:
        return fields.seconds(f"{seconds:.3f}".rstrip("0").rstrip(".") + "s")
    except PydanticCustomError as error:
        mend = (error.context or {}).get("mend")
        raise click.UsageError(f"--every: {error.message()}, {mend}") from error


def _free_id(config: Config, wished: str | None, found: str) -> str:
    known = {one.id for one in config.sources}
    numbered = (found if n == 1 else f"{found}-{n}" for n in range(1, 10_000))
    return wished or next(one for one in numbered if one not in known)


def _is_wanted(call: Call, wish: Wish) -> bool:
    if wish.dry_run or wish.yes:
        return not wish.dry_run
    if call.as_json or not sys.stdin.isatty():
        return False
    say("")
    return click.confirm("Add it to sources.yaml?", default=True, err=True)
