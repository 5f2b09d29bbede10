"""Publishers' dates: every form we read, every one we refuse."""

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor import dates
from monitor.calendar_words import weekday_of
from monitor.model import Precision

NOW = int(datetime(2017, 11, 18, 9, 0, tzinfo=UTC).timestamp() * 1000)

# text, the source's zone, UTC
READ = [
    # RFC 822 and what became of it
    ("Fri, 17 Nov 2017 10:30:05 GMT", "UTC", "2017-11-17T10:30:05Z"),
    ("Fri, 17 Nov 2017 10:30:05 +0100", "UTC", "2017-11-17T09:30:05Z"),
    ("Fri, 17 Nov 2017 10:30:05 -0000", "Asia/Tokyo", "2017-11-17T10:30:05Z"),
    ("17 Nov 2017 10:30:05 Z", "UTC", "2017-11-17T10:30:05Z"),
    ("Fri, 17 Nov 17 10:30:05 UT", "UTC", "2017-11-17T10:30:05Z"),
    ("17 Nov 97 10:30 GMT", "UTC", "1997-11-17T10:30:00Z"),
    ("Fri,17 Nov 2017 10:30:05 GMT", "UTC", "2017-11-17T10:30:05Z"),
    ("Friday, 17 November 2017 10:30:05 gmt", "UTC", "2017-11-17T10:30:05Z"),
    ("Friday, 17-Nov-17 10:30:05 GMT", "UTC", "2017-11-17T10:30:05Z"),
    ("Thu, 04 APR 2013 20:37:27 AEST", "UTC", "2013-04-04T10:37:27Z"),
    ("Thu, 17 OCT 2024 22:40:13 AEST", "Australia/Sydney", "2024-10-17T12:40:13Z"),
    ("Mon, 17 Nov 2017 10:30:05 GMT", "UTC", "2017-11-17T10:30:05Z"),  # it was a Friday
    ("Seg, 24 Set 2018 19:22:00 -0300", "UTC", "2018-09-24T22:22:00Z"),
    ("mar., 17 juil. 2018 10:30:05 +0200", "UTC", "2018-07-17T08:30:05Z"),
    ("Fri, 17 Nov 2017 9:05:00 EST", "UTC", "2017-11-17T14:05:00Z"),
    ("Fri, 17 Nov 2017 10:30:05 GMT+0100", "UTC", "2017-11-17T09:30:05Z"),
    ("Fri, 17 Nov 2017 10:30:05 GMT-5", "UTC", "2017-11-17T15:30:05Z"),
    ("Fri, 17 Nov 2017 10:30:05 Etc/GMT", "Asia/Tokyo", "2017-11-17T10:30:05Z"),
    ("Fri, 17 Nov 2017 10:30:05 PST (Pacific)", "UTC", "2017-11-17T18:30:05Z"),
    ("  Fri,\n 17  Nov\t2017 10:30:05 GMT ", "UTC", "2017-11-17T10:30:05Z"),
    ("Fri, 17 Nov 2017 24:00:00 GMT", "UTC", "2017-11-18T00:00:00Z"),
    ("Fri, 17 Nov 2017 10:30:05 PM GMT", "UTC", "2017-11-17T22:30:05Z"),
    # month first
    ("Nov 17, 2017 10:30 AM EST", "UTC", "2017-11-17T15:30:00Z"),
    ("November 17th, 2017 at 12:05 a.m.", "UTC", "2017-11-17T00:05:00Z"),
    ("Sept. 17, 2017, 5 pm", "UTC", "2017-09-17T17:00:00Z"),
    ("Fri Nov 17 10:30:05 2017", "UTC", "2017-11-17T10:30:05Z"),
    ("Fri Nov 17 10:30:05 CET 2017", "UTC", "2017-11-17T09:30:05Z"),
    ("Nov 17, 2017 10:30 AM ET", "Asia/Tokyo", "2017-11-17T15:30:00Z"),
    ("July 17, 2017 10:30 AM ET", "Asia/Tokyo", "2017-07-17T14:30:00Z"),
    ("July 17, 2017 10:30 AM CT", "UTC", "2017-07-17T15:30:00Z"),
    ("Mon, 17 Jul 2017 10:30:00 MT", "UTC", "2017-07-17T16:30:00Z"),
    ("Fri, 17 Nov 2017 10:30:00 PT", "UTC", "2017-11-17T18:30:00Z"),
    ("Mon Jun 22 2015 20:12:20 GMT+0900 (JST)", "UTC", "2015-06-22T11:12:20Z"),
    # the time of day first
    ("10:02 AM EST Nov 19, 2019", "UTC", "2019-11-19T15:02:00Z"),
    ("10:02, 19 November 2019", "UTC", "2019-11-19T10:02:00Z"),
    ("10:02 Nov 19, 2019", "UTC", "2019-11-19T10:02:00Z"),
    ("10:02 Tue 19 Nov 2019", "Europe/Paris", "2019-11-19T09:02:00Z"),
    ("10:02 - 19.11.2019", "Europe/Warsaw", "2019-11-19T09:02:00Z"),
    ("9:30 Uhr, 19. November 2019", "Europe/Berlin", "2019-11-19T08:30:00Z"),
    ("3:40 p.m. on Tuesday, November 19th, 2019", "UTC", "2019-11-19T15:40:00Z"),
    ("10:02 GMT 2019-11-19", "Asia/Tokyo", "2019-11-19T10:02:00Z"),
    ("10:02 2019-11-19 10:03", "UTC", None),
    ("10:02 10:03 10:04", "UTC", None),
    # ISO 8601
    ("2017-11-17T10:30:05Z", "UTC", "2017-11-17T10:30:05Z"),
    ("2017-11-17T10:30:05.123+10:30", "UTC", "2017-11-17T00:00:05Z"),
    ("2017-11-17T10:30:05,5-0800", "UTC", "2017-11-17T18:30:05Z"),
    ("2017-11-17T10:30+01", "UTC", "2017-11-17T09:30:00Z"),
    ("2017-11-17 10:30:05", "Europe/Paris", "2017-11-17T09:30:05Z"),
    ("2017-07-17 10:30:05", "Europe/Paris", "2017-07-17T08:30:05Z"),
    ("2017-11-17 10:30:05 +0000 UTC", "Asia/Tokyo", "2017-11-17T10:30:05Z"),
    ("Fri, 17 Nov 2017 10:30:05 +0530 IST", "Asia/Jerusalem", "2017-11-17T05:00:05Z"),
    ("2017-11-17T10:30:05+01:00Z", "UTC", "2017-11-17T09:30:05Z"),
    ("Fri, 17 Nov 2017 10.30.05 GMT", "UTC", "2017-11-17T10:30:05Z"),
    ("20171117T103005Z", "UTC", "2017-11-17T10:30:05Z"),
    ("20171117103005", "UTC", "2017-11-17T10:30:05Z"),
    ("202511171000", "Asia/Tokyo", "2025-11-17T01:00:00Z"),
    ("2020/1/10 14:16:00", "UTC", "2020-01-10T14:16:00Z"),
    ("2026-06-30T23:59:60Z", "UTC", "2026-07-01T00:00:00Z"),
    ("17.11.2017 10:30", "Europe/Berlin", "2017-11-17T09:30:00Z"),
    # the months of other languages, and their ways to write a date
    ("27 ноября 2026 г., 10:30", "Europe/Moscow", "2026-11-27T07:30:00Z"),
    ("27 мая 2026 в 10:30", "Europe/Moscow", "2026-05-27T07:30:00Z"),
    ("пт, 27 нояб. 2026 10:30:05 +0300", "UTC", "2026-11-27T07:30:05Z"),
    ("27 листопада 2026, 10:30", "Europe/Kyiv", "2026-11-27T08:30:00Z"),
    ("27 listopada 2026 10:30", "Europe/Warsaw", "2026-11-27T09:30:00Z"),
    ("27. července 2026 10:30", "Europe/Prague", "2026-07-27T08:30:00Z"),
    ("27. června 2026 10:30", "Europe/Prague", "2026-06-27T08:30:00Z"),
    ("27 Kasım 2026 10:30", "Europe/Istanbul", "2026-11-27T07:30:00Z"),
    ("27 Ağu 2026 10:30", "Europe/Istanbul", "2026-08-27T07:30:00Z"),
    ("27. marraskuuta 2026 10:30", "Europe/Helsinki", "2026-11-27T08:30:00Z"),
    ("27. maaliskuuta 2026 10:30", "UTC", "2026-03-27T10:30:00Z"),
    ("27 noiembrie 2026 10:30", "UTC", "2026-11-27T10:30:00Z"),
    ("2026. november 27. 10:30", "Europe/Budapest", "2026-11-27T09:30:00Z"),
    ("2026. márc. 27.", "UTC", "2026-03-27"),
    ("27 Ιουλίου 2026 10:30", "UTC", "2026-07-27T10:30:00Z"),
    ("27 Agustus 2026 10:30 WIB", "UTC", "2026-08-27T03:30:00Z"),
    ("27. des. 2026 kl. 10:30", "Europe/Oslo", "2026-12-27T09:30:00Z"),
    ("27 نوفمبر، 2026 10:30", "UTC", "2026-11-27T10:30:00Z"),
    ("27 בנובמבר 2026 10:30", "UTC", "2026-11-27T10:30:00Z"),
    ("27 नवंबर 2026 10:30", "Asia/Kolkata", "2026-11-27T05:00:00Z"),
    ("27 मई 2026", "UTC", "2026-05-27"),
    ("27. November 2026 um 10:30 Uhr", "Europe/Berlin", "2026-11-27T09:30:00Z"),
    ("27 novembre 2026 à 10h30", "Europe/Paris", "2026-11-27T09:30:00Z"),
    ("27 de novembro de 2026 às 10h30", "UTC", "2026-11-27T10:30:00Z"),
    ("2026年11月27日", "UTC", "2026-11-27"),
    ("2026年11月27日(金) 10:30", "Asia/Tokyo", "2026-11-27T01:30:00Z"),
    ("2026年11月27日 10時30分", "Asia/Tokyo", "2026-11-27T01:30:00Z"),
    ("2026年11月27日 下午3:05", "Asia/Shanghai", "2026-11-27T07:05:00Z"),
    ("2026년 11월 27일 오후 3:05", "Asia/Seoul", "2026-11-27T06:05:00Z"),
    ("١٨ نوفمبر ٢٠٢٥", "UTC", "2025-11-18"),
    ("۲۰۲۵/۱۱/۱۸ ۱۰:۳۰", "UTC", "2025-11-18T10:30:00Z"),
    ("१८ नवंबर २०२५", "UTC", "2025-11-18"),
    ("２０２５年１１月１８日", "UTC", "2025-11-18"),
    ("2025.11.18. 오후 9:30", "Asia/Seoul", "2025-11-18T12:30:00Z"),
    ("2025. 11. 18. 21:30", "Asia/Seoul", "2025-11-18T12:30:00Z"),
    ("1er novembre 2025", "UTC", "2025-11-01"),
    ("1º de noviembre de 2025", "UTC", "2025-11-01"),
    ("November 17, 2025 @ 9:14 am", "UTC", "2025-11-17T09:14:00Z"),
    ("18 Kasım 2025 Salı 22:05", "Europe/Istanbul", "2025-11-18T19:05:00Z"),
    ("2026-11-27 오후 03:05:10", "Asia/Seoul", "2026-11-27T06:05:10Z"),
    ("3 marca 2026 r., 10:30", "Europe/Warsaw", "2026-03-03T09:30:00Z"),
    # RFC 822 in the language of the publisher's server
    ("Di, 03 Mrz 2026 10:30:05 +0100", "UTC", "2026-03-03T09:30:05Z"),
    ("Κυρ, 05 Ιούλ 2026 10:30:05 +0300", "UTC", "2026-07-05T07:30:05Z"),
    ("금, 27 11월 2026 10:30:05 +0900", "UTC", "2026-11-27T01:30:05Z"),
    ("金, 27 11月 2026 10:30:05 +0900", "UTC", "2026-11-27T01:30:05Z"),
    ("星期五, 27 十一月 2026 10:30:05 +0800", "UTC", "2026-11-27T02:30:05Z"),
    ("周日, 01 十月 2026 10:30:05 +0800", "UTC", "2026-10-01T02:30:05Z"),
    # zones by their places
    ("2026-11-27 10:30:00 Europe/Berlin", "UTC", "2026-11-27T09:30:00Z"),
    ("27 Nov 2026 10:30 America/Argentina/Buenos_Aires", "UTC", "2026-11-27T13:30:00Z"),
    ("2026-11-27T10:30:05[Asia/Tokyo]", "UTC", "2026-11-27T01:30:05Z"),
    ("2026-11-27T10:30:05+09:00[Asia/Tokyo]", "UTC", "2026-11-27T01:30:05Z"),
    ("2026-11-27 10:30:00 Europe/Atlantis", "UTC", None),
    ("2026-11-27 10:30:00 America/Argentina", "UTC", None),
    # epoch
    ("1510914605", "Asia/Tokyo", "2017-11-17T10:30:05Z"),
    ("1510914605123", "UTC", "2017-11-17T10:30:05Z"),
    ("201360000000", "UTC", "1976-05-19T13:20:00Z"),  # of no thirteenth month
    ("1510914605.9", "UTC", "2017-11-17T10:30:05Z"),
    # names with several meanings: the source's zone decides, else the common one
    ("Fri, 17 Nov 2017 10:30:00 IST", "UTC", "2017-11-17T05:00:00Z"),
    ("Fri, 17 Nov 2017 10:30:00 IST", "Asia/Jerusalem", "2017-11-17T08:30:00Z"),
    ("Mon, 17 Jul 2017 10:30:00 IST", "Europe/Dublin", "2017-07-17T09:30:00Z"),
    ("Fri, 17 Nov 2017 10:30:00 CST", "UTC", "2017-11-17T16:30:00Z"),
    ("Fri, 17 Nov 2017 10:30:00 CST", "Asia/Shanghai", "2017-11-17T02:30:00Z"),
    ("Fri, 17 Nov 2017 10:30:00 BST", "UTC", "2017-11-17T09:30:00Z"),
    ("Fri, 17 Nov 2017 10:30:00 XYZ", "Asia/Tokyo", "2017-11-17T01:30:00Z"),
    # the future is not ours to judge
    ("Thu, 01 Jan 2099 00:00:00 GMT", "UTC", "2099-01-01T00:00:00Z"),
]

REFUSED = [
    *("", "   ", "yesterday", "not a date", "No date found.", "2017", "2017-11", "Nov 2017"),
    *("25.11.17", "25.11.17 10:30"),
    *("04/05/2017", "Wed, 30 Feb 2026 10:00:00 GMT", "2017-02-29", "0000-01-01", "2026-13-40"),
    *("Sat, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "0", "-1", "99999999999"),
    # no time at all, as Unix and SQL Server print it
    *("Thu, 01 Jan 1970 00:00:00 GMT", "Wed, 31 Dec 1969 19:00:00 -0500", "1970-01-01", "0" * 9),
    *("1970-01-01T01:00:00", "1 January 1900 00:00", "1900-01-01T00:00:00Z"),
    *("Mon, 22 Nov 2026 25:61:61 EST", "2017-11-17T24:30:00Z", "Mon, 22 Nov 2026 10:00:00 +9999"),
    *("Mon, 22 Nov 2026 10:00:00 +1475", "32 Nov 2017", "0 Nov 2017", "17 Foo 2017", "10:30"),
    *(
        "Nov 17, 2017 \U0001f600",
        "2017-11-17T10:30:05Z" * 20,
        "\udc80",
        "\x00",
    ),
]


@pytest.mark.parametrize(("text", "zone", "expected"), READ, ids=range(len(READ)))
def test_read(text, zone, expected):
    """A printed time is read in its own zone, or else in the source's."""
    stamp = dates.stamp(text, zone)
    assert (stamp.iso() if stamp else None) == expected


@pytest.mark.parametrize(
    ("text", "day_first", "expected"),
    [
        ("27/11/2026", None, "2026-11-27"),
        ("11/27/2026", None, "2026-11-27"),
        ("27-11-2026 10:30", None, "2026-11-27T10:30:00Z"),
        ("Fri, 27/11/2026 - 10:30", None, "2026-11-27T10:30:00Z"),
        ("5/5/2026", None, "2026-05-05"),
        ("27/11/2026", False, "2026-11-27"),
        ("03/04/2026", None, None),
        ("03/04/2026", True, "2026-04-03"),
        ("03/04/2026", False, "2026-03-04"),
        ("Tue, 03/05/2024 - 14:10", None, "2024-03-05T14:10:00Z"),
        ("Tuesday 05/03/2024", None, "2024-03-05"),
        ("mardi 05/03/2024", False, "2024-03-05"),  # over what the page's language says
        ("Fri, 01/02/2019 - 14:10", None, "2019-02-01T14:10:00Z"),
        ("Sun, 01/05/2024", None, None),  # it was neither
        ("Sun, 01/05/2024", True, "2024-05-01"),
        ("Thu, 07/04/2024", None, "2024-07-04"),
        ("Mon, 02/03/2026", None, "2026-03-02"),
        ("Wörterbuch 02/03/2026", None, None),
        ("Thu, 05/09/2024", None, None),  # it was both
        ("Thu, 05/09/2024", True, "2024-09-05"),
        ("13/13/2026", True, None),
        ("31/02/2026", None, None),
    ],
)
def test_day_or_month_first(text, day_first, expected):
    """Of two numbers the one above 12 is the day; else the weekday or somebody has to tell."""
    stamp = dates.stamp(text, "UTC", day_first=day_first)
    assert (stamp.iso() if stamp else None) == expected


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_refused(text):
    """What is no date, or an impossible one, gives nothing."""
    assert dates.stamp(text, "UTC") is None


@pytest.mark.parametrize(
    "text",
    [
        "2017-11-17",
        "20171117",
        "Nov 17, 2017",
        "Friday, 17 November 2017",
        "17.11.2017",
        "17-Nov-17",
    ],
)
def test_bare_date(text):
    """A bare date is the last moment of its day in the source's zone, and prints as the date."""
    stamp = dates.stamp(text, "Australia/Sydney")
    assert stamp.precision is Precision.DAY
    assert stamp.day == stamp.iso() == "2017-11-17"
    end = datetime(2017, 11, 17, 12, 59, 59, 999_000, tzinfo=UTC)
    assert stamp.at == round(end.timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "precision", "milliseconds"),
    [
        ("2017-11-17T10:30:05.250Z", Precision.SECOND, 5250),
        ("2017-11-17T10:30:05Z", Precision.SECOND, 5000),
        ("2017-11-17T10:30Z", Precision.MINUTE, 0),
        ("Nov 17, 2017 10:30 AM GMT", Precision.MINUTE, 0),
    ],
)
def test_precision(text, precision, milliseconds):
    """A stamp says how exactly the publisher stated the time, down to the millisecond."""
    stamp = dates.stamp(text, "UTC")
    assert (stamp.precision, stamp.at % 60_000) == (precision, milliseconds)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nov 17 10:30 GMT", "2017-11-17T10:30:00Z"),
        ("18 Nov, 10:30", "2017-11-18T10:30:00Z"),
        ("Nov 19", "2017-11-19"),  # the publisher may be ahead of us by a day
        ("Nov 20 10:30", "2016-11-20T10:30:00Z"),
        ("31 December", "2016-12-31"),
        ("Feb 29", None),
    ],
)
def test_no_year(text, expected):
    """Without a year it is the last such day, if it is known what day it is now."""
    stamp = dates.stamp(text, "UTC", NOW)
    assert (stamp.iso() if stamp else None) == expected
    assert dates.stamp(text, "UTC") is None


_PIECES = st.sampled_from(
    [
        *"0123456789 :-+/.,TZ()",
        *(
            "Fri, ",
            "17",
            " Nov ",
            "2017",
            "20171117",
            "10:30",
            ":05",
            " GMT",
            " +01:00",
            " AM",
            "AEST",
        ),
        *("Feb", "31", "99", " de ", "1510914605", "Etc/", "23:59:60", "24:00"),
    ]
)


@given(
    st.one_of(st.text(), st.lists(_PIECES, max_size=14).map("".join)),
    st.sampled_from(["UTC", "Australia/Sydney", "America/New_York", "Asia/Kathmandu"]),
)
def test_any_text(text, zone):
    """Any text gives a stamp of a plausible year that prints, or nothing."""
    stamp = dates.stamp(text, zone, NOW)
    assert stamp is None or 1899 <= int(stamp.iso()[:4]) <= 2200


@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)))
def test_round_trip(moment):
    """What is printed by the rules is read back to the second; but for the days of no date."""
    assume(moment.date() not in (date(1969, 12, 31), date(1970, 1, 1)))
    at = int(moment.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1000
    for form in ("%a, %d %b %Y %H:%M:%S GMT", "%Y-%m-%dT%H:%M:%SZ", "%B %d, %Y %I:%M:%S %p UTC"):
        assert dates.stamp(moment.strftime(form), "Asia/Tokyo").at == at


@pytest.mark.parametrize("piece", ["1", "a", " ", ":", "1 ", "a ", "(", "Nov 17 ", "+1", "10:30 "])
@pytest.mark.alone
def test_linear(piece):
    """A long hostile text takes no longer than its length warrants."""
    started = time.perf_counter()
    for length in (100, 1_000_000):
        dates.stamp((piece * length)[:length], "UTC")
    assert time.perf_counter() - started < 1.0


@pytest.mark.real
def test_real_naughty_strings(real_data):
    """Naughty strings are no dates, and nothing breaks."""
    for text in (real_data / "hostile/strings/blns.json").read_text().splitlines():
        dates.stamp(text, "UTC")


@pytest.mark.parametrize(
    "names",
    [
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lunes martes miércoles jueves viernes sábado domingo",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        "segunda terça quarta quinta sexta sábado domingo",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "måndag tisdag onsdag torsdag fredag lördag söndag",
        "poniedziałek wtorek środa czwartek piątek sobota niedziela",
        "pondělí úterý středa čtvrtek pátek sobota neděle",
        "luni marți miercuri joi vineri sâmbătă duminică",
        "Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar",
        "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
        "hétfő kedd szerda csütörtök péntek szombat vasárnap",
        "Senin Selasa Rabu Kamis Jumat Sabtu Minggu",
        "понедельник вторник среда четверг пятница суббота воскресенье",
        "Δευτέρα Τρίτη Τετάρτη Πέμπτη Παρασκευή Σάββατο Κυριακή",
    ],
)
def test_weekdays(names):
    """Full, and cut to three letters where that still tells."""
    assert [weekday_of(name) for name in names.split()] == [*range(7)]
    assert all(weekday_of(name[:3]) in (None, day) for day, name in enumerate(names.split()))
