"""`digest`: what the next one would say, or one at once."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from functools import partial

import click

from monitor import gathering, log
from monitor.cli import out, place
from monitor.cli.base import Call, Exit, say
from monitor.cli.delivering import way_out
from monitor.cli.out import of
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.deliver import Deliverer, Sent
from monitor.digests import Digest
from monitor.engine import Engine
from monitor.render import digest_json, forms
from monitor.render.briefing import Roundup
from monitor.settings import Config


def run(call: Call, name: str | None, *, now: bool) -> Exit:
    return _send(call, name) if now else _show(call, name)


def _show(call: Call, name: str | None) -> Exit:
    """What the next one would say if it came at this moment, and when it comes."""
    config, moment = place.look(call), wall_clock()
    names = _chosen(config, name)
    with place.Archive(config.settings.database) as archive:
        drafts = [
            archive.read(partial(gathering.preview, config=config, channel=one, now=moment))
            for one in names
        ]
    at = gathering.next_at(config.settings, moment)
    when = When.of(config.settings, moment)
    for digest in drafts:
        if call.as_json:
            out.emit({"next_at": digest_json.time(at), **digest_json.shape(digest)})
            continue
        out.lines(f"channel {digest.channel}: the next digest comes {when.clock(at)}. "
                  "If it came now:", "", _text(digest))  # fmt: skip
    return Exit.OK


def _send(call: Call, name: str | None) -> Exit:
    config = place.load(call)
    log.start(sys.stderr, logging.WARNING).hide(config)
    names = _chosen(config, name)
    digests, sent = asyncio.run(_owe_and_deliver(call, config, names))
    for digest in digests:
        if call.as_json:
            out.emit(digest_json.shape(digest))
    late = [one for one in names if one not in {digest.channel for digest in digests}]
    for one in late:
        say(f"{one}: the digest before is on its way at this moment; try again in a minute")
    say(f"{of(len(digests), 'digest')} written; {of(sent.accepted, 'message')} sent, "
        f"{sent.later} put off, {sent.dead} given up")  # fmt: skip
    refused = sent.later + sent.dead + sent.held
    return Exit.FAILED if refused or late else Exit.OK


async def _owe_and_deliver(
    call: Call, config: Config, names: list[str]
) -> tuple[list[Digest], Sent]:
    engine = Engine(config, f"wirewatch digest, pid {os.getpid()}")
    deliverer = Deliverer(engine, way_out(call))
    try:
        written = []
        for name in names:
            owe = partial(gathering.owe_asked, config=config, channel=name, now=engine.clock())
            digest = await engine.store.write(owe)
            if digest is not None:
                written.append(digest)
                await deliverer.send_due(name)
        return written, deliverer.totals
    finally:
        await engine.close()


def _text(digest: Digest) -> str:
    roundup = Roundup(digest.digest_id, digest, digest.covers_to, digest.covers_to)
    return forms.digest("console", roundup).text


def _chosen(config: Config, name: str | None) -> list[str]:
    if name is None:
        return list(gathering.channels(config))
    if name not in config.channels:
        raise click.UsageError(f"no channel {name!r}; there are: {', '.join(config.channels)}")
    return [name]
