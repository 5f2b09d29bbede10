"""What an HTTP answer means for a message: one table for all channels that speak HTTP.

Knows no service's own error words.
"""

from __future__ import annotations

from http import HTTPStatus

from monitor.errors import ChannelRefused, FetchError, FetchReason, Later, MessageRefused, SendError
from monitor.settings import Secret

_LONGEST_ANSWER = 500
_SHORTEST_SECRET = 4  # a shorter one would blot out half of every answer

# 3xx: what we were told to call has moved.
_CHANNEL_REFUSED = frozenset({401, 402, 403, 404, 405, 407, 410})
_LATER = frozenset({408, 409, 421, 423, 425, 429})
_NEEDS_MENDING = frozenset(
    {FetchReason.ADDRESS_REFUSED, FetchReason.BAD_URL, FetchReason.TLS, FetchReason.REDIRECTS}
)


def refusal(status: int, answer: str, retry_after_seconds: float | None) -> SendError:
    """The error for an answer that is no acceptance."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "no known status"
    said = shown(answer)
    detail = f"{status} {phrase}" + (f": {said}" if said else "")
    if status in _CHANNEL_REFUSED or 300 <= status < 400:
        return ChannelRefused(detail, answer=said)
    if status in _LATER or status >= 500 or status < 400:
        return Later(detail, answer=said, retry_after_seconds=retry_after_seconds)
    return MessageRefused(detail, answer=said)


def not_fetched(error: FetchError) -> SendError:
    """The error for an exchange that came to no answer."""
    if error.reason in _NEEDS_MENDING:
        return ChannelRefused(error.detail)
    return Later(error.detail, retry_after_seconds=error.retry_after_seconds)


def hidden(text: str, *secrets: Secret) -> str:
    """`text` with each secret starred out; of an address also what stands behind its host, which
    a server's page "not found" repeats."""
    words = {secret.reveal() for secret in secrets}
    words |= {word.partition("://")[2].partition("/")[2] for word in words}
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "***") if len(word) >= _SHORTEST_SECRET else text
    return text


def shown(answer: str) -> str:
    """A server's words on one line, without controls, not too many."""
    words = " ".join(answer[: 4 * _LONGEST_ANSWER].split())
    return "".join(c if c.isprintable() else "\ufffd" for c in words)[:_LONGEST_ANSWER]
