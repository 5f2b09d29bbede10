"""The steps of the demo's second half: what happens when something breaks.

Each says what it does, waits for what it promises, and says what was seen.
"""

from __future__ import annotations

import re

from monitor.demo.arrivals import Way
from monitor.demo.newswire import SECTION
from monitor.demo.script import Missing, Script
from monitor.demo.smtp_sink import HANG
from monitor.demo.stage import OPS
from monitor.demo.steps import ARTICLE
from monitor.demo.stories import Story
from monitor.demo.tally import about

KILLED = "Radio_mast_on_Tarn_ridge_liberated"
BUSY = "Blast_outside_Dornhaven_grain_exchange_wounds_nine"
DEFUSED = Story(
    slug="Car_bomb_defused_beside_Old_Marrow_pontoon",
    outlet="wire",
    section=SECTION,
    title="Sappers clear Old Marrow pontoon in time for the first ferry",
    byline="By Mara Lind",
    place="Old Marrow, Saren",
    paragraphs=(
        "Army sappers worked through the night beside the pontoon at Old Marrow and were done "
        "twenty minutes before the first ferry of the day.",
        'They had found a car bomb under a load of onions. "We took the onions out one by one," '
        "Sergeant Ida Holm said. Nobody was hurt.",
        "The ferry left on time, with the sappers on board and the onions on deck.",
    ),
    wire="NWA",
    initials="ml/st",
)
_VERDICT_LINES = 11


async def kill(script: Script) -> None:
    """SIGKILL while the mail server has a mail's text and has not answered."""
    stage = script.stage
    sent = await script.count("sent")
    stage.smtp.answer_next("data", HANG)
    story, at = script.publish(KILLED)
    await script.told(story, Way.SLACK)

    async def in_the_middle() -> bool:
        return bool(stage.handed_over(at)) and await script.count("sent") > sent

    await script.wait("an e-mail on its way", in_the_middle)
    script.happens("the mail server has the e-mail and has not answered: SIGKILL")
    await stage.watcher.kill()
    before = len(about(stage.news(), story, Way.EMAIL))
    stage.watcher.start()
    script.happens("the daemon is started again")
    await script.told(story, Way.EMAIL)
    await script.settled()
    stage.smtp.release()
    tried, came = stage.handed_over(at), len(about(stage.news(), story, Way.EMAIL))
    script.must(len(set(tried)) == 1, f"one e-mail went out under {len(set(tried))} Message-IDs")
    script.must(came == before + 1, f"{came} copies of one e-mail were accepted")
    taken = "had taken the first: the copy has its Message-ID" if before else "had not taken it"
    script.screen.holds(
        f"0 lost, 0 twice. The e-mail was handed over {len(tried)} times with one Message-ID and "
        f"accepted {'twice' if before else 'once'}: the server {taken}."
    )


async def slack(script: Script) -> None:
    """Slack is busy, then refuses with 200: nothing counts as sent, and e-mail goes on."""
    stage = script.stage
    stage.slack.answer_next("429:1")
    busy, at = script.publish(BUSY)
    await script.told(busy, Way.EMAIL)
    await _slack_said(script, "429", at)
    script.happens("Slack: 429, too many requests")
    stage.slack.answer_next("not_in_channel")
    stage.stories[DEFUSED.slug] = DEFUSED
    refused, at = script.publish(DEFUSED.slug)
    await _slack_said(script, '200 {"ok": false', at)
    script.happens('Slack: 200, {"ok": false, "error": "not_in_channel"}')
    await script.told(refused, Way.EMAIL)
    await _trouble(script, "war-room is paused")
    both = [len(about(stage.news(), one, Way.SLACK)) for one in (busy, refused)]
    script.must(both == [0, 0], "Slack refused both messages and has one all the same")
    script.happens("the app is invited; wirewatch reload")
    stage.watcher.reload()
    for story in (busy, refused):
        await script.told(story, Way.SLACK)
    await _trouble(script, "war-room works again")
    await script.settled()
    script.screen.holds(
        "Both waited and arrived; neither answer counted as sent. E-mail was not held up, and "
        f"{OPS} was told what to do."
    )


async def blank(script: Script) -> None:
    """The section's page shows no article: whoever looks after Wirewatch is told."""
    stage = script.stage
    news, told = len(stage.news()), len(stage.trouble())
    stage.newswire.show_section(SECTION, empty=True)
    script.happens(f"the page of {SECTION} is served without its list")
    await _trouble(script, "saren-wars cannot be read")
    await script.settled()
    script.must(len(stage.news()) == news, "trouble of our own went to a news channel")
    script.must(len(stage.trouble()) == told + 1, "one notice was promised; more came")
    script.screen.holds(
        f"One line to {OPS}, none to the news channels. Unsaid, a page that cannot be read "
        "would look like a day without news."
    )


async def digest(script: Script) -> None:
    """What was not told at once stands in the digest, with the word that kept it back."""
    stage = script.stage
    words = ("digest", "--now", "--channel", "desk")
    script.happens(f"$ wirewatch {' '.join(words)}")
    code, _ = await stage.watcher.command(*words)
    script.must(code == 0, f"`wirewatch {' '.join(words)}` ended {code}")

    async def seen() -> bool:
        return bool(stage.digests())

    await script.wait("the digest", seen)
    mail = stage.digests()[0]
    script.must("DEMOTED 1 (film 1)" in mail.text, "the film is not in the digest")
    script.must("saren-wars" in mail.text, "the blank page is not in the digest")
    script.screen.holds(
        "The day in one message: the stories told, the film with the word that kept it back, and "
        "the source that is blind."
    )


async def why(script: Script) -> None:
    """The command that the first e-mail names, and the beginning of what it prints."""
    mail = about(script.stage.news(), script.stage.stories[ARTICLE], Way.EMAIL)[0]
    found = re.search(r"wirewatch why (\w+)", mail.text)
    if found is None:
        raise Missing("the e-mail does not say how to ask why")
    script.screen.say(f"$ {found[0]}", indent=2)
    code, printed = await script.stage.watcher.command("why", found[1])
    for line in _in_short(printed):
        script.screen.say(line, indent=2)
    script.must(code == 0, f"`{found[0]}` ended {code}")


def _in_short(printed: str) -> list[str]:
    """Which article, and the rule's verdict with what became of the first message."""
    lines = printed.rstrip().splitlines()
    head = next((n for n, line in enumerate(lines) if line.startswith("  headline ")), 0)
    verdict = next((n for n, line in enumerate(lines) if n >= head and not line), head)
    end = min(verdict + _VERDICT_LINES, len(lines))
    return [
        *lines[:head],
        f"  [...] {verdict - head} lines: where each field is from, and both versions",
        *lines[verdict:end],
        f"  [...] {len(lines) - end} lines: the update",
    ]


async def _slack_said(script: Script, words: str, since: int) -> None:
    async def seen() -> bool:
        return script.stage.slack_said(words, since)

    await script.wait(f"a message that Slack answers with {words}", seen)


async def _trouble(script: Script, words: str) -> None:
    """Wait for a notice to ops."""

    async def seen() -> bool:
        return any(words in one.opening for one in script.stage.trouble())

    await script.wait(f"an e-mail to {OPS} that says {words!r}", seen)
