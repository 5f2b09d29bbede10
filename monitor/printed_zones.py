"""The zone that a publisher prints behind a time: an offset, an abbreviation, a place's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

# Minutes east of UTC: RFC 822 section 5 for UT and North America, the IANA time zone database for
# the others.  An abbreviation means what it says whatever the season: AEST is ten hours, also in a
# Sydney summer.  Where one has several meanings (IST, CST, BST, AST, PST) the source's own zone
# decides if it uses that name, else the meaning here, which is the one most read in news.
_ZONES = {
    name: minutes
    for minutes, names in (
        *((-600, "hst"), (-540, "akst"), (-480, "pst akdt"), (-420, "mst pdt"), (-360, "cst mdt")),
        *((-300, "est cdt cot pet"), (-240, "ast edt clt"), (-210, "nst"), (-180, "adt brt art")),
        *((-150, "ndt"), (0, "z ut utc gmt wet"), (60, "west bst cet met mez wat")),
        *((120, "cest mest mesz eet sast cat"), (180, "eest idt msk trt eat"), (210, "irst")),
        *((240, "msd gst"), (270, "aft"), (300, "pkt uzt"), (330, "ist"), (345, "npt")),
        *((360, "bdt"), (390, "mmt"), (420, "ict wib"), (480, "wita sgt hkt myt pht awst")),
        *((540, "wit jst kst"), (570, "acst"), (600, "aest chst"), (630, "acdt"), (660, "aedt")),
        *((720, "nzst"), (780, "nzdt")),
    )
    for name in names.split()
}
# "ET" is whichever of EST and EDT is in force.
_PLACES = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}
_NUMBERED = re.compile(r".*?([+-])([0-9]{1,2}?):?([0-9]{2})?")


def read(written: str | None, timezone: str, year: int) -> tzinfo:
    """The zone of a time, by what is printed behind it; `timezone` (a valid IANA name) where that
    is nothing, or is known to nobody.  Raises ValueError: there is no such zone."""
    own = ZoneInfo(timezone)
    if not written:
        return own
    place, written = written.strip("[]"), written.lower().removeprefix("etc/")
    if "/" in written:
        return _of_place(place)
    if "+" in written or "-" in written:
        return _numbered(written)
    if written in _PLACES:
        return ZoneInfo(_PLACES[written])
    offset = minutes_east(written, timezone, year)
    # An abbreviation that nobody knows is most likely the publisher's own.
    return own if offset is None else _east(offset)


def _of_place(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError):  # a part of the world alone is a directory
        raise ValueError("no such zone") from None


def minutes_east(written: str, timezone: str, year: int) -> int | None:
    """Of UTC, by an abbreviation in small letters, as the publisher's own zone means it."""
    return _abbreviations(timezone, year).get(written, _ZONES.get(written))


def _numbered(written: str) -> tzinfo:
    found = _NUMBERED.fullmatch(written)
    if found is None:
        raise ValueError("no such zone")
    hours, minutes = int(found[2]), int(found[3] or 0)
    # From UTC-12 to UTC+14 there are clocks that show it.
    if hours > 14 or minutes > 59:
        raise ValueError("no such zone")
    return _east((hours * 60 + minutes) * (-1 if found[1] == "-" else 1))


def _east(minutes: int) -> tzinfo:
    return timezone(timedelta(minutes=minutes))


@lru_cache(maxsize=512)
def _abbreviations(timezone: str, year: int) -> Mapping[str, int]:
    zone = ZoneInfo(timezone)
    moments = (datetime(year, month, 1, tzinfo=zone) for month in (1, 7))
    return {
        (m.tzname() or "").lower(): int((m.utcoffset() or timedelta()).total_seconds()) // 60
        for m in moments
    }
