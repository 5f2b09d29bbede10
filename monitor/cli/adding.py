"""`add`: find out what an address is, show what it would store, add it to sources.yaml."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from monitor import config as files
from monitor.cli import discovering, out, place
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.configuring import ask_reload
from monitor.cli.discovering import Discovery
from monitor.cli.when import When
from monitor.config.load import read_sources
from monitor.engine import Engine, wall_clock
from monitor.errors import WirewatchError
from monitor.settings import Config, Source

PREVIEW = 5
_LONGEST_TEASER = 160
_DAEMON = {
    "taken": "the running daemon has it; its first look tells nothing, what comes after does",
    "not_running": "no daemon runs; start it: wirewatch watch",
    "refused": "the running daemon refuses the configuration and does not have it: "
    "see wirewatch config check",
    "no_answer": "the running daemon did not answer: see wirewatch status",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    url: str
    source_id: str | None = None
    every_seconds: int | None = None
    section: str | None = None
    yes: bool = False
    dry_run: bool = False


def run(call: Call, wish: Wish) -> None:
    config = place.look(call)
    _refuse_known(config, wish)
    with tempfile.TemporaryDirectory() as scratch:
        found = asyncio.run(_discover(config, wish, Path(scratch)))
    _refuse_known(config, replace(wish, url=found.source.url))
    source = _as_configured(config, found.source, wish)
    if not call.as_json:
        _show(found, source, When.of(config.settings, wall_clock()))
    if not _is_wanted(call, wish):
        if call.as_json:
            out.emit(_shape(found, source))
        else:
            out.lines("", "nothing written" + ("" if wish.dry_run else "; --yes writes it"))
        end(Exit.OK if wish.dry_run else Exit.FAILED)
    block = files.append_source(config.directory, source)
    outcome, _ = ask_reload(config.settings.database)
    if call.as_json:
        out.emit(_shape(found, source, block=block, daemon=outcome))
        return
    out.lines("", f"added at the end of {config.directory / 'sources.yaml'}:", block.rstrip())
    out.lines(_DAEMON[outcome])


async def _discover(config: Config, wish: Wish, scratch: Path) -> Discovery:
    """On a database of its own where nothing is to be written, or there is none yet."""
    database = config.settings.database
    if wish.dry_run or not database.exists():
        database = scratch / "scratch.db"
    there = replace(config, settings=replace(config.settings, database=database))
    engine = Engine(there, f"wirewatch add, pid {os.getpid()}")
    try:
        return await discovering.discover(engine, wish.url, wish.section)
    finally:
        await engine.close()


class AlreadyWatched(WirewatchError):
    """A source in the files has this address."""


def _refuse_known(config: Config, wish: Wish) -> None:
    for source in config.sources:
        if source.url == wish.url and source.section == wish.section:
            raise AlreadyWatched(f"{wish.url} is watched already, by source `{source.id}`")


def _as_configured(config: Config, source: Source, wish: Wish) -> Source:
    """With an id that is free, and with what sources.yaml says of all sources."""
    path = config.directory / "sources.yaml"
    usual = read_sources(str(path), path.read_bytes())[1].defaults
    known = {one.id for one in config.sources}
    name = wish.source_id or source.id
    if wish.source_id is None:
        name = next(one for n in range(1, 10_000)
                    if (one := name if n == 1 else f"{source.id}-{n}") not in known)  # fmt: skip
    return replace(
        source, id=name, every_seconds=wish.every_seconds or usual.every, article=usual.article,
        timezone=usual.timezone,
    )  # fmt: skip


def _is_wanted(call: Call, wish: Wish) -> bool:
    if wish.dry_run or wish.yes:
        return not wish.dry_run
    if call.as_json or not sys.stdin.isatty():
        return False
    say("")
    return click.confirm("Add it to sources.yaml?", default=True, err=True)


def _show(found: Discovery, source: Source, when: When) -> None:
    out.lines(*out.wrapped(found.what, ""))
    out.lines(*out.wrapped(f"{out.of(len(found.items), 'entry')}; as source `{source.id}`", ""))
    for item in found.items[:PREVIEW]:
        date = when.published(item.published)
        out.lines("", *out.hanging(f"  {date:12}  ", item.title or "(no headline)"))
        if item.body:
            teaser = item.body[:_LONGEST_TEASER].replace("\n", " ")
            more = "..." if len(item.body) > _LONGEST_TEASER else ""
            out.lines(*out.wrapped(teaser + more, " " * 16))
    for warning in found.warnings:
        out.lines("", *out.hanging("beware: ", warning))


def _shape(
    found: Discovery, source: Source, *, block: str | None = None, daemon: str | None = None
) -> Mapping[str, object]:
    return {
        "id": source.id,
        "kind": source.kind,
        "url": source.url,
        "section": source.section,
        "title": found.title,
        "entries": len(found.items),
        "preview": [
            {
                "url": item.url,
                "title": item.title,
                "published_at": item.published.iso() if item.published else None,
                "summary": item.body,
            }
            for item in found.items[:PREVIEW]
        ],
        "warnings": list(found.warnings),
        "written": block is not None,
        "block": block,
        "daemon": daemon,
    }
