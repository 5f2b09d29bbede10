"""watch, poll, add, reload and status as processes, over the little newswire."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from channel_world import smtp
from cli_world import MONITOR, REPOSITORY, RULES, SOURCES, Place, fill, newswire
from monitor import config
from monitor.clock import wall_clock
from monitor.demo.newswire import Newswire
from monitor.engine import Engine
from tests.rig.until import until
from world import DAY, HOUR

ARTICLE = "Army_retakes_last_rebel-held_town"
MAIL = """\
channels:
  me: {{email: {{to: [ana@desk.example], from: w@desk.example, server: "127.0.0.1:{port}",
    security: none}}}}
"""
SETTLED = "SELECT count(*) = 0 FROM items WHERE body_state = 'wanted'"
SENT = "SELECT count(*) = 1 FROM deliveries WHERE state = 'sent'"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[tuple[Place, Newswire]]:
    async with newswire() as (wire, port):
        yield Place(tmp_path / "config", port), wire


async def read_until(stream: asyncio.StreamReader | None, last: str) -> str:
    """Lines up to and with the one that holds `last`."""
    assert stream is not None
    found = ""
    async with asyncio.timeout(40):
        while last not in found:
            line = (await stream.readline()).decode()
            assert line, found
            found += line
    return found


async def test_a_day_of_the_daemon(world: tuple[Place, Newswire]) -> None:
    """Start, second start, status, alert, refused and taken reload, stop, and start again."""
    place, wire = world
    place.write("sources", f"defaults: {{every: 1s}}\n{SOURCES}")
    daemon = await place.start("watch")
    summary = await read_until(daemon.stdout, "send one as a test:")
    assert re.match(r"\d\d:\d\d:\d\d  ready\. 2 sources, 2 rules, channels: me \(no ", summary)
    assert "first sight: 22 items stored as known, nothing told. Your rules on these 22:" in summary
    assert re.search(r"car-bombing +1 .*coastal, ", summary)
    assert "wirewatch channels test --rule car-bombing" in summary

    second = await place.run("watch")
    assert second.exit_code == 3
    assert "already works on" in second.stderr

    await until(place.database, SETTLED)
    wire.publish(ARTICLE)
    told = await read_until(daemon.stdout, "Explain:")
    assert "«car bombing»" in told
    assert "«liberated»" in told
    await until(place.database, SENT)

    status = await place.run("status", "--check")
    assert status.exit_code == 0, status.stdout + status.stderr
    assert f"the daemon runs (pid {daemon.pid})" in status.stdout

    place.write("rules", "rules: [{id: bad bad}]\n")
    refused = await place.run("reload")
    assert refused.exit_code == 2
    assert "rules.yaml:1:" in refused.stderr
    assert "was refused" in (await place.run("status")).stdout
    place.write("rules", RULES)
    taken = await place.run("reload")
    said = "taken: the daemon works by these files now, 2 sources and 2 rules\n"
    assert (taken.exit_code, taken.stdout) == (0, said)
    place.write("rules", RULES.partition("  - id: liberated")[0])
    taken = await place.run("reload", "--json")
    assert json.loads(taken.stdout) == {
        "outcome": "taken", "error": None, "sources": 2, "rules": 1,
    }  # fmt: skip
    place.write("rules", RULES)
    assert (await place.run("reload")).exit_code == 0

    added = await place.run("add", "http://www.example-wire.test/example-wire.xml", "--yes")
    assert "the running daemon has it" in added.stdout, added.stderr
    await until(place.database, "SELECT baseline_at NOT NULL FROM sources WHERE kind = 'feed'"
                " AND source_id <> 'coastal'")  # fmt: skip

    daemon.send_signal(signal.SIGTERM)
    _, log = await daemon.communicate()
    assert daemon.returncode == 0
    assert all(re.match(r"\d{4}-.*Z \w+ |    ", line) for line in log.decode().splitlines()), log

    await start_again(place)


async def test_watch_json_keeps_the_console_off_standard_output(
    world: tuple[Place, Newswire],
) -> None:
    """What is for scripts can be read to the last line."""
    place, wire = world
    place.write("sources", f"defaults: {{every: 1s}}\n{SOURCES}")
    daemon = await place.start("watch", "--json")
    await until(place.database, SETTLED)
    sources = await read_until(daemon.stdout, '"coastal"')
    wire.publish(ARTICLE)
    told = await read_until(daemon.stderr, "Explain:")
    daemon.send_signal(signal.SIGTERM)
    rest, _ = await daemon.communicate()
    assert "«car bombing»" in told
    assert all(json.loads(line)["id"] for line in (sources + rest.decode()).splitlines())


async def test_a_daemon_goes_on_when_nobody_reads_what_it_prints(
    world: tuple[Place, Newswire],
) -> None:
    """`watch | head`: the console channel is paused, nothing breaks."""
    place, wire = world
    place.write("sources", f"defaults: {{every: 1s}}\n{SOURCES}")
    reading, writing = os.pipe()
    daemon = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "monitor.cli", "watch", cwd=REPOSITORY, env=place.env(),
        stdin=asyncio.subprocess.DEVNULL, stdout=writing, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.close(writing)
    os.close(reading)
    await until(place.database, "SELECT count(*) = 2 FROM sources WHERE baseline_at NOT NULL")
    await until(place.database, SETTLED)
    wire.publish(ARTICLE)
    log = await read_until(daemon.stderr, "deliver.paused channel=me")
    daemon.send_signal(signal.SIGTERM)
    _, rest = await daemon.communicate()
    assert daemon.returncode == 0
    assert "BrokenPipeError" not in log + rest.decode()


async def test_poll_may_be_cut_off(world: tuple[Place, Newswire]) -> None:
    """`| head` has had enough, and every source is polled all the same."""
    place, _ = world
    poll = f"{sys.executable} -m monitor.cli poll | true && exit $PIPESTATUS"
    cut = await asyncio.create_subprocess_exec(
        "bash", "-o", "pipefail", "-c", poll, cwd=REPOSITORY, env=place.env(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await cut.communicate()
    assert (cut.returncode, out, err) == (0, b"", b"")
    polled = (await place.run("sources", "--json")).stdout.splitlines()
    assert [json.loads(one)["health"] for one in polled] == ["ok", "ok"]


async def test_status_tells_of_messages_that_were_given_up(tmp_path: Path) -> None:
    """For a day; then only while nothing else has come to that recipient, for a week."""
    place = Place(tmp_path / "config")
    async with smtp() as (sink, port):
        place.write("routes", MAIL.format(port=port))
        await fill(place)
        sink.answer_next("rcpt", "550 5.1.1 no such user")
        sink.answer_next("rcpt", "550 5.1.1 no such user")  # to what tells of it on ops
        assert "0 messages sent, 0 put off, 2 given up" in (await place.run("deliver")).stdout
        given_up = "2 messages to ana@desk.example on me were given up"
        assert given_up in await checked(place, days_later=0)
        assert given_up in (await place.run("status")).stdout
        assert given_up in await checked(place, days_later=2)
        assert given_up not in await checked(place, days_later=6)
        assert (await place.run("channels", "test", "me")).exit_code == 0
    with closing(sqlite3.connect(place.database)) as db, db:
        tried = (wall_clock() - HOUR,)
        db.execute("UPDATE attempts SET tried_at = ? WHERE result <> 'accepted'", tried)
    assert given_up in await checked(place, days_later=0)
    assert given_up not in await checked(place, days_later=2)


async def checked(place: Place, *, days_later: int) -> str:
    """What `status --check` complains of, when all was tried so long ago."""
    with closing(sqlite3.connect(place.database)) as db, db:
        earlier = days_later * DAY
        db.execute("UPDATE attempts SET tried_at = tried_at - ?", (earlier,))
        db.execute("UPDATE deliveries SET sent_at = sent_at - ?", (earlier,))
    return (await place.run("status", "--check")).stderr


async def start_again(place: Place) -> None:
    """A start without news says so; one that is killed is told of."""
    daemon = await place.start("watch")
    summary = await read_until(daemon.stdout, "wirewatch ")
    assert "nothing new at first sight" in summary
    daemon.kill()
    await daemon.communicate()
    assert "was killed or broke" in " ".join((await place.run("status")).stdout.split())


async def test_poll_says_what_it_found_and_reads_the_articles(
    world: tuple[Place, Newswire],
) -> None:
    place, wire = world
    first = await place.run("poll")
    assert first.exit_code == 0, first.stderr
    assert sorted(first.stdout.splitlines()) == [
        "coastal: 10 items, 10 new, 0 alerts",
        "saren: 12 items, 12 new, 0 alerts",
    ]
    wire.publish(ARTICLE)
    await place.run("sources", "pause", "saren")
    assert (await place.run("poll")).stdout == "coastal: not modified\n"
    second = await place.run("poll", "saren", "--json")
    assert json.loads(second.stdout)["new"] == 1
    delivered = await place.run("deliver", "--once")
    assert "«liberated»" in delivered.stdout
    assert delivered.stdout.endswith("1 message sent, 0 put off, 0 given up, 0 channels paused\n")


async def test_poll_says_apart_what_is_sent_and_what_waits_for_the_digest(
    world: tuple[Place, Newswire],
) -> None:
    """Of three alerts one is low."""
    place, wire = world
    low = "    severity: low\n"
    place.write("rules", f"{RULES}{low}  - id: town\n    any: [town]\n")
    await place.run("poll")
    wire.publish(ARTICLE)
    polled = await place.run("poll", "saren")
    assert polled.stderr.splitlines() == [
        "2 alerts to be sent by the running daemon, or now: wirewatch deliver --once",
        "1 alert kept for the digest; see: wirewatch digest",
    ]


async def test_poll_that_finds_only_low_alerts_speaks_of_no_message(
    world: tuple[Place, Newswire],
) -> None:
    place, wire = world
    low = "    severity: low\n"
    place.write("rules", RULES.replace("  - id: liberated", f"{low}  - id: liberated") + low)
    await place.run("poll")
    wire.publish(ARTICLE)
    polled = await place.run("poll", "saren")
    assert polled.stderr == "2 alerts kept for the digest; see: wirewatch digest\n"


async def test_a_dry_run_shows_and_stores_nothing(world: tuple[Place, Newswire]) -> None:
    place, _ = world
    told = await place.run("poll", "coastal", "--dry-run")
    assert told.exit_code == 0
    assert "Night ferry keeps its winter timetable" in told.stdout
    assert not place.database.exists()


async def test_poll_ends_3_when_a_source_is_held_and_1_when_it_fails(
    world: tuple[Place, Newswire],
) -> None:
    place, _ = world
    loaded = config.load(place.directory, {})
    engine = Engine(loaded, "somebody else")
    try:
        await engine.adopt(engine.ingest.plan)
        await engine.claim_source(loaded.sources[0])
        held = await place.run("poll")
    finally:
        await engine.close()
    assert held.exit_code == 3
    assert "saren is being polled by somebody else" in held.stderr
    assert held.stdout.startswith("coastal: 10 items")
    place.write("sources", "sources: [{id: gone, url: http://coastal-press.test/nothing-here}]\n")
    failed = await place.run("poll")
    assert failed.exit_code == 1
    assert failed.stdout.startswith("gone: failed, the server answered 404")
    assert (await place.run("poll", "nobody")).exit_code == 2


FEED = """<rss version="2.0"><channel><title>One</title><link>http://one.example/</link>
<item><title>First</title><link>http://one.example/first</link></item></channel></rss>"""


@asynccontextmanager
async def served(answer: Callable[[str], str]) -> AsyncIterator[str]:
    """`answer` has each feed's path.  Yields where: `127.0.0.1:port`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        body = "" if path == "/robots.txt" else answer(path)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def one_host(place: Place, answer: Callable[[str], str]) -> AsyncIterator[None]:
    """Nine sources of one host, the last of them paused."""
    async with served(answer) as there:
        lines = [f"  - {{id: s{n}, url: 'http://{there}/{n}', article: false}}" for n in range(8)]
        lines += [f"  - {{id: s8, url: 'http://{there}/8', article: false, paused: true}}"]
        place.write("sources", "\n".join(["sources:", *lines, ""]))
        yield


async def test_poll_leases_of_a_host_what_a_lease_covers(tmp_path: Path) -> None:
    """A host that was never asked may want a minute's pause; the rest follows, and named sources
    that nobody polls by themselves do, too."""
    place, leased = Place(tmp_path / "config"), []

    def answer(_: str) -> str:
        with closing(sqlite3.connect(place.database)) as db:
            leased.extend(db.execute("SELECT count(lease_token) FROM sources").fetchone())
        return FEED

    async with one_host(place, answer):
        names = [f"s{n}" for n in range(9)]
        polled = await place.run("poll", *names)
        assert polled.exit_code == 0, polled.stderr
        assert [line.partition(":")[0] for line in sorted(polled.stdout.splitlines())] == names
        assert max(leased[:4]) == 4
        assert max(leased) == 5
        assert len((await place.run("poll")).stdout.splitlines()) == 8


async def test_poll_takes_a_bounded_number_of_sources_at_once(tmp_path: Path) -> None:
    """Of many more than it has room for."""
    place, leased = Place(tmp_path / "config"), []
    names = [f"s{n}" for n in range(250)]

    def answer(_: str) -> str:
        with closing(sqlite3.connect(place.database)) as db:
            leased.extend(db.execute("SELECT count(lease_token) FROM sources").fetchone())
        return FEED

    async with served(answer) as there:
        resolve = "".join(f'  {name}.test: "{there}"\n' for name in names)
        place.write("monitor", f"{MONITOR}resolve:\n{resolve}")
        lines = "".join(f"  - {{id: {n}, url: 'http://{n}.test', article: false}}\n" for n in names)
        place.write("sources", f"sources:\n{lines}")
        polled = await place.run("poll")
    assert polled.exit_code == 0, polled.stderr
    assert {line.partition(":")[0] for line in polled.stdout.splitlines()} == {*names}
    assert 25 < max(leased) <= 200


async def test_poll_that_is_broken_off_begins_nothing_more(tmp_path: Path) -> None:
    place, asked = Place(tmp_path / "config"), asyncio.Event()

    def answer(_: str) -> str:
        asked.set()
        return FEED

    async with one_host(place, answer):
        place.write("monitor", MONITOR.replace("delay: 0s", "delay: 20s"))
        poll = await place.start("poll")
        await asyncio.wait_for(asked.wait(), 30)
        poll.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(poll.communicate(), 30)
    assert poll.returncode == 1
    broken = err.decode().splitlines()
    assert broken[-4:] == [f"s{n}: broken off" for n in range(4, 8)]
    assert len(out.decode().splitlines()) + len(broken) == 8


async def test_poll_is_broken_off_by_ctrl_c(tmp_path: Path) -> None:
    """Nothing stays leased, and what was broken off is named."""
    asked = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()  # until the other side has gone
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        place = Place(tmp_path / "config")
        port = server.sockets[0].getsockname()[1]
        place.write("sources", f"sources: [{{id: slow, url: 'http://127.0.0.1:{port}/feed'}}]\n")
        poll = await place.start("poll")
        await asyncio.wait_for(asked.wait(), 30)
        poll.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(poll.communicate(), 30)
    assert (poll.returncode, out, err) == (1, b"", b"slow: broken off\n")
    await until(place.database, "SELECT count(*) = 0 FROM sources WHERE lease_token NOT NULL")


async def test_add_finds_a_feed_and_a_section(world: tuple[Place, Newswire]) -> None:
    """Shown as it would be stored; nothing is written without a yes."""
    place, _ = world
    before = (place.directory / "sources.yaml").read_text()
    feed = await place.run("add", "http://www.example-wire.test/example-wire.xml")
    assert (feed.exit_code, feed.stderr) == (1, "")
    assert feed.stdout.startswith("a feed: ")
    assert "nothing written; --yes writes it" in feed.stdout
    dry = await place.run(
        "add", "http://www.sister-wire.test/", "--section", "SAREN WARS", "--dry-run"
    )
    assert dry.exit_code == 0, dry.stderr
    assert "a site of the Space Media Network: its section SAREN WARS" in " ".join(
        dry.stdout.split()
    )
    known = await place.run("add", "http://coastal-press.test/feed.atom")
    assert "is watched already, by source `coastal`" in known.stderr
    assert (place.directory / "sources.yaml").read_text() == before


async def test_add_writes_one_block_at_the_end(world: tuple[Place, Newswire]) -> None:
    place, _ = world
    before = (place.directory / "sources.yaml").read_text()
    url = "http://www.example-wire.test/example-wire.xml"
    told = await place.run("add", url, "--as", "wire", "--every", "5m", "--yes")
    assert told.exit_code == 0, told.stderr
    assert "no daemon runs" in told.stdout
    after = (place.directory / "sources.yaml").read_text()
    assert after == f"{before}  - id: wire\n    url: {url}\n    every: 5m\n"


async def test_add_says_what_is_wrong_with_an_address(world: tuple[Place, Newswire]) -> None:
    place, _ = world
    for url in (
        "http://coastal-press.test/nothing", "http://coastal-press.test/news/dredger-finds-cannon",
        "ftp://x.example/", "http://10.0.0.1/feed",
    ):  # fmt: skip
        told = await place.run("add", url, "--yes")
        assert (told.exit_code, told.stdout) == (1, ""), url
        assert len(told.stderr.splitlines()) == 1
