"""Which article or alert people mean: by id, by address, by the short id in a message."""

from __future__ import annotations

import re

import click

from monitor import urls
from monitor.errors import WirewatchError
from monitor.model import short_id
from monitor.publishers import spacemedia
from monitor.settings import Config
from monitor.store import views
from monitor.store.db import Row, Tx

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_ALIKE = str.maketrans("ILO", "110")
_BITS = 30  # of an alert's id, in its short form
_HEX_DIGITS = 16
_SHORTEST = 4
ALERT = "the id of an alert"
ITEM = "an article's id or address"


class NotFound(WirewatchError):
    """Nothing that is stored goes by this name."""


def check_named(subject: str, wanted: str) -> None:
    """An empty word, as a script's variable may be, names nothing."""
    if not subject.strip():
        raise click.UsageError(f"say which: {wanted}")


def item_id(tx: Tx, subject: str, config: Config) -> int:
    """The item by its id or by any address it was seen under.  Raises NotFound."""
    check_named(subject, ITEM)
    if subject.isascii() and subject.isdigit():
        found = views.item_id(tx, int(subject[:18]))
    else:
        found = views.item_with_key(tx, subject, _keys(subject, config))
    if found is None:
        raise NotFound(f"no stored article goes by {subject}; see: wirewatch search QUERY")
    return found


def alerts(tx: Tx, subject: str) -> list[Row]:
    """Alerts whose id is, or begins with, what was typed; newest first."""
    check_named(subject, ALERT)
    word = subject.strip().partition("/")[0].replace("-", "")
    if re.fullmatch(rf"[0-9a-fA-F]{{{_HEX_DIGITS}}}", word):
        return list(views.alerts_like(tx, word.lower(), word.lower()))
    bounds = between(word)
    return list(views.alerts_like(tx, *bounds)) if bounds else []


def between(short: str) -> tuple[str, str] | None:
    """The first and last whole id that a short one, or the beginning of one, may stand for.

    Crockford's base 32, typed in any case, I and L for 1, O for 0.
    """
    digits = short.upper().translate(_READ_ALIKE)
    if not _SHORTEST <= len(digits) <= _BITS // 5 or set(digits) - set(_CROCKFORD):
        return None
    value = 0
    for digit in digits:
        value = value * 32 + _CROCKFORD.index(digit)
    left = _BITS - 5 * len(digits)
    low = value << left << 2
    high = ((value + 1) << left << 2) - 1
    return f"{low:08x}{'0' * 8}", f"{high:08x}{'f' * 8}"


def only(rows: list[Row], subject: str) -> Row:
    """The one alert meant.  Raises NotFound, which names those it may be."""
    if not rows:
        raise NotFound(f"no alert goes by {subject}; see: wirewatch alerts")
    if len(rows) > 1:
        known = ", ".join(f"{short_id(row['alert_id'])} ({row['alert_id']})" for row in rows[:5])
        raise NotFound(f"{subject} may be any of {known}: type more of it")
    return rows[0]


def _keys(url: str, config: Config) -> list[str]:
    hosts = tuple({host for source in config.sources for host in source.hosts})
    keys = [urls.canonical(url), spacemedia.network_key(url, hosts)]
    return [key for key in keys if key is not None]
