"""`wirewatch demo`: a little newswire, the real daemon, and what arrives, in a minute.

Everything is on this machine and goes when it ends, however it ends.  What is promised is waited
for and counted in the newswire's and the sinks' own notes.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.demo import steps, trouble
from monitor.demo.arrivals import Way
from monitor.demo.journal import wall_clock
from monitor.demo.screen import Screen
from monitor.demo.script import Missing, Script
from monitor.demo.stage import DESK, OPS, ROOM, Stage
from monitor.demo.tally import tally

USUAL_SECONDS = 60.0
_END = 60.0
_LOG_LINES = 5
_INTERRUPTED = 130  # as a shell calls what SIGINT ended

_TIMETABLE: tuple[tuple[float, str, Callable[[Script], Awaitable[None]]], ...] = (
    (1, "First sight: what is there already is learnt, not told", steps.first_sight),
    (8, "A new article, and two rules that match deep in its text", steps.article),
    (14, "The same article again: a sister host, a re-dated feed, a copy", steps.again),
    (19, "The article is edited, and says more", steps.update),
    (24, "Articles that only sound like it", steps.traps),
    (30, "The daemon is killed while it hands over an e-mail", trouble.kill),
    (40, "Slack is busy, then refuses with a friendly 200", trouble.slack),
    (48, "The section's page goes blank", trouble.blank),
    (52, "What was kept back: the digest", trouble.digest),
    (56, "Why was I told?", trouble.why),
)


def run(seconds: float) -> int:
    """Play the demo in about `seconds`; less than it takes only drops the pauses.

    Returns the exit code: 0 when all that was promised was seen, 1 when something was missing,
    130 when it was interrupted.
    """
    with TemporaryDirectory(prefix="wirewatch-demo-") as scratch:
        try:
            return asyncio.run(_play(Path(scratch), seconds))
        except (KeyboardInterrupt, asyncio.CancelledError):
            return _INTERRUPTED


async def _play(scratch: Path, seconds: float) -> int:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    stage = Stage(scratch)
    screen = Screen(sys.stdout, wall_clock())
    script = Script(stage, screen, seconds / USUAL_SECONDS)
    try:
        await stage.open()
        _introduce(screen, stage)
        for at, title, step in _TIMETABLE:
            await script.until(at)
            screen.step(title)
            await step(script)
        await script.until(_END)
        return await _finish(script)
    except Missing as missing:
        _complain(script, missing)
        return 1
    finally:
        await stage.close()


def _introduce(screen: Screen, stage: Stage) -> None:
    screen.say("Wirewatch at work. All of it runs here: nothing leaves this machine.")
    screen.say()
    for name, text in (
        ("newswire", "invented; a network's section page and feed, a coastal paper's feed"),
        ("wirewatch", "the real daemon: asks these 3 sources every second, by 2 rules"),
        *(("", f"{rule.id}: {' '.join(rule.query.split())}") for rule in stage.rules),
        ("e-mail", f"a mail server: news go to {DESK}, trouble to {OPS}"),
        ("Slack", f"a stand-in with Slack's limits and errors: news go to {ROOM}"),
    ):
        screen.entry(name, text)
    screen.say()
    screen.columns()


async def _finish(script: Script) -> int:
    """Stop the daemon, then count."""
    stage, screen = script.stage, script.screen
    await script.settled()
    code = await stage.watcher.stop()
    script.show()
    script.must(code == 0, f"the daemon ended {code} when it was asked to stop")
    result = tally(stage.published(), stage.terms, stage.news(), stage.watcher.kills, stage.updates)
    screen.step("Counted from what the newswire published and what was received")
    for one in (*result.twice, *result.strangers):
        screen.say(f"should not have come by {one.way}: {one.opening}")
    for way, slug in result.lost:
        screen.say(f"did not come by {way}: {slug}")
    if result.copies:
        screen.say(
            f"{len(result.copies)} came as a copy with the same id: accepted when the daemon was "
            "killed, before it could record that."
        )
    screen.say(
        f"matched and not told by itself: {result.counted} copy, counted with its story; "
        f"{result.kept} demoted, in the digest"
    )
    screen.say(
        f"published {result.published}, matched {result.matched}, "
        f"told {result.told[Way.EMAIL]} by e-mail and {result.told[Way.SLACK]} on Slack, "
        f"lost {len(result.lost)}, twice {len(result.twice)}"
    )
    return 0 if result.holds else 1


def _complain(script: Script, missing: Missing) -> None:
    script.show()
    script.screen.say()
    script.screen.say(f"MISSING: {missing}")
    words = script.stage.watcher.last_words(_LOG_LINES)
    if words:
        script.screen.say("The daemon's last words:")
    for line in words:
        script.screen.say(line, indent=2)
