"""A message in the form that each kind of channel sends: all forms by their kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.model import Message
from monitor.render import console, digest_slack, email, slack, webhook
from monitor.render.briefing import Briefing, Bulletin, Roundup

for_slack = slack.alert

_ALERTS: Mapping[str, Callable[[Briefing, str, str], Message]] = {
    "console": console.alert,
    "email": email.alert,
    "slack": for_slack,
    "webhook": webhook.alert,
}
_NOTICES: Mapping[str, Callable[[Bulletin], Message]] = {
    "console": console.notice,
    "email": email.notice,
    "slack": slack.notice,
    "webhook": webhook.notice,
}
_DIGESTS: Mapping[str, Callable[[Roundup], Message]] = {
    "console": console.digest,
    "email": email.digest,
    "slack": digest_slack.digest,
    "webhook": webhook.digest,
}
KINDS = tuple(_ALERTS)


def message(kind: str, briefing: Briefing, channel: str, recipient: str) -> Message:
    """The message that tells `briefing` to one recipient of a channel of `kind`.

    `channel` is the channel's name.  Raises KeyError for a kind not in KINDS.
    """
    return _ALERTS[kind](briefing, channel, recipient)


def notice(kind: str, bulletin: Bulletin) -> Message:
    """The message that tells trouble of our own, or a test.  Raises KeyError as `message` does."""
    return _NOTICES[kind](bulletin)


def digest(kind: str, roundup: Roundup) -> Message:
    """The message that is a channel's digest.  Raises KeyError as `message` does."""
    return _DIGESTS[kind](roundup)
