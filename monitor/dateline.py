"""Datelines, bylines and initials lines, in the trade's sense: "Baghdad (AFP) Nov 17, 2017".

Grammar only: which of several datelines is the article's own is the publisher module's to say.
Every pattern is tried at the start of a line and bounded, so time is linear in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_LONGEST = 200  # of a dateline with its place, wire and date
_DASHES = "-\u2013\u2014"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\.?,?\s)?"
_PLACE = r"(?P<place>[^\W\d_][\w .,'’`/&-]{0,79}?)"
_DATELINE = re.compile(
    rf"{_PLACE},?\s?(?:\((?P<wire>[A-Z][\w ./&,-]{{1,40}})\),?\s?)?{_WEEKDAY}"
    rf"{_MONTH}\s?(?P<day>\d{{1,2}}),?\s?(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
# "LONDON, Nov 5 (Reuters) - ", "Mexico City (AP) - ": outside of capitals only the agencies named
# below, or every abbreviation explained in a first sentence would be one.
_LEAD = re.compile(
    rf"{_PLACE}(?:,\s?{_WEEKDAY}{_MONTH}\s?(?P<day>\d{{1,2}})(?:,\s?(?P<year>(?:19|20)\d\d))?)?"
    rf"\s?\((?P<wire>[A-Za-z][\w ./&-]{{1,40}})\)\s?[{_DASHES}:]",
    re.IGNORECASE,
)
_AGENCY_NAMES = """
    aa aap adnkronos afp ani ansa ap apa associated_press bernama bloomberg cna cnn cp dpa efe ians
    interfax irna jta kyodo lusa ntb pa pap pti reuters ria_novosti ritzau rfe/rl sda spx tass
    the_canadian_press tt ukrinform unian upi voa wam xinhua yonhap
"""
_AGENCIES = frozenset(_AGENCY_NAMES.split())
_BYLINE = re.compile(r"by:?\s\S", re.IGNORECASE)
_LONGEST_BYLINE = 160
_NAMES_APART = re.compile(r"\s?[,;|]\s?|\s(?:and|with|&)\s", re.IGNORECASE)
_AFTER_NAME = re.compile(r"\s(?:in|at|for|from)\s.*", re.IGNORECASE)
_INITIALS = re.compile(r"[a-z]{2,8}(?:-[a-z]{2,8})*(?:/[a-z]{2,8}(?:-[a-z]{2,8})*)+")
_LONGEST_INITIALS = 60


@dataclass(frozen=True, slots=True)
class Dateline:
    """`day` is ISO (2017-11-17), None where the calendar has no such day.

    `text` is the dateline as printed, `rest` what follows it on its line, without the dash;
    `dashed` says whether there was one.
    """

    place: str
    wire: str | None
    day: str | None
    text: str
    rest: str
    dashed: bool


def read(line: str) -> Dateline | None:
    """The dateline that a line begins with: `Place[, Country] [(WIRE)] [weekday] Month D, YYYY`.

    One without a wire must be the whole line and begin with a capital, being so easily a sentence.
    """
    found = _DATELINE.match(line[:_LONGEST])
    if found is None:
        return None
    rest = line[found.end() :].strip()
    wire = found["wire"].strip() if found["wire"] else None
    if wire is None and (rest or not line[0].isupper()):
        return None
    dashed = rest.startswith(tuple(_DASHES))
    return Dateline(
        place=found["place"].strip(" ,"),
        wire=wire,
        day=_day(found["year"], found["month"], found["day"]),
        text=found[0],
        rest=rest.lstrip(_DASHES + " "),
        dashed=dashed,
    )


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day)).isoformat()
    except ValueError:
        return None


def lead(paragraph: str) -> tuple[str, str] | None:
    """Place and wire that a first paragraph begins with: "MEXICO CITY (AP) - ..."."""
    found = _LEAD.match(paragraph[:_LONGEST])
    if found is None or not paragraph[0].isupper():
        return None
    place, wire = found["place"].strip(" ,"), found["wire"]
    in_capitals = place.isupper() and wire.isupper()  # nothing but a dateline is printed so
    return (place, wire) if in_capitals or is_agency(wire) else None


def is_agency(name: str) -> bool:
    """Whether a name is a great news agency's: "Reuters", "The Associated Press"."""
    words = name.casefold().removeprefix("the ").replace(" ", "_")
    return words in _AGENCIES or f"the_{words}" in _AGENCIES


def without(paragraph: str) -> str:
    """A paragraph less the dateline that it begins with."""
    line = paragraph[:_LONGEST].split("\n", 1)[0]
    found = read(line) if line else None
    if found is not None:
        return paragraph[len(found.text) :].lstrip(f"{_DASHES}: ")
    led = _LEAD.match(paragraph[:_LONGEST]) if lead(paragraph) is not None else None
    return paragraph[led.end() :].lstrip(f"{_DASHES}: ") if led else paragraph


def day(text: str) -> str | None:
    """The day (2017-11-17) in the dateline that a text begins with."""
    paragraph = text[:_LONGEST].split("\n", 1)[0]
    if not paragraph[:1].isupper():
        return None
    found = read(paragraph)
    if found is not None:
        return found.day
    led = _LEAD.match(paragraph) if lead(paragraph) is not None else None
    return _day(led["year"], led["month"], led["day"]) if led and led["year"] else None


def is_byline(line: str) -> bool:
    return len(line) <= _LONGEST_BYLINE and _BYLINE.match(line) is not None


def authors(byline: str) -> tuple[str, ...]:
    """The names in a byline: "By A B with C D in Baghdad" -> A B, C D; a staff byline has none."""
    names = byline[2:].lstrip(": ") if _BYLINE.match(byline) else byline
    names = names[:_LONGEST_BYLINE]
    if "staff" in names.lower():
        return ()
    found = (_AFTER_NAME.sub("", name).strip(" .") for name in _NAMES_APART.split(names))
    return tuple(dict.fromkeys(name for name in found if name))


def is_initials(line: str) -> bool:
    """The wire's own closing line: "burs/srm/del"."""
    return len(line) <= _LONGEST_INITIALS and _INITIALS.fullmatch(line) is not None
