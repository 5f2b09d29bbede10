"""Buttons under Slack's messages: drawn where they are heard, and what pressing one does."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from channel_world import APP_TOKEN, DOCS, TOKEN, bot, hook, http, slack
from messages import CASES, load
from monitor import grouping, hushing
from monitor.buttons import MUTE_MS, Buttons, apply, apps
from monitor.channels import presses
from monitor.channels.presses import Envelope, Press
from monitor.channels.slack_api import APP_SCOPES, SCOPES, Api
from monitor.channels.slack_socket import Ears, SlackSocket
from monitor.demo.slack_sink import SlackSink, content_error
from monitor.demo.slack_sockets import pressed
from monitor.errors import ChannelRefused, FetchError
from monitor.model import Ack, Button, Silence
from monitor.render import forms
from monitor.render.briefing import Bulletin
from monitor.settings import Config, LabelMatcher, Secret, Settings
from monitor.store import acks, silences
from monitor.store.db import Tx
from outbox_world import Office
from world import HOUR, MINUTE, NOON, SECOND

TALKING = {"app_token": Secret(APP_TOKEN)}


@dataclass
class Room:
    """An office that tells one Slack channel with buttons, the Slack, and who hears."""

    office: Office
    sink: SlackSink
    buttons: Buttons = field(init=False)
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.buttons = Buttons(self.office, self.build)

    def build(self, api, token, client) -> SlackSocket:
        seconds = lambda: self.office.world.now / 1000  # noqa: E731
        return SlackSocket(api, token, client, clock=seconds, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def tell(self) -> dict[str, Any]:
        """One alert; returns the buttons under its message by name."""
        await self.office.publish("gate", "Car bombing at the gate")
        await self.office.deliver()
        return self.drawn()

    def drawn(self) -> dict[str, Any]:
        (actions,) = [b for b in self.sink.posted[-1].payload["blocks"] if b["type"] == "actions"]
        return {button["action_id"]: button for button in actions["elements"]}

    async def press(self, button: dict[str, Any], envelope: str = "e-1", **who: str) -> None:
        await self.sink.sockets.press(envelope, pressed(button, **who))

    async def read(self, ask):
        return await self.office.store.read(ask)


@pytest.fixture
async def room(tmp_path: Path):
    async with slack() as (sink, port):
        office = await Office.open(tmp_path, bot(port, **TALKING))
        opened = Room(office, sink)
        yield opened
        await opened.buttons.close()
        await office.close()


# --- where they are drawn ------------------------------------------------------------------------


async def test_buttons_are_drawn_only_where_they_are_heard(tmp_path: Path) -> None:
    """A button that does nothing is worse than none."""
    async with slack() as (sink, port):
        for name, channel in (("bot", bot(port)), ("hook", hook(port))):
            (tmp_path / name).mkdir()
            office = await Office.open(tmp_path / name, channel)
            await Room(office, sink).office.publish("gate", "Car bombing at the gate")
            await office.deliver()
            await office.close()
    assert len(sink.posted) == 2
    assert "actions" not in json.dumps([posted.payload for posted in sink.posted])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_message_with_buttons_is_within_slacks_limits(case: Path) -> None:
    """Three of them, below everything else; tests and notices have none."""
    about = load(case)
    if isinstance(about, Bulletin):
        assert "actions" not in json.dumps(forms.notice("slack", about).slack)
        return
    body = forms.for_slack(replace(about, buttons=True), "room", "C0NEWS").slack
    assert content_error(body) is None
    drawn = [block for block in body["blocks"] if block["type"] == "actions"]
    if about.test:
        assert not drawn
    else:
        assert drawn == [body["blocks"][-1]]
        words = [button["text"]["text"] for button in drawn[0]["elements"]]
        assert words == ["Ack", "Mute 24 h", "Not relevant"]


# --- what they do --------------------------------------------------------------------------------


async def test_ack(room: Room) -> None:
    """A row as the command makes it, and the head says who has seen it."""
    drawn = await room.tell()
    room.buttons.renew()
    await room.press(drawn["ack"])
    (story,) = [row["subject"] for row in await room.office.world.rows("conversations")]
    found = await room.read(lambda tx: acks.newest(tx, [story]))
    assert found == Ack(story, "ana (Slack U012AB3CD)", NOON)
    await room.office.deliver()
    assert "seen by ana (Slack U012AB3CD), 12:00" in str(room.sink.posted[-1].payload)
    assert room.sink.posted[-1].ts == room.sink.posted[0].ts
    assert room.drawn().keys() == drawn.keys()


async def test_ack_by_hand(room: Room) -> None:
    """As the button does it."""
    await room.tell()
    world = room.office.world
    (story,) = [row["subject"] for row in await world.rows("conversations")]
    ack = Ack(story, "ben", NOON)
    await room.office.store.write(lambda tx: hushing.acknowledge(tx, world.config, ack))
    await room.office.deliver()
    assert "seen by ben, 12:00" in str(room.sink.posted[-1].payload)
    assert room.sink.posted[-1].ts == room.sink.posted[0].ts


async def test_mute(room: Room) -> None:
    """The story is silenced for 24 h by whom it was pressed."""
    drawn = await room.tell()
    room.buttons.renew()
    await room.press(drawn["mute"])
    (story,) = [row["subject"] for row in await room.office.world.rows("conversations")]
    (found,) = await room.read(lambda tx: silences.active(tx, NOON))
    matchers = (LabelMatcher("story", "=", story),)
    author = "ana (Slack U012AB3CD)"
    assert found == Silence(matchers, author, "Mute 24 h was pressed", NOON, NOON + MUTE_MS)
    await room.office.deliver()
    assert f"muted until 23 Nov 12:00 UTC by {author}" in str(room.sink.posted[-1].payload)
    room.office.world.now += 25 * HOUR
    assert await room.read(lambda tx: silences.active(tx, room.office.clock())) == []


async def test_what_was_said_of_the_whole_stands_where_a_part_was_told(room: Room) -> None:
    """Stories were merged, and the command line knows the whole alone."""
    drawn = await room.tell()
    world = room.office.world
    await room.office.publish("quarry", "Choir sings in a quarry")
    part, whole = [row["story_key"] for row in await world.rows("items ORDER BY item_id")]
    author, until = "ben", NOON + HOUR
    wish = Silence((LabelMatcher("story", "=", whole),), author, "a drill", NOON, until)

    def say(tx: Tx) -> None:
        grouping.merge(tx, world.config, whole, part, NOON)
        hushing.acknowledge(tx, world.config, Ack(whole, author, NOON))
        hushing.silence(tx, world.config, wish, NOON)

    await room.office.store.write(say)
    room.buttons.renew()
    await room.press(drawn["not_relevant"])
    await room.office.deliver()
    head = str(room.sink.posted[-1].payload)
    assert "seen by ben, 12:00" in head
    assert "muted until 13:00 UTC by ben" in head


async def test_mute_keeps_back_what_is_owed_already(room: Room) -> None:
    """An update that waits for its time goes to the digest, as any later one does."""
    drawn = await room.tell()
    room.office.world.now += MINUTE
    await room.office.publish("gate", "Car bombing at the gate, town liberated")
    await room.office.deliver()
    assert len(room.sink.posted) == 1
    room.buttons.renew()
    await room.press(drawn["mute"])
    room.office.world.now += HOUR
    await room.office.deliver()
    assert [("thread_ts" in posted.payload) for posted in room.sink.posted] == [False, False]
    (held,) = await room.office.world.rows("holds")
    assert (held["channel"], held["why"]) == ("war-room", "silenced")


async def test_not_relevant(room: Room) -> None:
    """Every alert of that message is marked, of no other."""
    await room.tell()
    room.office.world.now += HOUR
    await room.office.publish("gate", "Car bombing at the gate, town liberated")
    await room.office.deliver()
    reply = room.sink.posted[1].payload["blocks"][-1]["elements"]
    room.buttons.renew()
    await room.press(reply[2], user="U999", name="ben")
    alerts = {row["rule_id"]: row["alert_id"] for row in await room.office.world.rows("alerts")}
    marks = {
        rule: await room.read(lambda tx, a=alert: acks.marks_of(tx, a))
        for rule, alert in alerts.items()
    }
    assert [mark.author for mark in marks["liberated"]] == ["ben (Slack U999)"]
    assert marks["car-bombing"] == []
    await room.office.deliver()
    assert "not relevant, says ben" in str(room.sink.posted[-1].payload)


async def test_what_is_told_again_has_no_effect(room: Room) -> None:
    """Slack repeats what nobody acknowledged: all of it is acknowledged, and counts once."""
    drawn = await room.tell()
    room.buttons.renew()
    for number, name in enumerate([*drawn, *drawn]):
        await room.press(drawn[name], f"e-{number}")
    counts = [len(await room.office.world.rows(table)) for table in ("acks", "silences", "marks")]
    assert counts == [1, 1, 1]
    assert room.sink.sockets.acknowledged == [f"e-{number}" for number in range(6)]
    await room.office.deliver()
    assert len(room.sink.posted) == 2


async def test_a_press_counts_only_where_its_message_was_sent(room: Room) -> None:
    """Not for a conversation of another channel, of none, or about trouble of our own."""
    drawn = await room.tell()
    conversation = drawn["ack"]["value"].partition("/")[0]
    press = Press(Button.ACK, conversation, 1, "Slack U1", NOON)
    gone = replace(press, conversation_id="0" * 16)

    async def done(press: Press, *names: str) -> bool:
        return await room.office.store.write(
            lambda tx: apply(tx, room.office.config, press, names, NOON)
        )

    assert not await done(press, "another")
    assert not await done(gone, "war-room")
    assert await done(press, "war-room")
    assert not await done(replace(press, button=Button.NOT_RELEVANT, revision=7), "war-room")


async def test_a_time_that_cannot_be_is_now(room: Room) -> None:
    """A silence that somebody's clock would begin next year begins now."""
    drawn = await room.tell()
    conversation = drawn["mute"]["value"].partition("/")[0]
    press = Press(Button.MUTE, conversation, 1, "Slack U1", NOON + 9000 * HOUR)
    await room.office.store.write(
        lambda tx: apply(tx, room.office.config, press, {"war-room"}, NOON)
    )
    (found,) = await room.read(lambda tx: silences.active(tx, NOON))
    assert found.created_at == NOON


# --- what is heard -------------------------------------------------------------------------------

GOOD = {
    "envelope_id": "e-1",
    "type": "interactive",
    "payload": pressed(
        {"action_id": "ack", "text": {}, "value": "4f2a91c07d3e5b68/2"}, "U012AB3CD", "ana"
    ),
}


def changed(**words: Any) -> str:
    """The good envelope with its one action changed."""
    said = json.loads(json.dumps(GOOD))
    said["payload"]["actions"][0] |= words
    return json.dumps(said)


def with_payload(**words: Any) -> str:
    said = json.loads(json.dumps(GOOD))
    said["payload"] |= words
    return json.dumps(said)


def test_a_press_as_slack_tells_it() -> None:
    """Which button of which message, who, when."""
    press = Press(Button.ACK, "4f2a91c07d3e5b68", 2, "ana (Slack U012AB3CD)", NOON)
    assert presses.read(json.dumps(GOOD)) == Envelope("e-1", (press,))
    assert presses.read('{"type": "hello"}') == Envelope(hello=True)
    assert presses.read('{"type": "disconnect", "reason": "warning"}') == Envelope(ends=True)


@pytest.mark.parametrize(
    "text",
    [
        changed(action_id="drop_table"),
        changed(action_id=["ack"]),
        changed(type="static_select"),
        changed(value="4f2a91c07d3e5b68"),
        changed(value="4f2a91c07d3e5b68/0"),
        changed(value="4F2A91C07D3E5B68/1"),
        changed(value="4f2a91c07d3e5b68/1\n"),
        changed(value="4f2a91c07d3e5b68/1' OR 1=1"),
        changed(value="4f2a91c07d3e5b68/٣"),
        changed(value=None),
        changed(value={"a": 1}),
        changed(action_ts="yesterday"),
        changed(action_ts=1763812800.0001),
        changed(action_ts="1" * 400 + ".000100"),
        with_payload(user=None),
        with_payload(user={"id": "<!channel>"}),
        with_payload(user=[]),
        with_payload(actions={"0": {}}),
        with_payload(actions=["ack", None, 3, []]),
        with_payload(type="view_submission"),
        with_payload(type=None),
        json.dumps({**GOOD, "payload": "ack"}),
        json.dumps({**GOOD, "type": "slash_commands"}),
        json.dumps({**GOOD, "type": ["interactive"]}),
    ],
)
def test_what_is_not_exactly_a_press_is_none(text: str) -> None:
    """It is acknowledged, so that Slack need not tell it again, and that is all."""
    assert presses.read(text) == Envelope("e-1")


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "3", '"hello"', "{", "\ud800", "[" * 100_000, '{"envelope_id": 3}',
     '{"envelope_id": "a b"}', json.dumps({**GOOD, "envelope_id": "x" * 65})],
)  # fmt: skip
def test_what_is_no_envelope_is_nothing(text: str) -> None:
    assert presses.read(text) == Envelope()


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from([*GOOD, *GOOD["payload"], "id", "username", "action_id", "value"]), inner
    )
), max_leaves=12))  # fmt: skip
def test_whatever_comes_is_read(said: Any) -> None:
    """Any JSON: nothing is raised, and nothing is pressed."""
    assert presses.read(json.dumps(said)).presses == ()


@pytest.mark.parametrize("name", ["<!channel>", "a b\u202e", "*ana*", "x" * 81, "", None, 3])
def test_a_name_that_is_none_is_left_out(name: Any) -> None:
    """Then the id says who."""
    text = with_payload(user={"id": "U012AB3CD", "username": name})
    (press,) = presses.read(text).presses
    assert press.author == "Slack U012AB3CD"


async def test_rubbish_over_the_socket_disturbs_nothing(room: Room) -> None:
    """The next press still counts."""
    drawn = await room.tell()
    room.buttons.renew()
    for text in ("", "null", "[" * 9000, '{"type": "interactive"}', changed(value="x")):
        await room.sink.sockets.say(text)
    await room.press(drawn["ack"], "e-2")
    assert room.sink.sockets.acknowledged == ["e-1", "e-2"]
    assert len(await room.office.world.rows("acks")) == 1
    assert room.sink.sockets.opened == 1


# --- how it stays connected ----------------------------------------------------------------------


async def test_it_connects_anew(room: Room) -> None:
    """When Slack asks for it, and when the connection breaks off; what is pressed then counts."""
    drawn = await room.tell()
    room.buttons.renew()
    await room.sink.sockets.connections(1)
    await room.sink.sockets.say('{"type": "disconnect", "reason": "refresh_requested"}')
    await room.sink.sockets.connections(2)
    await room.sink.sockets.drop()
    await room.sink.sockets.connections(3)
    await room.press(drawn["ack"])
    assert len(await room.office.world.rows("acks")) == 1


async def test_the_longer_it_fails_the_longer_it_waits(room: Room) -> None:
    """Slack lets an app open only a few connections in a minute; Retry-After is obeyed."""
    room.sink.answer_next("internal_error", 12)
    room.sink.answer_next("429:400")
    room.buttons.renew()
    await room.sink.sockets.connections(1)
    assert room.pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 400]
    room.office.world.now += 61 * SECOND
    await room.sink.sockets.drop()
    await room.sink.sockets.connections(2)
    assert room.pauses[13:] == [0]


async def test_a_refusal_is_told_once_and_its_end_too(room: Room) -> None:
    """In words that say what to do, without the token; after a reload it is tried at once."""
    drawn = await room.tell()
    room.sink.answer_next("invalid_auth", 2)
    room.buttons.renew()
    await room.press(drawn["ack"])
    assert room.pauses == [3600, 3600]
    told = [json.loads(row["notice"]) for row in await room.office.deliveries("ops")]
    assert [one["headline"] for one in told] == [
        "buttons of war-room are not heard: Slack said invalid_auth: the token is not valid",
        "buttons of war-room are heard again",
    ]
    assert APP_TOKEN not in str(told)


async def test_a_reload_takes_and_drops_apps(room: Room) -> None:
    """One connection for all channels of an app, none for one that is gone."""
    config = room.office.config
    channel = config.channels["war-room"]
    more = replace(channel, name="second")
    with_two = replace(config, channels={**config.channels, "second": more})
    assert apps(with_two) == {(channel.api, channel.app_token): {"war-room", "second"}}
    room.buttons.renew()
    room.buttons.renew()
    await room.sink.sockets.connections(1)
    silent = replace(channel, app_token=None)
    adopt(room.office, replace(config, channels={**config.channels, "war-room": silent}))
    room.buttons.renew()
    assert not room.buttons._listening
    assert room.sink.sockets.opened == 1


def adopt(office: Office, config: Config) -> None:
    office.world.config = config


@pytest.mark.parametrize("silent", [True, False])
async def test_no_secret_is_logged(room: Room, caplog, silent: bool) -> None:
    """Neither token nor ticket, whatever goes wrong."""
    caplog.set_level(logging.DEBUG, "wirewatch")
    room.sink.answer_next("503")
    room.buttons.renew()
    await room.sink.sockets.connections(1)
    await room.sink.sockets.drop()
    await room.sink.sockets.connections(2)
    assert "buttons.not_heard" in caplog.text
    for secret in (APP_TOKEN, TOKEN, "ticket"):
        assert secret not in caplog.text


async def listen(api: Api, client) -> None:
    async def nothing(_: object) -> None: ...

    async def stop(_: float) -> None:
        raise ChannelRefused("stopped")

    socket = SlackSocket(api, Secret(APP_TOKEN), client, sleep=stop)
    with pytest.raises(ChannelRefused, match="stopped"):
        await socket.listen(Ears(nothing, nothing))


async def test_a_socket_stays_within_bounds(caplog) -> None:
    """The guard stands before WebSockets too; nothing but ws and wss is opened."""
    async with slack() as (sink, port), http(Settings()) as client:
        await listen(Api(client, f"http://127.0.0.1:{port}/api"), client)
        assert sink.sockets.opened == 0
        for url in (f"ws://127.0.0.1:{port}/link/", "https://a.example/", "a", "wss://user@[::"):
            with pytest.raises(FetchError):
                async with client.socket(url):
                    raise AssertionError(url)


async def test_an_address_without_tls_is_not_taken_from_a_slack_with_it() -> None:
    """Nobody between us talks us into telling presses in the clear."""

    class Talked(Api):
        async def call(self, method, token, body):
            return {"ok": True, "url": "ws://127.0.0.1:1/link"}

    async with http() as client:
        await listen(Talked(client, "https://slack.example/api"), client)


# --- the app -------------------------------------------------------------------------------------

MANIFEST = YAML(typ="safe").load((DOCS / "slack-manifest.yaml").read_text())
# https://docs.slack.dev/reference/app-manifest, what of it such an app can have.
KNOWN = {
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"bot_user"},
    "features.bot_user": {"display_name", "always_online"},
    "oauth_config": {"scopes"},
    "oauth_config.scopes": {"bot"},
    "settings": {
        "interactivity", "org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled",
    },
    "settings.interactivity": {"is_enabled"},
}  # fmt: skip


def test_the_manifest_is_one_that_slack_takes() -> None:
    """Keys by Slack's reference, the required one there, lengths as allowed."""
    assert MANIFEST["display_information"]["name"]
    assert set(MANIFEST) <= {key for key in KNOWN if "." not in key}
    for path, keys in KNOWN.items():
        found: Any = MANIFEST
        for part in path.split("."):
            found = found[part]
        assert set(found) <= keys, path
    about, bot_user = MANIFEST["display_information"], MANIFEST["features"]["bot_user"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert re.fullmatch("#[0-9a-f]{6}", about["background_color"])
    assert re.fullmatch(r"[\w.-]{1,80}", bot_user["display_name"])
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert MANIFEST["settings"]["interactivity"] == {"is_enabled": True}


def test_the_manifest_asks_for_the_scopes_that_we_use_and_no_more() -> None:
    """Of every method that the code calls."""
    source = "".join(path.read_text() for path in (DOCS.parent / "monitor").rglob("*.py"))
    called = set(re.findall(r'\bcall\(\s*"([a-z.A-Z]+)"', source))
    assert called == {*SCOPES, *APP_SCOPES}
    assert MANIFEST["oauth_config"]["scopes"]["bot"] == sorted(set(filter(None, SCOPES.values())))
    assert all(f"`{scope}`" in (DOCS / "slack.md").read_text() for scope in APP_SCOPES.values())
