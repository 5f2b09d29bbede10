"""The demo: whole, as a process that people start, and its counting and its screen by themselves.

Whole runs take half a minute: they wait for a real daemon.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from uuid import uuid4

import pytest

from monitor.demo.arrivals import Arrival, Way, around
from monitor.demo.screen import COLUMNS, Screen
from monitor.demo.stories import Story
from monitor.demo.tally import rules_of, tally

REPOSITORY = Path(__file__).resolve().parent.parent
DEMO = (sys.executable, "-m", "monitor.cli", "demo", "--for")
MARK = "WIREWATCH_TEST_MARK"  # in the environment of everything that a demo starts
TERMS = {"bombs": ["car bomb*"], "freed": ["liberated"]}
BOMB = Story("bomb", "wire", "WARS", "A blast", "by us", "Saren", ("They saw a car\nbombing.",))
CALM = replace(BOMB, slug="calm", title="A calm", paragraphs=("A car, bombing. Unliberated.",))


def environment(scratch: Path) -> Mapping[str, str]:
    return {**os.environ, "TMPDIR": str(scratch), MARK: uuid4().hex}


def left_behind(environ: Mapping[str, str]) -> list[str]:
    """Processes that were started in this environment and still live."""
    mark = f"{MARK}={environ[MARK]}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes():
                found.append((path.parent / "cmdline").read_text())
        except OSError:
            continue
    return found


def arrived(printed: str) -> str:
    """The right column, unwrapped."""
    return " ".join(line.partition(" | ")[2].strip() for line in printed.splitlines())


def test_the_whole_demo(tmp_path: Path) -> None:
    """It sees all that it promises, ends 0, and leaves neither process nor file."""
    environ = environment(tmp_path)
    done = subprocess.run(
        [*DEMO, "20s"], cwd=REPOSITORY, env=environ, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    *lines, last = done.stdout.splitlines()
    assert last == "published 7, matched 6, told 4 by e-mail and 4 on Slack, lost 0, twice 0"
    assert sum(line.startswith("  ok  ") for line in lines) == 9
    assert max(map(len, lines)) <= COLUMNS
    right = arrived(done.stdout)
    article = "Army retakes last rebel-held town on the river"
    assert right.count(article) == 3
    assert right.count("Update: at least 26 -> at least 34 killed") == 2
    assert len(re.findall(r"first message edited \d+ articles, 1 origin: NWA", right)) == 1
    assert right.count("DEMOTED 1 (film 1)") == 1
    assert right.count(f"E-mail to desk@demo.test [car-bombing, liberated] {article}") == 1
    assert re.findall(f"Slack #war-room {article} (.+?) /", right) == [
        "car-bombing (1), liberated (2)"
    ]
    assert left_behind(environ) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_ends_everything(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM leave neither process nor file either, and end 130."""
    environ = environment(tmp_path)
    with subprocess.Popen(
        [*DEMO, "60s"], cwd=REPOSITORY, env=environ, stdout=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        assert next(line for line in demo.stdout if "37 known" in line)
        demo.send_signal(number)
        assert demo.wait(30) == 130
    assert left_behind(environ) == []
    assert list(tmp_path.iterdir()) == []


def message(at: int, way: Way = Way.EMAIL, **changed: str) -> Arrival:
    words = {"to": "desk", "key": "<1>", "text": "[bombs] A blast", "opening": "A blast"}
    return Arrival(at=at, way=way, lines=(), **(words | changed))


def both(at: int) -> Iterator[Arrival]:
    return (message(at, way) for way in Way)


def test_a_term_counts_as_a_whole_phrase() -> None:
    """Across a line's end; not across a comma, not inside a word."""
    assert rules_of(BOMB, TERMS) == ["bombs"]
    assert rules_of(CALM, TERMS) == []


def test_tally_of_a_good_run() -> None:
    """One message a way for what matches, none for what does not."""
    result = tally([BOMB], TERMS, [*both(1)], [], {})
    assert result.holds
    assert (result.published, result.matched, dict(result.told)) == (
        1,
        1,
        {Way.EMAIL: 1, Way.SLACK: 1},
    )


def test_tally_of_a_lost_message() -> None:
    """What one way never had is lost there."""
    result = tally([BOMB], TERMS, [message(1)], [], {})
    assert result.lost == ((Way.SLACK, "bomb"),)
    assert not result.holds


def test_tally_of_a_copy() -> None:
    """A copy is explained by a kill between the two, with the same key, and by nothing else."""
    news = [*both(1), message(9)]
    assert tally([BOMB], TERMS, news, [], {}).twice == (message(9),)
    assert tally([BOMB], TERMS, news, [20], {}).twice == (message(9),)
    assert tally([BOMB], TERMS, news, [5], {}).copies == (message(9),)
    assert tally([BOMB], TERMS, news, [5], {}).holds
    assert not tally([BOMB], TERMS, [*both(1), message(9, key="<2>")], [5], {}).holds


def test_tally_of_updates() -> None:
    """Each is due as often as was promised, and does not stand in for a first message."""
    news = [*both(1), *(replace(one, new="Update: 2 killed") for one in both(5))]
    assert tally([BOMB], TERMS, news, [], {"bomb": 1}).holds
    assert tally([BOMB], TERMS, news, [], {}).twice == tuple(news[2:])
    assert tally([BOMB], TERMS, news, [], {"bomb": 2}).lost == tuple((w, "bomb") for w in Way)
    assert tally([BOMB], TERMS, news[2:], [], {"bomb": 1}).lost == tuple((w, "bomb") for w in Way)


def test_tally_of_what_is_not_told_by_itself() -> None:
    """A copy is counted and a demoted article kept; a message about one is a fault."""
    copy = replace(BOMB, slug="copy", title="Their blast", copy_of="bomb")
    film = replace(BOMB, slug="film", title="A film", demoted="film")
    result = tally([BOMB, copy, film], TERMS, [*both(1)], [], {})
    assert (result.holds, result.matched, result.counted, result.kept) == (True, 3, 1, 1)
    odd = message(2, text="[bombs] A film")
    assert tally([BOMB, copy, film], TERMS, [*both(1), odd], [], {}).strangers == (odd,)


def test_tally_of_a_stranger() -> None:
    """News that no matching story accounts for is a fault."""
    odd = message(2, text="[freed] A calm")
    assert tally([BOMB, CALM], TERMS, [*both(1), odd], [], {}).strangers == (odd,)


def test_a_long_quote_shows_its_mark() -> None:
    """Cut at both ends, at blanks, the mark in sight; a short one is left alone."""
    assert around("a «b» c", "«") == "a «b» c"
    cut = around(f"{'before ' * 40}«here» {'after ' * 40}", "«", 60)
    assert cut.startswith("[...] before")
    assert "«here»" in cut
    assert cut.endswith("after [...]")
    assert len(cut) <= 80


def test_the_screen_has_two_columns() -> None:
    """Left what happens, right what arrives, wrapped, with the seconds at the first line."""
    stream = StringIO()
    screen = Screen(stream, 1000)
    screen.happens(9500, "published: " + "word " * 8)
    screen.arrives(69_000, ["E-mail", "  quoted " * 8])
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith(" 0:08 published: word")
    assert any(line.startswith(" 1:08") and line.endswith("| E-mail") for line in lines)
    assert max(map(len, lines)) <= COLUMNS
    assert len({line.index("|") for line in lines}) == 1


def test_the_screen_of_a_poor_terminal() -> None:
    """Where « and curly quotes cannot be written, plain ones are."""
    raw = BytesIO()
    screen = Screen(TextIOWrapper(raw, "ascii"), 0)
    screen.say("“a «liberated» town” ☃")
    assert raw.getvalue() == b'"a >>liberated<< town" ?\n'
