"""Publishers' dates, in the forms they really print, as `Stamp`s.

Read: RFC 822 and its broken forms (two-digit years, capitals, no weekday, full month names, zone
names, month first, time first, asctime) in many languages, ISO 8601 and W3CDTF from the day down,
day.month.year, 2026年11月27日 and its like, epoch seconds and milliseconds.  Not read, because they
would be guesses: a year or a month alone, 25.11.17, words such as "yesterday"; 04/05/2017 where
neither its weekday nor anybody else says which number is the day.

A date in the future is returned as it stands; who believes it is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import printed_zones
from monitor.calendar_words import AFTERNOON, month_of, weekday_of
from monitor.model import Precision, Stamp, quick_stamp

# Outside of these years a date is a mistake or a joke (year 0, 9999), never an article's.
_YEARS = range(1900, 2200)
# Zero, as Unix (in any zone) and SQL Server print it: there was no date, and one of 50 years ago
# would make news late.
_ZEROS = frozenset((date(1900, 1, 1), date(1969, 12, 31), date(1970, 1, 1)))
_LONGEST = 120

_WEEKDAY = r"(?:(?:[^\W\d_]{2,13}\.?|[月火水木金土日월화수목금토일])(?:,\ ?|\ ))?"
_NAMED_WEEKDAY = _WEEKDAY.replace(r"[^\W\d_]{2,13}", r"(?P<weekday>[^\W\d_]{2,13})")
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|[.º])?"
_MONTH = (
    r"(?P<name>[^\W\d_]{3,12}|[\u0900-\u0963]{2,10}"
    r"|(?:[0-9]{1,2}|[一二三四五六七八九十])[月월])\.?"
)
_BEHIND_YEAR = "г|года|р|року|r|roku|pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar"
_YEAR = rf"(?P<year>[0-9]{{4}}|[0-9]{{2}})(?:\ ?(?:{_BEHIND_YEAR})\b\.?)?"
_FULL_YEAR = r"(?P<year>[0-9]{4})"
_SECOND = r"(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?"
_HALF = r"\ ?(?P<half>[ap])\.?m\b\.?"
_TIME = rf"(?P<hour>[0-9]{{1,2}})(?:[:.h](?P<minute>[0-9]{{2}})(?:[:.]{_SECOND})?)?(?:{_HALF})?"
_OFFSET = r"(?:(?:etc/)?(?:gmt|utc?|z)\ ?)?[+-][0-9]{1,2}(?::?[0-9]{2})?"
_PLACE = r"\[?[a-z]+(?:/[a-z_-]+){1,2}\]?"
_NAME_TOO = r"(?:(?<=[0-9])\ ?(?:z|[a-z]{3,5})\b)?"  # behind an offset, which counts
_COMMENT = r"(?:\ ?\([^()]*\)|\[[^\[\]]*\])?"
_ZONE = rf"(?P<zone>{_OFFSET}|(?:etc/)?[a-z]{{1,5}}\b|{_PLACE})?{_NAME_TOO}{_COMMENT}\.?"
_AT = r",?\ (?:at|um|à|às|a\ las|alle|ore|om|kl|klo|o|v|в|о|об|saat)\b\.?"
_CLOCK = rf"(?:(?:{_AT}|,|\ [@-]|t)?\ ?{_TIME}\ ?{_ZONE})?"
_COMPACT_CLOCK = rf"(?:t?(?P<hour>[0-9]{{2}}):?(?P<minute>[0-9]{{2}}):?(?:{_SECOND})?\ ?{_ZONE})?"
_EASTERN_DAY = (
    r"(?:(?P<year>[0-9]{4})\ ?[年년]\ ?)?"
    r"(?P<month>[0-9]{1,2})\ ?[月월]\ ?(?P<day>[0-9]{1,2})\ ?[日일]?"
    r"(?:\ ?(?:\([^()]{1,3}\)|(?:星期|周|週)[一二三四五六日天]|[일월화수목금토]요일))?"
)
_EASTERN_CLOCK = (
    r"(?:,?\ ?(?P<half>[上下]午|午[前後]|오[전후])?\ ?(?P<hour>[0-9]{1,2})(?::|\ ?[時时点點시]\ ?)"
    rf"(?P<minute>[0-9]{{2}})\ ?[分분]?(?::{_SECOND})?\ ?{_ZONE})?"
)

_FORMS = tuple(
    re.compile(form, re.VERBOSE | re.IGNORECASE)
    for form in (
        rf"{_WEEKDAY}{_DAY}(?:\ of\b|\ de\b)?[\ -]?{_MONTH}(?:\ de\b)?(?:,?[\ -]?{_YEAR})?{_CLOCK}",
        rf"{_WEEKDAY}{_MONTH}\ ?{_DAY}(?:,?\ {_YEAR})?{_CLOCK}",
        rf"{_WEEKDAY}{_MONTH}\ {_DAY},?\ {_TIME}\ (?:{_ZONE}\ )?{_YEAR}",
        rf"{_WEEKDAY}(?P<year>[0-9]{{4}})(?P<gap>[-/.])(?P<month>[0-9]{{1,2}})(?P=gap){_DAY}{_CLOCK}",
        rf"(?P<year>[0-9]{{4}})(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}){_COMPACT_CLOCK}",
        rf"(?P<year>[0-9]{{4}})[\ .-]{{1,2}}{_MONTH}[\ -]{_DAY}{_CLOCK}",
        rf"{_WEEKDAY}(?P<day>[0-9]{{1,2}})\.\ ?(?P<month>[0-9]{{1,2}})\.\ ?{_FULL_YEAR}{_CLOCK}",
        rf"{_NAMED_WEEKDAY}(?P<either>[0-9]{{1,2}})(?P<bar>[-/])(?P<other>[0-9]{{1,2}})(?P=bar){_FULL_YEAR}{_CLOCK}",
        rf"{_EASTERN_DAY}{_EASTERN_CLOCK}",
        rf"(?P<year>[0-9]{{4}})\.\ ?(?P<month>[0-9]{{1,2}})\.\ ?{_DAY}{_EASTERN_CLOCK}",
        rf"(?P<year>[0-9]{{4}})(?P<gap>[-/.])(?P<month>[0-9]{{1,2}})(?P=gap){_DAY}{_EASTERN_CLOCK}",
    )
)
# "10:02 AM EST, Nov 19, 2019"
_TIME_FIRST = re.compile(
    r"([0-9]{1,2}[:h][0-9]{2}(?::[0-9]{2})?(?:\ ?[ap]\.?m\b\.?)?)(?:\ ([a-z]{2,5})\b)?"
    r"(?:,|\ [|-])?\ (?:(?:on|am)\ )?([^\W_].*)",
    re.IGNORECASE,
)
# What nearly every feed prints around hours, minutes and seconds, and is read quickly.
_QUICK_DAY = re.compile(
    r"(?:[A-Za-z]{3}, )?([0-9]{1,2}) ([A-Za-z]{3}) ([0-9]{4}) |([0-9]{4})-([0-9]{2})-([0-9]{2})T"
)
_QUICK_ZONE = re.compile(r"(?: ?([+-])([0-9]{2}):?([0-9]{2})| ([A-Z]{1,5})|(Z))")
_MOST_STARTS = 1024
# What `_start_of_day` found: the same few days in each feed.
_STARTS: dict[tuple[str, str, str], int] = {}
_MINUTES = {f"{n // 60:02}:{n % 60:02}": n * 60_000 for n in range(24 * 60)}
_SECONDS = {f":{n:02}": n * 1000 for n in range(60)}
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = re.compile(r"[0-9]{9,10}(?:\.[0-9]{1,9})?|[0-9]{12,13}")
_TO_THE_MINUTE = re.compile(r"(?:19|20)[0-9]{10}")  # or milliseconds of 1976

_ALIKE = str.maketrans(
    "\u2212\u060c\uff0c\uff1a\uff08\uff09"
    + "".join(chr(zero + n) for zero in (0x0660, 0x06F0, 0x0966, 0xFF10) for n in range(10)),
    "-,,:()" + 4 * "0123456789",  # Arabic, Persian, Indian and wide digits
)

_Parts = Mapping[str, str | None]


def stamp(
    text: str, timezone: str, now: int | None = None, *, day_first: bool | None = None
) -> Stamp | None:
    """The time that a publisher printed; None where it is none, or an impossible one.

    `timezone` (a valid IANA name) reads a time without zone and ends the day of a bare date.
    `now` (epoch ms) gives a date without a year its year: the last one it can lie in.
    `day_first` says what 04/05/2017 is.
    """
    # As in most feeds but RSS: in two thirds of the time of what finds it first.
    start = _STARTS.get((text[:11], text[19:], timezone))
    if start is not None:
        try:
            return quick_stamp(start + _MINUTES[text[11:16]] + _SECONDS[text[16:19]])
        except KeyError:
            pass
    if (quick := _quick(text, timezone)) is not None:
        return quick
    text = " ".join(text[: 2 * _LONGEST].split()).translate(_ALIKE).strip(" ,;")
    if len(text) > _LONGEST:
        return None
    if not _EPOCH.fullmatch(text):
        return _printed(text, timezone, now, day_first)
    printed = _printed(text, timezone) if _TO_THE_MINUTE.fullmatch(text) else None
    return printed or _epoch(text)


def _printed(
    text: str, timezone: str, now: int | None = None, day_first: bool | None = None
) -> Stamp | None:
    text = _day_first(text)
    for form in _FORMS:
        if found := form.fullmatch(text):
            try:
                return _stamp(_told_apart(found.groupdict(), day_first), timezone, now)
            except (ValueError, OverflowError):
                return None
    return None


def _day_first(text: str) -> str:
    """With the time of day behind the day, where it stands before it."""
    if (found := _TIME_FIRST.fullmatch(text)) is None:
        return text
    clock, zone, day = found[1], found[2] or "", found[3]
    return f"{zone} {day} {clock}" if month_of(zone) else f"{day} {clock} {zone}".rstrip()


def _told_apart(parts: _Parts, day_first: bool | None) -> _Parts:
    """With a day and a month, where a date has two numbers before its year."""
    first, second = parts.get("either"), parts.get("other")
    if first is None or second is None:
        return parts
    if int(first) <= 12 and int(second) <= 12 and int(first) != int(second):
        day_first = _by_weekday(parts, int(first), int(second), day_first)
        if day_first is None:
            raise ValueError("each may be the month")
    if int(second) > 12 or (int(first) <= 12 and not day_first):
        first, second = second, first
    return {**parts, "day": first, "month": second}


def _by_weekday(parts: _Parts, first: int, second: int, day_first: bool | None) -> bool | None:
    """Whether the first number is the day: as the weekday before them has it, where it tells."""
    weekday, year = weekday_of(parts.get("weekday") or ""), int(parts["year"] or 0)
    is_first = date(year, second, first).weekday() == weekday
    is_second = date(year, first, second).weekday() == weekday
    return day_first if is_first == is_second else is_first


def _quick(text: str, timezone: str) -> Stamp | None:
    """None where the text has to be looked at more closely, or is no date at all."""
    place = text.find(":") - 2
    if place < 11 or len(text) > _LONGEST:
        return None
    try:
        clock = _MINUTES[text[place : place + 5]] + _SECONDS[text[place + 5 : place + 8]]
    except KeyError:
        return None
    around = text[:place], text[place + 8 :], timezone
    start = _STARTS.get(around)
    if start is None:
        start = _start_of_day(*around)
        if start is None:
            return None
        if len(_STARTS) >= _MOST_STARTS:
            _STARTS.clear()
        _STARTS[around] = start
    return quick_stamp(start + clock)


def _start_of_day(before: str, behind: str, timezone: str) -> int | None:
    """Midnight of a date as it stands before a time, in the zone behind it."""
    day, zone = _QUICK_DAY.fullmatch(before), _QUICK_ZONE.fullmatch(behind)
    if day is None or zone is None:
        return None
    year = int(day[3] or day[4])
    month = (month_of(day[2]) or 0) if day[2] else int(day[5])
    try:
        found = date(year, month, int(day[1] or day[6]))
    except ValueError:
        return None
    if not _is_possible(found):
        return None
    if zone[4]:
        east = printed_zones.minutes_east(zone[4].lower(), timezone, year)
    else:
        east = _minutes_east(zone[1] or "+", int(zone[2] or 0), int(zone[3] or 0))
    days = found.toordinal() - _EPOCH_DAY
    return None if east is None else (days * 1440 - east) * 60_000


def _is_possible(day: date) -> bool:
    return day.year in _YEARS and day not in _ZEROS


def _minutes_east(sign: str, hours: int, minutes: int) -> int | None:
    if hours > 14 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if sign == "-" else 1)


def _epoch(text: str) -> Stamp | None:
    at = int(text) if len(text) > 10 and "." not in text else round(float(text) * 1000)
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).date()
    return Stamp(at) if _is_possible(day) else None


def _stamp(parts: _Parts, timezone: str, now: int | None) -> Stamp | None:
    day = _date(parts, timezone, now)
    if day is None or not _is_possible(day):
        return None
    zone = printed_zones.read(parts.get("zone"), timezone, day.year)
    if parts.get("hour") is None:
        last = datetime(day.year, day.month, day.day, 23, 59, 59, 999_000, tzinfo=zone)
        return Stamp(_milliseconds(last), Precision.DAY, day.isoformat())
    at = _milliseconds(datetime(day.year, day.month, day.day, tzinfo=zone) + _clock(parts))
    return Stamp(at, Precision.MINUTE if parts.get("second") is None else Precision.SECOND)


def _date(parts: _Parts, timezone: str, now: int | None) -> date | None:
    month = _month(parts)
    day = int(parts["day"] or 0)
    written = parts["year"]
    if written is not None:
        return date(_full_year(written), month, day) if month else None
    if now is None or not month:
        return None
    # A day of grace: the publisher's clock may be ahead of ours.
    latest = datetime.fromtimestamp(now / 1000, ZoneInfo(timezone)).date() + timedelta(days=1)
    this_year = date(latest.year, month, day)
    return this_year if this_year <= latest else date(latest.year - 1, month, day)


def _month(parts: _Parts) -> int | None:
    name = parts.get("name")
    if name is None:
        return int(parts["month"] or 0)
    return month_of(name)


def _full_year(written: str) -> int:
    """RFC 5322 section 4.3: 00 to 49 are of this century, 50 to 99 of the last."""
    year = int(written)
    if len(written) > 2:
        return year
    return year + (2000 if year < 50 else 1900)


def _clock(parts: _Parts) -> timedelta:
    if parts.get("minute") is None and parts.get("half") is None:
        raise ValueError("a number alone is no time of day")
    hour, minute, second = (int(parts.get(p) or 0) for p in ("hour", "minute", "second"))
    half = (parts.get("half") or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in AFTERNOON else 0)
    # 24:00 ends a day (ISO 8601) and :60 is a leap second; both are the moment after.
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError("no such time of day")
    fraction = float(f"0.{parts.get('part') or 0}")
    return timedelta(hours=hour, minutes=minute, seconds=second, milliseconds=int(fraction * 1000))


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
