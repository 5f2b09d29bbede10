"""Buttons under a Slack message, and what Slack says when one is pressed.  Pure.

Whatever comes is read strictly: what is not exactly a press of one of our buttons is none.
https://docs.slack.dev/apis/events-api/using-socket-mode and
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.model import Button

_ENVELOPE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VALUE = re.compile(r"([0-9a-f]{16})/([1-9][0-9]{0,5})")
_USER_ID = re.compile(r"[UW][A-Z0-9]{1,30}")
_USER_NAME = re.compile(r"[\w.-]{1,80}")
_MOMENT = re.compile(r"([0-9]{9,11})\.([0-9]{3})[0-9]{0,6}")


@dataclass(frozen=True, slots=True)
class Press:
    """One button of one message.  `at` is Slack's time of the press, the same when it is told
    again; `author` a Slack user."""

    button: Button
    conversation_id: str
    revision: int
    author: str
    at: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """What came over the socket.  `id`: it wants to be acknowledged; `ends`: Slack wants us to
    connect anew."""

    id: str | None = None
    presses: tuple[Press, ...] = ()
    hello: bool = False
    ends: bool = False


def read(text: str) -> Envelope:
    """What a text says, nothing where it says nothing that we know."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return Envelope()
    if not isinstance(said, dict):
        return Envelope()
    kind, envelope_id = said.get("type"), _matching(_ENVELOPE_ID, said.get("envelope_id"))
    presses: tuple[Press, ...] = ()
    if kind == "interactive" and envelope_id is not None:
        presses = _presses(said.get("payload"))
    return Envelope(envelope_id, presses, hello=kind == "hello", ends=kind == "disconnect")


def _presses(payload: object) -> tuple[Press, ...]:
    if not isinstance(payload, dict) or payload.get("type") != "block_actions":
        return ()
    author, actions = _author(payload.get("user")), payload.get("actions")
    if author is None or not isinstance(actions, list):
        return ()
    found = (_press(action, author) for action in actions[:10] if isinstance(action, dict))
    return tuple(press for press in found if press is not None)


def _press(action: Mapping[str, Any], author: str) -> Press | None:
    known = {button.value: button for button in Button}
    button = known.get(str(action.get("action_id")))
    value = _match(_VALUE, action.get("value"))
    moment = _match(_MOMENT, action.get("action_ts"))
    if button is None or value is None or moment is None or action.get("type") != "button":
        return None
    at = int(moment[1]) * 1000 + int(moment[2])
    return Press(button, value[1], int(value[2]), author, at)


def _author(user: object) -> str | None:
    """`ana (Slack U012AB3CD)`: ids last, names are what people know."""
    if not isinstance(user, dict):
        return None
    user_id = _matching(_USER_ID, user.get("id"))
    name = _matching(_USER_NAME, user.get("username") or user.get("name"))
    if user_id is None:
        return None
    return f"{name} (Slack {user_id})" if name else f"Slack {user_id}"


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    found = _match(pattern, value)
    return found[0] if found else None


def _match(pattern: re.Pattern[str], value: object) -> re.Match[str] | None:
    return pattern.fullmatch(value) if isinstance(value, str) else None
