"""One POST to a service that somebody told us to call, over the one way out.

Follows no redirect, obeys no robots.txt.  Judges no answer: `answers` and the channels do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.channels.answers import hidden, not_fetched
from monitor.errors import FetchError, FetchReason
from monitor.model import Response
from monitor.net.client import Ask, Client, Limits
from monitor.settings import Secret

_LIMITS = Limits(raw_bytes=200_000, decoded_bytes=200_000, total_seconds=30.0, redirects=0)
JSON = {"content-type": "application/json; charset=utf-8"}


async def post(
    client: Client, url: str, body: bytes, headers: Mapping[str, str], *secrets: Secret
) -> Response:
    """The answer, whatever its status, without what it repeats of `secrets`.

    Raises SendError where there is none.
    """
    return await _post(client, _ask(url, "POST", headers, body), secrets)


async def tell(
    client: Client, url: str, body: bytes, headers: Mapping[str, str], *secrets: Secret
) -> Response:
    """As `post`, where the status says all: what cannot be read of the words after it is left."""
    ask = _ask(url, "POST", headers, body)
    ask = replace(ask, limits=replace(ask.limits, body_optional=True))
    return await _post(client, ask, secrets)


async def reach(client: Client, url: str) -> Response:
    """The answer to a HEAD, which changes nothing there.  Raises SendError as `post` does."""
    return await _exchange(client, _ask(url, "HEAD", {}, None))


def _ask(url: str, method: str, headers: Mapping[str, str], body: bytes | None) -> Ask:
    return Ask(url, method, headers, body, robots=False, gate=False, limits=_LIMITS)


async def _post(client: Client, ask: Ask, secrets: Sequence[Secret]) -> Response:
    response = await _exchange(client, ask)
    said = hidden(response.body.decode("utf-8", "replace"), *secrets)
    return replace(response, body=said.encode())


async def _exchange(client: Client, ask: Ask) -> Response:
    try:
        return await client.fetch(ask)
    except FetchError as error:
        raise not_fetched(_without_secret(error)) from None


def _without_secret(error: FetchError) -> FetchError:
    """An address is a secret where whoever has it can post: it is not shown."""
    if error.reason is not FetchReason.BAD_URL:
        return error
    return FetchError(error.reason, "the address in routes.yaml is no address to call")
