"""The news agencies by the names under which their texts are printed elsewhere."""

from __future__ import annotations

import re

# label: other names, and the agency's own site
_TABLE = """
AAP: Australian Associated Press; aap.com.au
Adnkronos: ; adnkronos.com
AFP: Agence France-Presse, Agence France Presse; afp.com
ANI: Asian News International; aninews.in
Anadolu: Anadolu Agency, AA; aa.com.tr
ANSA: ; ansa.it
AP: Associated Press; apnews.com
APA: Austria Presse Agentur; apa.at
Bernama: ; bernama.com
Bloomberg: Bloomberg News; bloomberg.com
CNA: Central News Agency; focustaiwan.tw
CNS: China News Service; chinanews.com.cn
CP: Canadian Press; thecanadianpress.com
dpa: Deutsche Presse-Agentur, dpa international; dpa-international.com
EFE: Agencia EFE; efe.com
IANS: Indo-Asian News Service; ians.in
Interfax: ; interfax.com
IRNA: Islamic Republic News Agency; irna.ir
Jiji: Jiji Press; jiji.com
JTA: Jewish Telegraphic Agency; jta.org
KCNA: Korean Central News Agency; kcna.kp
Kyodo: Kyodo News; kyodonews.net
Lusa: ; lusa.pt
NTB: ; ntb.no
PA: Press Association, PA Media; pamediagroup.com
PAP: Polish Press Agency; pap.pl
PTI: Press Trust of India; ptinews.com
Reuters: Reuter, Thomson Reuters; reuters.com
RFE/RL: Radio Free Europe/Radio Liberty; rferl.org
RIA Novosti: RIA; ria.ru
Ritzau: ; ritzau.com
SANA: Syrian Arab News Agency; sana.sy
SDA: Keystone-SDA; sda.ch
SPA: Saudi Press Agency; spa.gov.sa
TASS: ITAR-TASS; tass.com
TT: Tidningarnas Telegrambyrå; tt.se
Ukrinform: ; ukrinform.net
UNIAN: ; unian.net
UPI: United Press International; upi.com
VOA: Voice of America; voanews.com
WAM: Emirates News Agency; wam.ae
Xinhua: Xinhua News Agency; xinhuanet.com
Yonhap: ; yna.co.kr
"""
_LONGEST_ABBREVIATION = 4
_AROUND = (
    r"(?:by\s+|from\s+|source:?\s+|via\s+|the\s+)*(?P<name>%s)"
    r"(?:\s+(?:news|agency|service|staff|wire|writers?|reporters?|correspondents?|team|in\s.*))*\.?"
)
_LABELS: dict[str, str] = {}
_SITES: dict[str, str] = {}
for _line in _TABLE.strip().splitlines():
    _label, _others = _line.split(": ", 1) if ": " in _line else (_line, "")
    _names, _site = _others.split("; ")
    _SITES[_site] = _label
    for _name in (_label, *filter(None, _names.split(", "))):
        _LABELS[_name.casefold()] = _label
_ALL = "|".join(sorted(map(re.escape, _LABELS), key=len, reverse=True))
_CREDIT = re.compile(_AROUND % _ALL, re.IGNORECASE)


def label(name: str) -> str | None:
    """The agency that a name alone, or with "staff" and the like beside it, stands for."""
    found = _CREDIT.fullmatch(name.strip(" .-–—"))
    if found is None:
        return None
    written = found["name"]
    agency = _LABELS[written.casefold()]
    # "Pa." is a state and "tt" are initials.
    is_word = len(written) <= _LONGEST_ABBREVIATION and not written.isupper()
    return None if is_word and written != agency else agency


def of_site(registrable: str) -> str | None:
    """The agency whose own site this is."""
    return _SITES.get(registrable)
