"""`deliver`: send what is owed now, from this process."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable

from monitor import channels, log, settings
from monitor.channels import Channel
from monitor.channels.console import Console
from monitor.cli import out, place
from monitor.cli.base import Call, Exit
from monitor.cli.out import of
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.deliver import Deliverer, Sent
from monitor.engine import Engine
from monitor.net.client import Client
from monitor.settings import Config, Settings
from monitor.store.waiting import Waiting, waiting


def run(call: Call) -> Exit:
    config = place.load(call)
    log.start(sys.stderr, logging.WARNING).hide(config)
    sent, left = asyncio.run(_deliver(call, config))
    refused = sent.later + sent.dead + sent.held
    if call.as_json:
        out.emit({"accepted": sent.accepted, "later": sent.later, "dead": sent.dead,
                  "held": sent.held, "waiting": left.messages})  # fmt: skip
    elif not sent.accepted + refused:
        out.lines("nothing is due" + _until(left, When.of(config.settings, wall_clock())))
    else:
        out.lines(
            f"{of(sent.accepted, 'message')} sent, {sent.later} put off, {sent.dead} given up, "
            f"{of(sent.held, 'channel')} paused"
        )
    return Exit.FAILED if refused else Exit.OK


def way_out(call: Call) -> Callable[[settings.Channel, Settings, Client], Channel]:
    """As `channels.build`; where standard output is for JSON, the console is standard error."""

    def build(channel: settings.Channel, all_settings: Settings, client: Client) -> Channel:
        if call.as_json and channel.kind == "console":
            return Console(sys.stderr)
        return channels.build(channel, all_settings, client)

    return build


def _until(left: Waiting, when: When) -> str:
    if left.first_at is None:
        return ""
    messages = of(left.messages, "message")
    if left.first_at <= when.now:
        return f" now; another process is sending {messages}"
    return f" now; {messages} to be sent, the next at {when.clock(left.first_at)}"


async def _deliver(call: Call, config: Config) -> tuple[Sent, Waiting]:
    engine = Engine(config, f"wirewatch deliver, pid {os.getpid()}")
    try:
        return await Deliverer(engine, way_out(call)).once(), await engine.store.read(waiting)
    finally:
        await engine.close()
