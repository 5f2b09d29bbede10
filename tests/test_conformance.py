"""What every channel keeps, whatever it is asked to tell: run over all of them, to real servers.

A new kind of channel is one entry of `channel_world.ENDS` and passes this file.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from pathlib import Path
from unicodedata import category

import pytest

from channel_world import ENDS, HOOK_SECRET, TOKEN, End
from messages import CASES, briefing, find
from messages import load as load_message
from monitor.errors import SendError
from monitor.model import Item, Message, short_id
from monitor.render import forms
from monitor.render.briefing import Briefing, Bulletin, Roundup
from test_digest_messages import CASES as DIGESTS
from test_digest_messages import load as load_digest

# What a server may repeat, as it knows it, by kind of channel and recipient.
OWN_SECRETS = {
    ("email", "ana@desk.example"): ("hunter2",),
    ("slack", "C0NEWS"): (TOKEN,),
    ("slack", "webhook"): ("services/T0/B0/secret",),
    ("webhook", "webhook"): (HOOK_SECRET,),
    ("console", "console"): (),
}
SECRETS = [secret for known in OWN_SECRETS.values() for secret in known]
SHAPES = [*CASES, *DIGESTS]
BODY = "A {} car bombing {} at the gate.\n\nThe {} town was liberated."


@pytest.fixture(params=ENDS)
async def end(request):
    async with ENDS[request.param]() as opened:
        yield opened


def load(case: Path) -> Briefing | Bulletin | Roundup:
    return load_digest(case) if case in DIGESTS else load_message(case)


def told(end: End, about: Briefing | Bulletin | Roundup) -> Message:
    if isinstance(about, Roundup):
        return forms.digest(end.kind, about)
    if isinstance(about, Bulletin):
        return forms.notice(end.kind, about)
    return forms.message(end.kind, about, "desk", end.recipient)


def ids(about: Briefing | Bulletin | Roundup) -> Iterator[str]:
    """By which a reader knows a message again, whichever channel it came by."""
    if isinstance(about, Briefing):
        yield short_id(about.alerts[0].alert.alert_id)


# --- every shape ---------------------------------------------------------------------------------


@pytest.mark.parametrize("case", SHAPES, ids=lambda case: case.name)
async def test_every_shape_is_accepted(end: End, case: Path) -> None:
    """Openings, updates, digests, notices and tests; an alert with its id, from which `why` goes
    on."""
    about = load(case)
    receipt = await end.channel.send(told(end, about), end.recipient)
    assert receipt.answer
    assert end.told() == 1
    (arrived,) = end.arrived()
    for known in ids(about):
        assert known in arrived


@pytest.mark.parametrize("case", SHAPES, ids=lambda case: case.name)
async def test_a_try_hours_later_is_the_same_message(end: End, case: Path) -> None:
    """By Message-ID, Idempotency-Key or the alert's id, so that a copy can be told as one."""
    about = load(case)
    messages = [told(end, replace(about, now=about.now + n)) for n in (0, 9 * 3_600_000)]
    receipts = [await end.channel.send(message, end.recipient) for message in messages]
    assert messages[0].message_id == messages[1].message_id
    if end.kind in ("email", "webhook"):
        assert receipts[0].message_id == receipts[1].message_id == messages[0].message_id
    other = told(end, replace(about, conversation_id="0" * 16))
    assert other.message_id is None or other.message_id != messages[0].message_id


async def test_a_test_is_marked(end: End) -> None:
    """Nobody takes it for news."""
    for name in ("test_match", "notice_test"):
        about = load(next(case for case in CASES if case.name == name))
        await end.channel.send(told(end, about), end.recipient)
    assert all(re.search("TEST|kind.{4}test", one) for one in end.arrived())


# --- secrets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["later", "message_refused", "channel_refused", "repeat"])
async def test_no_secret_is_shown(end: End, caplog, order: str) -> None:
    """Neither in errors nor in the log, also where a server repeats what it was sent."""
    caplog.set_level(logging.DEBUG)
    if order == "repeat":
        end.repeat(" ".join(SECRETS))
    else:
        end.order(order)
    message = told(end, load(CASES[0]))
    if end.kind == "console" and order != "channel_refused":
        await end.channel.send(message, end.recipient)
        return
    with pytest.raises(SendError) as caught:
        await end.channel.send(message, end.recipient)
    said = f"{caught.value!r} {caught.value.answer} {caught.value.__cause__!r}"
    logged = [one.getMessage() for one in caplog.records if one.name != "mail.log"]  # the sink's
    for secret in OWN_SECRETS[end.kind, end.recipient] if order == "repeat" else SECRETS:
        assert secret not in said
        assert secret not in "".join(logged)


# --- hostile text --------------------------------------------------------------------------------

OWN = [
    "\r\nBcc: victim@example.test\r\n\r\n",
    "=?utf-8?q?=0D=0ABcc:_victim@example.test?=",
    "\r\n.\r\nMAIL FROM:<a@b.example>\r\n",
    "<!channel> <@U012AB3CD> <#C1|x> <!subteam^S1> <https://evil.test|bank.test>",
    "&lt;!channel&gt; &amp;",
    "\x1b]0;owned\x07\x1b[2J\u202e\u2066 \x00",
    "\ud800 \udfff \ufffe",
    '"},{"type":"actions","elements":[]}',
    "a\u0300" * 3 + "\u0300" * 500,
    "x" * 100_000,
    "</script><script>alert(1)</script>",
    "{{7*7}} ${jndi:ldap://x/a} %s%n",
]


def hostile(text: str) -> Briefing:
    """The text in every place that a publisher writes."""
    body = BODY.format(text[:500], text, text[:500])
    item = Item(
        f"https://wire.example/{text[:200]}", title=f"{text} car bombing", byline=text, body=body,
        place=text, wire=text, section=text, authors=(text,), tags=(text,), lang=text[:8],
        partial=False,
    )  # fmt: skip
    spans = [*find(item.title, ["car bombing"], "title"), *find(body, ["car bombing"])]
    about = briefing(item, ("car-bombing", spans), ("liberated", find(body, ["liberated"])))
    conversation = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    return replace(about, conversation_id=conversation)


@pytest.mark.parametrize("number", range(len(OWN)))
async def test_hostile_text_is_harmless(end: End, number: int) -> None:
    """It arrives as text, and does nothing there."""
    await end.channel.send(told(end, hostile(OWN[number])), end.recipient)
    assert end.told() == 1
    assert_harmless(end)


@pytest.mark.real
async def test_real_hostile_text_is_harmless(end: End, real_data: Path) -> None:
    """Collected injections for mail headers, Slack and CR/LF."""
    texts = list(dict.fromkeys(collected(real_data / "hostile")))
    assert len(texts) > 100
    for text in texts:
        await end.channel.send(told(end, hostile(text)), end.recipient)
    assert_harmless(end)
    if end.kind != "console":
        assert end.told() == len(texts)


def collected(directory: Path) -> Iterator[str]:
    for name in ("crlf", "slack", "email"):
        for path in sorted((directory / name).iterdir()):
            if path.suffix == ".txt":
                yield from path.read_text().splitlines()
                continue
            for one in json.loads(path.read_text()):
                known = one if isinstance(one, dict) else {"title": one}
                yield str(known.get("title") or known.get("url") or known.get("address") or one)


def assert_harmless(end: End) -> None:
    for arrived in end.arrived():
        HARMLESS[end.kind](arrived)


def _mail(arrived: str) -> None:
    """One recipient, the headers that we write and no other, one text and one HTML part."""
    read = BytesParser(policy=policy.default).parsebytes(arrived.encode())
    names = {name.lower() for name in read}
    assert names <= {
        "from", "to", "subject", "message-id", "list-id", "auto-submitted", "date",
        "mime-version", "content-type",
    }  # fmt: skip
    assert read["To"] == "ana@desk.example"
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    plain = forms.message("email", hostile("plain"), "desk", "ana@desk.example").html or ""
    assert tags(read.get_body(("html",)).get_content()) <= tags(plain)


def tags(html: str) -> set[str]:
    return set(re.findall(r"<(/?[!\w]*)", html))


def _slack(arrived: str) -> None:
    """Nobody is called, and no link leads elsewhere than to the publisher."""
    payload = json.loads(arrived)
    for link in re.findall(r"<([^>]*)>", json.dumps(payload, ensure_ascii=False)):
        assert link.startswith("https://wire.example/")
    assert {block["type"] for block in payload["blocks"]} <= {"section", "context"}


def _program(arrived: str) -> None:
    """ASCII that every reader of JSON takes, without controls in any text."""
    assert arrived.isascii()
    said = json.loads(arrived)
    assert said["kind"] == "alert"
    assert not [c for c in json.dumps(said, ensure_ascii=False) if category(c) in ("Cc", "Cs")]


def _terminal(arrived: str) -> None:
    """Nothing that a terminal obeys."""
    assert not [c for c in arrived if category(c) in ("Cc", "Cs") and c != "\n"]
    assert not set(arrived) & set("\u202e\u2066\u2028")


HARMLESS = {"email": _mail, "slack": _slack, "webhook": _program, "console": _terminal}
