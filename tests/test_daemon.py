"""The daemon from outside: one at a time, quick to end, and never without a good configuration."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from channel_world import bot, slack
from cli_world import nobody
from monitor.demo.slack_sockets import pressed
from monitor.errors import StoreError
from monitor.lock import AlreadyRunning, Lock
from tests.rig.until import until
from tests.town import ARTICLE, SAREN, Town, town

FIRST_SIGHT = "SELECT count(*) = 12 FROM items WHERE body_state = 'full'"
STOP_SECONDS = 10


@pytest.fixture
async def saren(tmp_path: Path):
    async with town(tmp_path, f"defaults: {{every: 1s}}\nsources:\n{SAREN}") as opened:
        yield opened


@asynccontextmanager
async def daemon(watched: Town) -> AsyncIterator[asyncio.subprocess.Process]:
    """A running daemon past its first sight; stopped by SIGTERM, within its time, with 0."""
    process = await watched.start("monitor.cli", "watch")
    try:
        await until(watched.database, FIRST_SIGHT)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            await process.communicate()
    assert process.returncode == 0


async def test_a_second_daemon_is_refused(saren: Town) -> None:
    """On the same database only one works; the other says so and ends 3."""
    async with daemon(saren):
        second = await saren.run("monitor.cli", "watch")
    assert second.code == 3
    assert "already works on" in second.complained


async def test_a_place_for_the_database_that_cannot_be_is_a_sentence(saren: Town) -> None:
    """A file stands where its folder should."""
    (saren.directory / "taken").write_text("")
    with (saren.directory / "monitor.yaml").open("a") as settings:
        settings.write("database: taken/news.db\n")
    watch = await saren.run("monitor.cli", "watch")
    assert watch.code == 1
    assert "cannot write" in watch.complained
    assert "Traceback" not in watch.complained


def test_the_lock_makes_the_databases_folder(tmp_path: Path) -> None:
    Lock(tmp_path / "var" / "lib" / "news.db").release()


def test_another_accounts_lock_is_held_or_in_the_way() -> None:
    """Its daemon is named where it runs."""
    with tempfile.TemporaryDirectory() as made:
        database = Path(made, "news.db")
        held = Lock(database)
        held.path.chmod(0o444)
        Path(made).chmod(0o555)
        with nobody():
            with pytest.raises(AlreadyRunning, match=f"pid {os.getpid()}"):
                Lock(database)
            held.release()
            with pytest.raises(StoreError, match="another account's"):
                Lock(database)
            with pytest.raises(StoreError, match=r"other\.db\.lock: Permission denied"):
                Lock(database.with_name("other.db"))
        Path(made).chmod(0o755)


async def test_what_came_while_it_was_down_is_told_after_the_restart(saren: Town) -> None:
    """A restart loses nothing, and tells nothing old."""
    async with daemon(saren):
        pass
    saren.wire.publish(ARTICLE)
    told = "SELECT count(*) = 1 FROM deliveries WHERE state = 'sent'"
    async with daemon(saren):
        await until(saren.database, told)
    assert saren.ask("SELECT count(*) FROM alerts") == 2


async def test_a_bad_configuration_is_refused_and_the_old_one_goes_on(saren: Town) -> None:
    """Reload names every mistake with its place, ends 2, and the running rules still raise."""
    async with daemon(saren):
        saren.write("rules.yaml", "rules:\n  - id: broken\n    querry: x\n  - {id: b, any: []}\n")
        refused = await saren.run("monitor.cli", "reload")
        saren.wire.publish(ARTICLE)
        await until(saren.database, "SELECT count(*) = 2 FROM alerts")
    assert refused.code == 2
    assert "rules.yaml:3:5" in refused.said + refused.complained
    assert "rules.yaml:4" in refused.said + refused.complained
    kinds = "SELECT count(*) FROM deliveries WHERE kind = 'ops' AND notice LIKE '%rules.yaml%'"
    assert saren.ask(kinds) == 1


async def test_a_good_configuration_is_taken_whole(saren: Town) -> None:
    """After a reload the new rules judge what arrives from then on."""
    async with daemon(saren):
        saren.write("rules.yaml", "rules: [{id: flag, any: [raised the flag]}]\n")
        assert (await saren.run("monitor.cli", "reload")).code == 0
        saren.wire.publish(ARTICLE)
        await until(saren.database, "SELECT count(*) = 1 FROM alerts WHERE rule_id = 'flag'")
    assert saren.ask("SELECT count(*) FROM alerts") == 1


async def test_buttons_are_heard_while_it_runs(saren: Town) -> None:
    """Press Ack under a message: the story is acked; a stop closes the connection."""
    async with slack() as (sink, port):
        room = f"token_file: bot, app_token_file: app, channel: C0NEWS, api: {bot(port).api}"
        saren.write("routes.yaml", f"channels: {{room: {{slack: {{{room}}}}}}}\n")
        saren.write("bot", "xoxb-sink\n")
        saren.write("app", "xapp-sink\n")
        async with daemon(saren):
            saren.wire.publish(ARTICLE)
            await until(saren.database, "SELECT count(*) = 1 FROM deliveries WHERE state = 'sent'")
            ack = sink.posted[0].payload["blocks"][-1]["elements"][0]
            await sink.sockets.press("e-1", pressed(ack))
        acked = "SELECT count(*) FROM acks WHERE author = 'ana (Slack U012AB3CD)'"
        assert saren.ask(acked) == 1
        assert not sink.sockets.connected
