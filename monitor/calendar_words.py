"""The words in publishers' dates: months and weekdays in the languages of the news, and halves of
the day.

Tables only: `dates` reads the dates.
"""

from __future__ import annotations

from collections.abc import Mapping

_CHINESE = ("", *"一二三四五六七八九十", "十一", "十二")

# How the names begin (CLDR), full and abbreviated, in all cases that a date has them in; three
# letters where they are enough.  Of a name the longest beginning counts.  In order: Germanic,
# Romance; Slavic in Latin letters, Romanian, Turkish, Finnish, Hungarian, Indonesian; Cyrillic,
# Greek; Arabic; Hebrew; Hindi.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen sty ledn lede oca ian tammi янв яну січ јан ιαν يناير ינואר בינואר जनवरी",
            "feb fev fév lut úno şub helmi фев лют феб φεβ فبراير פברואר בפברואר फरवरी फ़रवरी",
            "mar mär mrt mrz bře břez márc maalis мар бер μαρ μάρ مارس מרץ במרץ मार्च",
            "apr abr avr kwi dubn dube ápr nis huhti апр кві απρ أبريل ابريل إبريل אפריל באפריל"
            " अप्रैल",
            "may mai mei mag maj máj kvě touko май мая мај тра μαΐ μαϊ μάι مايو מאי במאי मई",
            "jun juin giu cze červn červen jún haz iun kesä июн юни чер јун ιουν ιούν يونيو يونيه"
            " יוני ביוני जून",
            "jul juil lug lip červenc červc červec júl tem iul heinä июл юли лип јул ιουλ ιούλ"
            " يوليو يوليه יולי ביולי जुलाई",
            "aug ago aoû sie srp ağu elok avg agu agt авг сер αυγ أغسطس اغسطس אוגוסט באוגוסט अगस्त",
            "sep set wrz zář eyl syys szept сен вер σεπ سبتمبر ספטמבר בספטמבר सितंबर सितम्बर",
            "oct okt out ott paź říj eki lok окт жов οκτ أكتوبر اكتوبر אוקטובר באוקטובר अक्टूबर"
            " अक्तूबर",
            "nov lis kas noi marras ноя ное нов лис νοε نوفمبر נובמבר בנובמבר नवंबर नवम्बर",
            "dec dez dic déc des gru prosin ara joulu дек дец гру δεκ ديسمبر דצמבר בדצמבר दिसंबर"
            " दिसम्बर",
        ),
        start=1,
    )
    for name in (*names.split(), f"{number}月", f"{number}월", f"{_CHINESE[number]}月")
}
# How the weekdays' names begin, Monday first; what begins two of them in two languages is left out.
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "mon mån man maa lun seg pon pazart hét sen пон пн δευ الاثنين",
            "tue die din tis tir tii mar ter wto úte uto út sal ked sela вто вт τρί τρι الثلاثاء",
            "wed mit woe ons kes mer mié mie qua śro stř sri çar sze rab сре ср сер τετ الأربعاء",
            "thu don tors jeu jue gio qui czw čtv čet perş joi csü kam чет чт πέμ πεμ الخميس",
            "fri fre vri perj ven vie vin sex pią pát pet cuma pén jum пят пт παρ الجمعة",
            "sat sam sâm lør lör lau zat sáb sab sob sub cumar szo субб суб сб σάβ σαβ السبت",
            "sun son søn sön zon dim dom dum nie ned pazar vas min вос вс нед κυρ الأحد",
        )
    )
    for name in names.split()
}
_LONGEST = max(map(len, (*_MONTHS, *_WEEKDAYS)))
# Of what stands before a time; "p" is of English, behind it.
AFTERNOON = frozenset(("p", "下午", "午後", "오후"))


def month_of(name: str) -> int | None:
    """The number of a month, or None where the word is no month's name."""
    return _longest(name, _MONTHS)


def weekday_of(name: str) -> int | None:
    """The number of a weekday from 0 for Monday, or None where the word is no weekday's name."""
    return _longest(name, _WEEKDAYS)


def _longest(name: str, known: Mapping[str, int]) -> int | None:
    """What the longest beginning of the name that is known stands for."""
    name = name[:_LONGEST].lower()
    return next((known[name[:n]] for n in range(len(name), 1, -1) if name[:n] in known), None)
