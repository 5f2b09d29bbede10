"""init, config check, reload, doctor, channels test, deliver, extract, parse-feed."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from cli_world import Place, fill, nobody
from monitor.cli.doctor import Verdict, compiled, machine
from monitor.cli.place import Archive
from monitor.clock import wall_clock
from monitor.demo.slack_sink import SlackSink
from monitor.demo.smtp_sink import SmtpSink
from monitor.store import daemon
from world import HOUR

ARTICLE = b"<html><head><title>Quiet night</title></head><body><article><h1>Quiet night</h1>" + (
    b"<p>The night was quiet, the police said, and nobody was hurt in any of the towns.</p>" * 8
) + b"</article></body></html>"  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "config")


def test_init_writes_what_config_check_takes(place: Place, tmp_path: Path) -> None:
    new = str(tmp_path / "new")
    assert place.call("init", new).exit_code == 0
    assert "good" in place.call("config", "check", "--config", new).output
    again = place.call("init", new)
    assert again.exit_code == 2
    assert "are there already" in again.stderr


def test_config_check_tells_all_mistakes_with_their_places(place: Place) -> None:
    place.write("rules", "rules:\n  - id: bad bad\n    any: [x]\n")
    place.write("sources", "sources:\n  - id: one\n    url: ftp://x\n")
    told = place.call("config", "check")
    assert told.exit_code == 2
    assert "rules.yaml:2:9:" in told.stderr
    assert "sources.yaml:3:10:" in told.stderr


def test_reload_without_a_daemon(place: Place) -> None:
    told = place.call("reload")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "no daemon runs" in told.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two accounts")
def test_reload_of_another_accounts_daemon() -> None:
    """It may not be signalled, and is not called absent."""
    waiting = [sys.executable, "-c", "input()"]
    with (
        tempfile.TemporaryDirectory() as made,
        subprocess.Popen(waiting, stdin=subprocess.PIPE) as process,
    ):
        place = Place(Path(made, "config"))
        asyncio.run(fill(place))
        assert place.json("reload")[0]["outcome"] == "not_running"
        with Archive(place.database) as archive:
            archive.write(lambda tx: daemon.started(tx, process.pid, "version", wall_clock()))
        for path in (Path(made), place.directory, *place.directory.iterdir()):
            path.chmod(0o777)
        with nobody():
            told = place.call("reload")
            assert (told.exit_code, told.stdout) == (1, "")
            assert "another account's" in told.stderr
            assert place.json("reload") == [
                {"outcome": "not_allowed", "error": None, "sources": None, "rules": None}
            ]
        assert process.poll() is None


# --- ways out ------------------------------------------------------------------------------------


@asynccontextmanager
async def sinks(place: Place) -> AsyncIterator[tuple[SmtpSink, SlackSink]]:
    """A desk by mail and a room on Slack."""
    smtp, slack = SmtpSink(), SlackSink()
    mail, hook = await smtp.start(), await slack.start()
    place.environ["HOOK"] = f"http://127.0.0.1:{hook}/services/T0/B0/secret-of-hook"
    place.write(
        "routes",
        "channels:\n"
        "  desk: {email: {to: [desk@rig.test], from: w@rig.test, "
        f'server: "127.0.0.1:{mail}", security: none}}}}\n'
        '  room: {slack: {webhook: "${HOOK}"}}\n'
        "route: {to: [desk, room]}\n",
    )
    try:
        yield smtp, slack
    finally:
        await smtp.stop()
        await slack.stop()


async def test_channels_test_shows_the_servers_own_answer(place: Place) -> None:
    """The newest real match, marked TEST, on every channel."""
    await fill(place)
    async with sinks(place) as (smtp, slack):
        told = await place.run("channels", "test", "--rule", "liberated")
    assert told.exit_code == 0, told.stderr
    assert "desk (email) to desk@rig.test: accepted: 250 2.0.0 OK" in told.stdout
    assert "room (slack) to webhook: accepted: 200 ok" in told.stdout
    assert "can neither thread nor edit" in " ".join(told.stdout.split())
    assert "The town was «liberated»." in smtp.taken[0].text or "liberated" in smtp.taken[0].text
    assert "TEST" in str(smtp.taken[0].message["Subject"])
    assert "TEST" in slack.posted[0].payload["text"]


async def test_channels_test_sends_a_sample_where_nothing_matched(place: Place) -> None:
    async with sinks(place) as (_, slack):
        told = await place.run("channels", "test", "room")
    assert told.exit_code == 0, told.stderr
    assert "sample" in slack.posted[0].payload["text"]


async def test_a_refused_test_ends_1_and_is_not_sent_later(place: Place) -> None:
    """The refusal is shown in the server's words; what waits in the outbox is taken back."""
    async with sinks(place) as (_, slack):
        slack.answer_next("no_service")
        refused = await place.run("channels", "test", "room")
        assert refused.exit_code == 1
        assert "NOT ACCEPTED" in refused.stdout
        assert "no_service" in refused.stdout
        status = await place.run("status")
        again = await place.run("channels", "test", "room")
    assert "channel room is paused" in status.stdout
    assert again.exit_code == 0
    assert [("TEST" in one.payload["text"]) for one in slack.posted].count(True) == 1
    assert "secret-of-hook" not in refused.stdout + refused.stderr + status.stdout


async def test_deliver_counts_what_it_sent(place: Place) -> None:
    async with sinks(place) as (smtp, slack):
        await fill(place, wall_clock() - 2 * HOUR)
        slack.answer_next("503")
        first = await place.run("deliver", "--once")
        second = await place.run("deliver")
    assert first.exit_code == 1
    assert first.stdout.startswith("1 message sent, 1 put off")
    assert second.exit_code == 0
    assert second.stdout.startswith("nothing is due now; 1 message to be sent, the next at ")
    assert len(smtp.taken) == 1


async def test_deliver_says_that_another_process_sends(place: Place) -> None:
    now = wall_clock()
    await fill(place, now - 2 * HOUR)
    with closing(sqlite3.connect(place.database)) as db, db:
        db.execute("UPDATE deliveries SET lease_token = 't', lease_until = ?", (now + HOUR,))
    told = await place.run("deliver")
    assert told.stdout == "nothing is due now; another process is sending 1 message\n"


async def test_deliver_says_that_nothing_waits(place: Place) -> None:
    await fill(place, wall_clock() - 2 * HOUR)
    await place.run("deliver")
    assert (await place.run("deliver")).stdout == "nothing is due\n"


async def test_deliver_json_keeps_the_console_off_standard_output(place: Place) -> None:
    await fill(place, wall_clock() - 2 * HOUR)
    told = await place.run("deliver", "--json")
    assert told.stdout == '{"accepted": 1, "later": 0, "dead": 0, "held": 0, "waiting": 0}\n'
    assert "Town liberated" in told.stderr


# --- doctor --------------------------------------------------------------------------------------


def test_doctor_says_what_to_do(place: Place) -> None:
    asyncio.run(fill(place))
    told = place.call("doctor")
    assert told.exit_code == 1
    assert "MEND  daemon" in told.output
    assert "sound" in told.output


def test_doctor_goes_on_after_a_bad_configuration(place: Place) -> None:
    place.write("rules", "rules: [{id: bad bad}]\n")
    told = place.call("doctor").output
    assert told.count("MEND  config") == 2
    assert "disk" in told


def test_doctor_says_what_makes_matching_fast() -> None:
    assert compiled(is_built=True).verdict is Verdict.OK
    slow = compiled(is_built=False)
    assert slow.verdict is Verdict.NOTE
    assert "gcc python3-dev" in slow.words


def test_doctor_says_who_would_notice_that_nothing_is_noticed(place: Place) -> None:
    """Canary, heartbeat, a second channel."""
    told = place.call("doctor").output
    assert "ok    canary     every 6 h" in told
    assert "note  heartbeat  none: nobody would miss Wirewatch" in told
    assert "note  ops        me is the only channel" in told
    place.environ["BEAT"] = "https://ping.example/1"
    place.write("monitor", 'canary: {every: off}\nheartbeat_url: "${BEAT}"\n')
    told = place.call("doctor").output
    assert "note  canary     off" in told
    assert "ok    heartbeat  its address is called" in told


async def test_doctor_signs_in_everywhere(place: Place) -> None:
    async with sinks(place) as (_, slack):
        slack.answer_next("no_service")
        told = (await place.run("doctor")).stdout
    assert "ok    channel    desk (email)" in told
    assert "MEND  channel    room (slack)" in told


def test_doctor_warns_of_an_sqlite_with_the_fault() -> None:
    old = [finding.verdict for finding in machine((3, 12, 1), (3, 51, 2))]
    assert old == [Verdict.OK, Verdict.NOTE]
    assert [one.verdict for one in machine((3, 10, 0), (3, 51, 3))] == [Verdict.MEND, Verdict.OK]


# --- documents -----------------------------------------------------------------------------------


def test_extract_needs_no_configuration(tmp_path: Path) -> None:
    place = Place(tmp_path / "config")
    for file in place.directory.iterdir():
        file.unlink()
    place.directory.rmdir()
    page = tmp_path / "page.html"
    page.write_bytes(ARTICLE)
    told = place.call("extract", str(page), "--url", "https://x.example/quiet")
    assert told.exit_code == 0, told.output
    assert told.output.startswith("title     Quiet night\n")
    assert "The night was quiet" in told.output


def test_what_cannot_be_read_is_a_sentence(place: Place, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(ARTICLE)
    for words in (
        ("parse-feed", str(page)), ("extract", str(tmp_path / "none")), ("extract", str(tmp_path)),
        ("extract", "http://127.0.0.1:9/"), ("parse-feed", "http://169.254.169.254/"),
    ):  # fmt: skip
        told = place.call(*words)
        assert (told.exit_code, told.stdout) == (1, "")
        assert len(told.stderr.splitlines()) == 1


def test_parse_feed_reads_standard_input(place: Place) -> None:
    feed = '<rss version="2.0"><channel><title>F</title><item><title>T</title>' \
        "<link>https://f.example/t</link></item></channel></rss>"  # fmt: skip
    told = place.call("parse-feed", "-", typed=feed)
    assert told.exit_code == 0
    assert told.output.endswith("1 entry\n")
