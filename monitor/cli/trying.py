"""`channels test`: send the newest real match, or a sample, marked TEST, and show the answer."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from monitor import log
from monitor.channels import Channel as WayOut
from monitor.cli import out, place, quoting
from monitor.cli.base import Call, Exit
from monitor.cli.delivering import way_out
from monitor.deliver import Deliverer
from monitor.engine import Engine
from monitor.model import DeliveryKind, StoredItem
from monitor.net.client import Client
from monitor.settings import (
    Channel,
    Config,
    ConsoleChannel,
    EmailChannel,
    Settings,
    SlackChannel,
    WebhookChannel,
)
from monitor.store import alerts as kept
from monitor.store import outbox, trials, views
from monitor.store.db import Row, Tx

WAIT_SECONDS = 130.0  # a sending may take two minutes, in the daemon too
_LOOK_SECONDS = 0.2
_KEEP_MS = 3600 * 1000
_LONGEST_HEADLINE = 200
_SAMPLE = (
    "a sample, as nothing stored matches yet",
    "This is how a marked sentence looks: monitors said a «car bombing» at a checkpoint killed at "
    "least 26 people.",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one recipient's test came to."""

    channel: str
    recipient: str
    accepted: bool
    words: str
    result: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What to try; `build` makes the ways out."""

    config: Config
    names: Sequence[str]
    rule_id: str | None
    build: Callable[[Channel, Settings, Client], WayOut]


def run(call: Call, name: str | None, rule_id: str | None) -> Exit:
    """Ends 1 unless every recipient's was accepted."""
    config = place.load(call)
    log.start(sys.stderr, logging.CRITICAL).hide(config)
    names = _chosen(config, name)
    if rule_id is not None and rule_id not in {rule.id for rule in config.rules}:
        known = ", ".join(rule.id for rule in config.rules) or "none"
        raise click.UsageError(f"no rule {rule_id!r}; there are: {known}")
    build = way_out(call)
    answers = asyncio.run(_try_all(Trial(config, names, rule_id, build)))
    for answer in answers:
        _show(call, config, answer)
    return Exit.OK if all(answer.accepted for answer in answers) else Exit.FAILED


def missing(config: Config, channel: Channel) -> list[str]:
    """What a channel cannot do as it is configured, and what helps."""
    found = []
    if isinstance(channel, SlackChannel) and channel.token is None:
        found.append(
            "an incoming webhook can neither thread nor edit nor draw buttons: updates come as new "
            "messages; a bot token can (token, channel)"
        )
    elif isinstance(channel, SlackChannel) and channel.app_token is None:
        found.append("without an app token (app_token) no buttons are drawn")
    if isinstance(channel, WebhookChannel) and channel.url.reveal().startswith("http:"):
        found.append("the connection is not encrypted: signed, but anyone on the way can read it")
    if isinstance(channel, EmailChannel):
        if channel.security == "none":
            found.append("the connection is not encrypted (security: none)")
        if channel.username is None:
            found.append("no sign-in is configured (username), which most servers want")
    if isinstance(channel, ConsoleChannel):
        found.append("it prints only where Wirewatch runs")
    if config.settings.contact is None and isinstance(channel, EmailChannel):
        found.append("no `contact` in monitor.yaml: publishers cannot write to anyone")
    return found


async def _try_all(trial: Trial) -> list[Answer]:
    engine = Engine(trial.config, f"wirewatch channels test, pid {os.getpid()}")
    deliverer = Deliverer(engine, trial.build)
    try:
        headline, text = await engine.store.read(lambda tx: _words(tx, trial.rule_id))
        notice = json.dumps({"headline": headline, "text": text}, ensure_ascii=False)
        tried = await asyncio.gather(
            *(_try(engine, deliverer, name, notice) for name in trial.names)
        )
        return [answer for answers in tried for answer in answers]
    finally:
        await engine.close()


async def _try(engine: Engine, deliverer: Deliverer, name: str, notice: str) -> list[Answer]:
    now, channel = engine.clock(), engine.config.channels[name]
    subject = f"test:{now}:{os.getpid()}"
    owed = outbox.Owed(
        name, channel.recipients, subject, DeliveryKind.TEST, now, now, now + _KEEP_MS,
        notice=notice,
    )  # fmt: skip

    def owe(tx: Tx) -> None:
        outbox.enqueue(tx, owed)
        trials.try_now(tx, name, now)

    conversation = outbox.conversation_id(name, subject)
    await engine.store.write(owe)
    await deliverer.send_due(name)
    rows, paused = await _await_answers(engine, name, conversation)
    await engine.store.write(lambda tx: trials.withdraw(tx, conversation))
    return [_answer(name, row, paused) for row in rows]


async def _await_answers(
    engine: Engine, name: str, conversation: str
) -> tuple[Sequence[Row], Row | None]:
    """The running daemon may have taken the message first: then its answer is waited for."""
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while True:
        rows = await engine.store.read(lambda tx: trials.outcomes(tx, conversation))
        paused = await engine.store.read(lambda tx: outbox.paused(tx, name))
        busy = [row for row in rows if row["result"] is None and row["lease_until"] is not None]
        if not busy or asyncio.get_running_loop().time() >= deadline:
            return rows, paused
        await asyncio.sleep(_LOOK_SECONDS)


def _answer(name: str, row: Row, paused: Row | None) -> Answer:
    accepted = row["state"] == "sent"
    words = row["answer"] if accepted else row["detail"] or row["answer"]
    if row["result"] is None:
        words = f"not tried: {paused['detail']}" if paused else "no answer came"
    return Answer(name, row["recipient"], accepted, words or "", row["result"])


def _words(tx: Tx, rule_id: str | None) -> tuple[str, str]:
    """Headline and text: the newest real match, or a sample."""
    match = views.newest_match(tx, rule_id)
    if match is None:
        return _SAMPLE
    stored: StoredItem = views.as_it_read(tx, match)
    title = (stored.item.title or "(no headline)")[:_LONGEST_HEADLINE]
    found = quoting.quotes(match["rule_id"], stored, kept.load_spans(match["spans"]))
    lines = [f"{quoting.marked(quote)}  ({quote.place})" for quote in found]
    lines += [stored.item.url, f"Explain: wirewatch why {stored.id}"]
    return f"[{match['rule_id']}] {title}", "\n".join(lines)


def _chosen(config: Config, name: str | None) -> list[str]:
    if name is None:
        return list(config.channels)
    if name not in config.channels:
        raise click.UsageError(f"no channel {name!r}; there are: {', '.join(config.channels)}")
    return [name]


def _show(call: Call, config: Config, answer: Answer) -> None:
    channel = config.channels[answer.channel]
    if call.as_json:
        out.emit({
            "channel": answer.channel, "recipient": answer.recipient, "accepted": answer.accepted,
            "result": answer.result, "answer": answer.words, "missing": missing(config, channel),
        })  # fmt: skip
        return
    verdict = "accepted" if answer.accepted else "NOT ACCEPTED"
    to = "" if answer.recipient == channel.kind else f" to {answer.recipient}"
    out.lines(*out.wrapped(f"{answer.channel} ({channel.kind}){to}: {verdict}: {answer.words}", ""))
    for words in missing(config, channel):
        out.lines(*out.hanging("  missing: ", words))
