"""What a single value may be, and what is said when it is not.

Every value comes as text.  A check takes it, gives the value meant, or raises what `refuse` makes.
No message repeats an address or anything else that could hold a password.  Reads no file.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from contextlib import suppress
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from cssselect import HTMLTranslator, SelectorError
from cssselect import parse as parse_selectors
from pydantic_core import PydanticCustomError

from monitor.config.traps import shown
from monitor.mailboxes import mailbox

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LABEL = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LIST = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_HOST = re.compile(r"(?=.{1,253}\Z)[\w-]{1,63}(?:\.[\w-]{1,63})*")
_SERVER = re.compile(r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?")
_NOT_PLAIN = re.compile(r"[\s<>,;:\"()]")  # a mailbox may hold these, quoted; more likely it is two
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SELECTOR_LENGTH = 300
_YEAR_SECONDS = 366 * 86400


def refuse(problem: str, mend: str) -> PydanticCustomError:
    """The error that `problems.fit` turns into a Mistake."""
    return PydanticCustomError("refused", "{problem}", {"problem": problem, "mend": mend})


def text(value: object) -> str:
    """Any text, as written."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "expected text")
    return value


def line(value: object) -> str:
    """Text of one line, not blank, at most 500 characters."""
    given = text(value)
    if CONTROL.search(given) or not given.strip() or len(given) > 500:
        raise refuse("this is not one line of text", "write 1 to 500 characters in one line")
    return given


def name(value: object) -> str:
    given = text(value)
    if not _NAME.fullmatch(given):
        mend = "use lower-case letters, digits and `-`, a letter or digit first: `bbc-world`"
        raise refuse(f"{shown(given)} is no name", mend)
    return given


def label(value: object) -> str:
    given = text(value)
    if not _LABEL.fullmatch(given):
        mend = "use lower-case letters, digits and `_`, a letter first: `desk`"
        raise refuse(f"{shown(given)} is no label", mend)
    return given


def list_name(value: object) -> str:
    given = text(value)
    if not _LIST.fullmatch(given):
        mend = "use lower-case letters, digits, `_` and `-`, a letter or digit first: `vehicles`"
        raise refuse(f"{shown(given)} is no name of a list", mend)
    return given


def choice(*allowed: str) -> Callable[[object], str]:
    """A check that lets only these words through."""

    def check(value: object) -> str:
        given = text(value)
        if given in allowed:
            return given
        close = get_close_matches(given.lower(), allowed, 1)
        words = ", ".join(allowed[:-1]) + " or " + allowed[-1]
        mend = f"did you mean `{close[0]}`?" if close else f"expected {words}"
        raise refuse(f"{shown(given)} is not known here", mend)

    return check


def flag(value: object) -> bool:
    """Only `true` and `false`: what `no` and `on` mean depends on whom you ask."""
    given = text(value)
    if given not in ("true", "false"):
        raise refuse(f"{shown(given)} is neither true nor false", "write `true` or `false`")
    return given == "true"


def whole(low: int, high: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        given = text(value)
        if not re.fullmatch(r"[0-9]{1,9}", given) or not low <= int(given) <= high:
            mend = f"expected a whole number from {low} to {high}"
            raise refuse(f"{shown(given)} does not fit here", mend)
        return int(given)

    return check


def delay(value: object) -> float:
    """Seconds of a duration such as `2s`, `0.5s`, `10m`, `2h`, `1d`."""
    given = text(value)
    match = _DURATION.fullmatch(given)
    if match is None:
        mend = "write a number and s, m, h or d: `30s`, `10m`, `2h`, `1d`"
        if re.fullmatch(r"\d{1,9}", given):
            mend = f"add the unit: `{given}s`, `{given}m`, `{given}h` or `{given}d`"
        raise refuse(f"{shown(given)} is no duration", mend)
    seconds = float(match[1]) * _UNITS[match[2]]
    if seconds > _YEAR_SECONDS:
        raise refuse(f"{shown(given)} is too long", "expected at most `366d`")
    return seconds


def seconds(value: object) -> int:
    """Whole seconds, at least 1, of a duration."""
    exact = delay(value)
    if exact < 1 or exact != int(exact):
        raise refuse(f"{shown(text(value))} does not fit here", "expected whole seconds from `1s`")
    return int(exact)


def wait(value: object) -> int:
    """Whole seconds of a duration, `0s` too."""
    return 0 if value in ("0s", "0m", "0h") else seconds(value)


def seconds_or_off(value: object) -> int | None:
    return None if value == "off" else seconds(value)


def clock(value: object) -> int:
    """Minutes after midnight of a time of day such as `07:30`."""
    given = text(value)
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", given)
    if match is None:
        short = re.fullmatch(r"[0-9]:[0-5][0-9]", given)
        mend = f"write `0{given}`" if short else "expected one such as `07:30` or `22:00`"
        raise refuse(f"{shown(given)} is no time of day", mend)
    return 60 * int(match[1]) + int(match[2])


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {zone.lower(): zone for zone in sorted(available_timezones())}


def timezone(value: object) -> str:
    """An IANA name, tzdata's list."""
    given = text(value)
    zones = _zones()
    if zones.get(given.lower()) == given:
        return given
    # A close abbreviation is another zone: AEST is not EST.
    likeness = 0.6 if "/" in given else 1.0
    close = get_close_matches(given.lower().replace(" ", "_"), zones, 1, likeness)
    mend = "expected a place's zone such as `Australia/Sydney`, or `UTC`"
    if close:
        mend = f"did you mean `{zones[close[0]]}`?"
    raise refuse(f"{shown(given)} is no time zone", mend)


def url(value: object) -> str:
    """An http or https address without a password in it."""
    given = text(value)
    problem = url_problem(given)
    if problem:
        raise refuse(*problem)
    return given


def url_problem(given: str) -> tuple[str, str] | None:
    if re.search(r"\s", given) or CONTROL.search(given):
        return "there is white space in this address", "write a space as `%20`"
    try:
        parts = urlsplit(given)
        known = parts.scheme in ("http", "https")
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "this is no web address", "expected `https://host/path`"
    if "@" in parts.netloc:
        return "there is a user name in this address", "take the part before `@` out"
    if not known or not host:
        return "this is no web address", "expected one that begins with `https://` or `http://`"
    return None


def host(value: object) -> str:
    """A bare host name, in lower case."""
    given = text(value)
    if not _HOST.fullmatch(given):
        mend = "expected a bare name without `https://`, port or path: `www.example.org`"
        raise refuse(f"{shown(given)} is no host name", mend)
    return given.lower()


def network(value: object) -> str:
    """A network in CIDR form; a single address is a network of one."""
    given = text(value)
    try:
        return str(ipaddress.ip_network(given))
    except ValueError:
        mend = "expected a network such as `10.0.0.0/8` or `127.0.0.1/32`"
    with suppress(ValueError):
        mend = f"did you mean `{ipaddress.ip_network(given, strict=False)}`?"
    raise refuse(f"{shown(given)} is no network", mend)


def endpoint(value: object) -> str:
    """`address:port`, the address a literal IP."""
    given = text(value)
    address, _, port = given.rpartition(":")
    try:
        ipaddress.ip_address(address.removeprefix("[").removesuffix("]"))
        if not re.fullmatch(r"\d{1,5}", port) or not 0 < int(port) < 65536:
            raise ValueError
    except ValueError:
        mend = 'expected an IP address and a port: `"127.0.0.1:8080"`'
        raise refuse(f"{shown(given)} is no address with a port", mend) from None
    return given


def server(value: object) -> tuple[str, int | None]:
    """Host and port of `host`, `host:port` or `[v6]:port`."""
    match = _SERVER.fullmatch(text(value))
    port = int(match["port"]) if match and match["port"] else None
    if match is None or (port is not None and not 0 < port < 65536):
        raise refuse("this is no mail server", "expected `smtp.example.org:587`")
    return match["host"].strip("[]"), port


def address(value: object) -> str:
    """One that mail can be sent to, without a name and quotes."""
    given = text(value)
    if _NOT_PLAIN.search(given) or not _is_mailbox(given):
        raise refuse(f"{shown(given)} is no e-mail address", "expected `desk@example.org`")
    return given


def sender(value: object) -> str:
    """`desk@example.org` or `Desk <desk@example.org>`."""
    given = text(value)
    bare = given.rpartition("<")[2].removesuffix(">")
    if _NOT_PLAIN.search(bare) or not _is_mailbox(given):
        mend = "expected `desk@example.org` or `Desk <desk@example.org>`"
        raise refuse(f"{shown(given)} is no sender", mend)
    return given


def _is_mailbox(given: str) -> bool:
    with suppress(ValueError):
        return bool(mailbox(given))
    return False


def selector(value: object) -> str:
    """A CSS selector that lxml can follow; it picks elements, so no pseudo-elements."""
    given = text(value)
    if len(given) > _SELECTOR_LENGTH:
        raise refuse("this selector is too long", f"expected at most {_SELECTOR_LENGTH} characters")
    try:
        if any(s.pseudo_element for s in parse_selectors(given)):
            mend = "leave `::...` out: text and address are taken from the element"
            raise refuse(f"{shown(given)} does not pick an element", mend)
        HTMLTranslator().css_to_xpath(given)
    except (SelectorError, RecursionError):
        mend = "expected something like `div.news > article h2 a`"
        raise refuse(f"{shown(given)} is no CSS selector", mend) from None
    return given
