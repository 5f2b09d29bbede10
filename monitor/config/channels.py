"""What must hold between the keys of one channel: one kind, one way in, secrets given once.

Works on nodes, as `checks` does.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.config.nodes import Document, Mapping, Scalar
from monitor.config.traps import shown
from monitor.errors import Mistake

IMPLICIT_CHANNEL = "console"
KINDS = ("console", "email", "slack", "webhook")


def only_one(document: Document, mapping: Mapping, keys: tuple[str, ...]) -> Iterator[Mistake]:
    given = [key for key in keys if mapping.get(key) is not None]
    for second in given[1:]:
        key = mapping.key(second)
        assert key is not None
        problem = f"`{given[0]}` and `{second}` do not go together"
        yield document.mistake(key.place, problem, "keep one of them")


def check_channel(document: Document, name: Scalar, channel: Mapping) -> Iterator[Mistake]:
    yield from only_one(document, channel, KINDS)
    if {key.text for key, _ in channel.entries} <= {"quiet_hours"}:
        mend = "expected `console: {}`, `email: {...}`, `slack: {...}` or `webhook: {...}` in it"
        yield document.mistake(name.place, f"the channel {shown(name.text)} has no kind", mend)
    if name.text == IMPLICIT_CHANNEL and channel.get("console") is None and channel.entries:
        problem = "the name `console` is kept for a channel that prints in the terminal"
        yield document.mistake(name.place, problem, "choose another name")
    for kind, check in _CHECKS.items():
        keys = channel.get(kind)
        if isinstance(keys, Mapping):
            yield from check(document, keys)


def _check_email(document: Document, email: Mapping) -> Iterator[Mistake]:
    secrets = ("password", "password_file", "token_command")
    yield from only_one(document, email, secrets)
    given = next((key for key in map(email.key, secrets) if key is not None), None)
    username = email.key("username")
    if given is not None and username is None:
        mend = "add `username: ...`, the name to sign in with"
        yield document.mistake(given.place, f"`{given.text}` without `username`", mend)
    if username is not None and given is None:
        mend = "add `password: ${NAME}`, `password_file: PATH` or `token_command: [...]`"
        yield document.mistake(username.place, "`username` without a password", mend)


def _check_slack(document: Document, slack: Mapping) -> Iterator[Mistake]:
    ways = ("webhook", "webhook_file", "token", "token_file")
    yield from only_one(document, slack, ways)
    given = next((key for key in map(slack.key, ways) if key is not None), None)
    channel = slack.key("channel")
    yield from _check_app_token(document, slack)
    if given is None:
        mend = "add `webhook: ${NAME}`, or `token: ${NAME}` and `channel: ...`"
        yield document.mistake(slack.place, "there is no way into Slack here", mend)
    elif given.text.startswith("token") and channel is None:
        mend = 'add `channel: "#alerts"`, where it shall post'
        yield document.mistake(given.place, f"`{given.text}` without `channel`", mend)
    elif given.text.startswith("webhook") and channel is not None:
        mend = "delete `channel`, or use `token`"
        yield document.mistake(
            channel.place, "a webhook posts to the channel it was made for", mend
        )


def _check_app_token(document: Document, slack: Mapping) -> Iterator[Mistake]:
    ways = ("app_token", "app_token_file")
    yield from only_one(document, slack, ways)
    given = next((key for key in map(slack.key, ways) if key is not None), None)
    if given is not None and slack.key("token") is None and slack.key("token_file") is None:
        mend = "add `token: ${NAME}` and `channel: ...`: only a bot's messages have buttons"
        yield document.mistake(given.place, f"`{given.text}` without `token`", mend)


def _check_webhook(document: Document, webhook: Mapping) -> Iterator[Mistake]:
    for ways, mend in (
        (("url", "url_file"), "add `url: https://...`, or `url: ${NAME}` if it is a secret"),
        (("secret", "secret_file"), "add `secret: ${NAME}`, with which messages are signed"),
    ):
        yield from only_one(document, webhook, ways)
        if not any(webhook.key(way) for way in ways):
            yield document.mistake(webhook.place, f"`{ways[0]}` is missing here", mend)


def _check_quiet(document: Document, quiet: Mapping) -> Iterator[Mistake]:
    start, end = quiet.get("from"), quiet.get("to")
    if isinstance(start, Scalar) and isinstance(end, Scalar) and start.text == end.text:
        mend = "give them some length, or delete `quiet_hours`"
        yield document.mistake(end.place, "the quiet hours end when they begin", mend)


_CHECKS = {
    "email": _check_email,
    "slack": _check_slack,
    "webhook": _check_webhook,
    "quiet_hours": _check_quiet,
}
