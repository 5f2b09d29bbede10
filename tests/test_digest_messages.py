"""What people see of a digest: golden messages, limits, and text that must have no effect."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from messages import millis
from monitor.digests import Blind, Digest, DigestKind, Gap, Heading, Judged, Section, Story
from monitor.model import Message
from monitor.render import forms
from monitor.render.briefing import Roundup
from monitor.settings import Severity
from test_render import assert_sound
from world import HOUR

CASES = sorted((Path(__file__).parent / "data" / "digests" / "messages").iterdir())


def load(case: Path) -> Roundup:
    given = YAML(typ="safe").load((case / "case.yaml").read_text("utf-8"))
    stated = given.get("judged")
    digest = Digest(
        digest_id="d19e570000000001",
        channel="desk",
        kind=DigestKind(given["kind"]),
        day=given["day"],
        timezone=given["timezone"],
        covers_from=millis(given["from"]),
        covers_to=millis(given["to"]),
        stories=tuple(_story(each) for each in given.get("stories", ())),
        headings=tuple(
            Heading(Section(each["section"]), each["stories"], each.get("note", ""))
            for each in given.get("headings", ())
        ),
        blind=tuple(
            Blind(each["source"], each["why"], _at(each.get("since")))
            for each in given.get("blind", ())
        ),
        judged=stated and Judged(
            stated["items"], stated["rules"], stated["healthy"], stated["sources"],
            _at(stated.get("canary")),
        ),
        missed=given.get("missed", 0),
        refused=tuple(given.get("refused", ())),
        gaps=tuple(Gap(*map(millis, each)) for each in given.get("gaps", ())),
    )  # fmt: skip
    return Roundup("d19e570000000001", digest, digest.covers_to, digest.covers_to, "desk.example")


def _at(moment: Any) -> int | None:
    return None if moment is None else millis(moment)


def _story(given: dict[str, Any]) -> Story:
    return Story(
        section=Section(given["section"]),
        headline=given["headline"],
        url=given.get("url"),
        rules=tuple(given["rules"]),
        severity=Severity(given.get("severity", "normal")),
        articles=given["articles"],
        origins=given.get("origins", 0),
        newest_at=0,
        alert_id=hashlib.sha256(given["headline"].encode()).hexdigest()[:16],
        told_at=_at(given.get("told")),
        fate=given.get("fate", ""),
        news=given.get("news", ""),
        sentence=tuple(
            (piece, False) if isinstance(piece, str) else (next(iter(piece)), True)
            for piece in given.get("sentence", ())
        ),
        place=given.get("place", ""),
    )


def messages(about: Roundup) -> dict[str, Message]:
    return {kind: forms.digest(kind, about) for kind in forms.KINDS}


def in_files(about: Roundup) -> dict[str, str]:
    """File name to what stands in it."""
    told = messages(about)
    mail = told["email"]
    headers = {"Subject": mail.subject, "Message-ID": mail.message_id, **mail.headers}
    head = "".join(f"{name}: {value}\n" for name, value in headers.items())
    return {
        "email.txt": f"{head}\n{mail.text}",
        "email.html": mail.html or "",
        "slack.json": json.dumps(told["slack"].slack, indent=1, ensure_ascii=False) + "\n",
        "webhook.json": json.dumps(told["webhook"].webhook, indent=1, ensure_ascii=False) + "\n",
        "console.txt": told["console"].text,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    """The forms of each case, to the letter."""
    for name, text in in_files(load(case)).items():
        assert text == (case / name).read_text("utf-8"), name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_is_sound_in_every_form(case: Path) -> None:
    """Mail reads back as meant, Slack's limits hold, terminals get nothing to obey."""
    assert_sound(messages(load(case)))


def test_every_try_says_the_same() -> None:
    """However much later it is tried, but for the date on the mail."""
    about = load(CASES[0])
    later = replace(about, now=about.now + 7 * HOUR)
    one, again = messages(about), messages(later)
    assert one["email"].message_id == again["email"].message_id
    assert {**one, "email": one["email"].text} == {**again, "email": again["email"].text}


@pytest.mark.parametrize("letter", ["<", "日", " "])
@pytest.mark.parametrize(("stories", "blind"), [(0, 0), (12, 400)])
def test_a_flood_stays_within_all_limits(letter: str, stories: int, blind: int) -> None:
    """So many stories, and all of them long: it says how many it leaves out, and where they are."""
    day = load(next(case for case in CASES if case.name == "a_full_day"))
    long = replace(
        day.digest.stories[0],
        headline=letter * 300,
        url="https://a.test/" + "x" * 1900,
        rules=("r" * 64,) * 9,
        sentence=((letter * 100, False), (letter * 100, True), (letter * 100, False)),
    )
    digest = replace(
        day.digest,
        stories=tuple(replace(long, section=one) for one in Section for _ in range(stories)),
        headings=tuple(Heading(one, stories + 900, letter * 300) for one in Section),
        blind=tuple(Blind(f"source-{n}", letter * 120, day.now) for n in range(blind)),
        refused=("2026-11-16",) * 90,
    )
    told = messages(replace(day, digest=digest))
    assert_sound(told)
    assert "more: wirewatch alerts" in json.dumps(told["slack"].slack)
    assert len(told["email"].html or "") < 2_000_000


@pytest.mark.parametrize("blind", [2, 40])
def test_blind_sources_are_counted_whole_and_shown_in_whole_lines(blind: int) -> None:
    """However many there is room for, and as many more as there are."""
    day = load(next(case for case in CASES if case.name == "a_full_day"))
    why = "no new item for 9 h (usual gap 40 min)"
    many = tuple(Blind(f"source-{n:02}", why, None) for n in range(blind))
    told = messages(replace(day, digest=replace(day.digest, blind=many)))
    slack = next(
        block["text"]["text"]
        for block in told["slack"].slack["blocks"]
        if "BLIND" in block.get("text", {}).get("text", "")
    )
    for text in (told["email"].text, told["email"].html, told["console"].text, slack):
        assert f"BLIND {blind}" in text
        left = map(int, re.findall(r"\band (\d+) more: wirewatch status", text))
        assert text.count(f": {why}") + sum(left) == blind
    assert len(slack) <= 820
