"""How much the address of a link alone speaks for an article: dates, slugs, numbers; or against.

Knows no publisher.  What the page says about a link is weighed elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor import urls
from monitor.listing import words

# Segments under which no article stands, and those under which one may if its own name is long.
_NEVER = words.these(
    "login signin sign-in signup sign-up register registration subscribe subscription subscriptions"
    " account myaccount cart checkout donate newsletter newsletters podcast podcasts web-stories"
    " webstories visual-stories privacy privacy-policy terms terms-of-use terms-of-service"
    " cookie-policy advertise advertising mediakit rss feed feeds sitemap search suche recherche"
    " buscar busca cerca share sharer print email wp-login.php wp-admin logout impressum imprint"
    " faq contact contact-us kontakt contacto about-us ueber-uns careers classifieds horoscope"
    " horoscopes crossword crosswords sponsored advertorial partner-content paid-content"
    " brandstudio"
    " paidpost sponsor ads ad"
)
# Those under which the pages of people stand, with names of two or three words; also sections.
_PEOPLE = words.these(
    "profile profiles user users member members author authors people staff contributors"
    " contributor journalist journalists autor autoren auteur autores autore byline legal help"
    " about cookies"
)
_NAMES_ITSELF = 4  # words of a slug
_ID = re.compile(r"\d{5,}")
_LONGEST_NAME = 4  # words
_HUBS = words.these(
    "tag tags category categories topic topics theme themes thema themen tema temas section"
    " sections archive archives page pages seite label labels keyword keywords rubrik rubrique"
    " kategorie categoria channel channels series collections collection hashtag hub hubs"
    " static jobs shop store events event weather wetter games tv livetv program programs"
)
_LABELS = words.these(
    "tag tags category categories topic topics thema themen tema temas label labels keyword"
    " keywords rubrik rubrique kategorie categoria hashtag"
)
_LISTING_KEYS = words.these(
    "page paged start offset before p_no pagina seite cat tag author lang s q m y year"
    " month date day sort"
)
_PAGE_KEYS = words.these("page paged start offset pagina seite")
_ARTICLE_KEYS = words.these("id p n nr no nid aid artid newsid news article story item")
_PARTS = frozenset({"comments", "comment", "feed", "amp", "gallery"})  # of another page
_INDEXES = frozenset({"index.html", "index.php"})
_REFUSED_KEYS = words.these("replytocom share add-to-cart print redirect returnurl login")
_HOST_WORDS = words.these(
    "shop store account accounts subscribe abo abos jobs careers login auth signin ads advertise"
    " help support my profile newsletter newsletters newsletter podcasts mail games epaper"
    " e-paper classifieds marketplace"
)
_FILES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp3|mp4|m3u8?|zip|docx?|xlsx?|pptx?|rss|xml|ics|css|js)$",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"\.(?:[a-z]{0,2}html?|php\d?|aspx?|jsp|cms|ece|story|do|cfm)$", re.IGNORECASE
)
_LEGAL = re.compile(
    r"(?:terms|privacy|cookies?|contact-us|about-us|disclaimer|copyright)(?:[-_.]|$)"
)
_DATE = re.compile(
    r"/(?:19|20)\d\d/(?:\d{1,2}|[a-z]{3})/(?:\d{1,2}/)?|/(?:19|20)\d\d-?[01]\d-?[0-3]\d\D"
)
_DATE_ONLY = re.compile(r"(?:/[^/]*[a-z][^/]*)?/(?:19|20)\d\d(?:/\d{1,2}){0,2}/?", re.IGNORECASE)
_PAGED = re.compile(r"/(?:page|seite|pagina|p)[/-]?\d{1,3}/?$", re.IGNORECASE)
_LANGUAGE = re.compile(r"/[a-z]{2}(?:[-_][a-z]{2})?/?", re.IGNORECASE)
_NUMBER = re.compile(r"\d{4,}|[-_.,/]\d{3,}|^\d{3,}$")
_HASHED = re.compile(
    r"^(?=[^\d]*\d)(?=\d*[a-z])[a-z0-9]{8,}$|[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

STRONG, LIKELY, HINT, PLAIN, WEAK, HUB, LABEL = 2.5, 1.5, 1.0, 0.5, -0.5, -1.5, -4.0


@dataclass(frozen=True, slots=True)
class Address:
    """`points` for being an article's, None where it never is one.

    `template` is what addresses of one make share (`/w/#/S.html`), `literal` the same with its
    short words kept.  `marked`: a date or number stands in it, as in few that are no article's.
    `domain` is the registrable one.
    """

    points: float | None
    template: str
    literal: str
    marked: bool
    slug: str
    domain: str
    foreign: bool


def article_key(url: str) -> str | None:
    """The identity of an address for one page's links: without parameters that only say where on
    the page it stood, when the path alone names an article."""
    key = urls.canonical(url)
    if key is None or "?" not in key:
        return key
    parts = urlsplit(key)
    names = {pair.partition("=")[0].lower() for pair in parts.query.split("&")[:20]}
    last = _EXTENSION.sub("", parts.path.rpartition("/")[2])
    named = slug_words(last) >= _NAMES_ITSELF or _ID.search(last) is not None
    kept = _ARTICLE_KEYS | _PAGE_KEYS
    return parts._replace(query="").geturl() if named and not names & kept else key


def plain_address(url: str) -> str:
    """An address without what `article_key` leaves out."""
    if article_key(url) == urls.canonical(url):
        return url
    return urlsplit(url)._replace(query="", fragment="").geturl()


def weigh(url: str, own: frozenset[str]) -> Address:
    """`own`: the registrable domains that count as the publisher's."""
    parts = urlsplit(url)
    host = urls.site(url) or ""
    domain = urls.registrable(host)
    path = unquote(parts.path)
    segments = [s for s in path.split("/") if s]
    query = parse_qsl(parts.query, max_num_fields=None)[:20] if len(parts.query) < 2000 else []
    keys = sorted(key.lower() for key, _ in query if _is_kept(key))
    last = _EXTENSION.sub("", segments[-1]) if segments else ""
    template, literal = _template(segments, keys)
    number = bool(_NUMBER.search(last) or _HASHED.search(last)) or _numbered(query)
    marked = number or bool(_DATE.search(path))
    points: float | None = None
    if not _is_refused(host, path, segments, keys):
        points = _points(path, segments, keys, number=number)
    return Address(points, template, literal, marked, last, domain, domain not in own)


def _is_kept(key: str) -> bool:
    """Whether a parameter belongs to the address, and does not only say where a reader was."""
    return (urls.canonical(f"https://a.test/?{key}=1") or "").endswith("=1")


def _numbered(query: list[tuple[str, str]]) -> bool:
    return any(
        key.lower() in _ARTICLE_KEYS
        or (value.isdigit() and len(value) >= 2 and key.lower() not in _LISTING_KEYS)
        for key, value in query
    )  # fmt: skip


def _is_refused(host: str, path: str, segments: list[str], keys: list[str]) -> bool:
    lower = [segment.lower() for segment in segments]
    if not segments:
        return not any(key not in _LISTING_KEYS for key in keys)
    return bool(
        _HOST_WORDS & set(host.split(".")[:1])
        or _REFUSED_KEYS & set(keys)
        or (_LANGUAGE.fullmatch(path) and not keys)
        or _FILES.search(path)
        or _PAGED.search(path)
        or _DATE_ONLY.fullmatch(path)
        or (_NEVER & set(lower[:-1]) and (len(lower) < 4 or _NEVER & set(lower[-2:-1])))
        or (_PEOPLE & set(lower[:-1]) and slug_words(lower[-1]) <= _LONGEST_NAME)
        or _EXTENSION.sub("", lower[-1]) in _NEVER | _PEOPLE
        or _LEGAL.match(lower[-1])
        or lower[-1] in _PARTS
        or (lower[-1] in _INDEXES and not keys)
    )  # fmt: skip


def _points(path: str, segments: list[str], keys: list[str], *, number: bool) -> float:
    if not segments:
        return LIKELY if number else PLAIN
    last = _EXTENSION.sub("", segments[-1])
    words = slug_words(last)
    bare = last == segments[-1]
    hub = any(s.lower() in _HUBS for s in segments[:-1])
    if hub and words < 4 and not number:
        return LABEL if segments[-2].lower() in _LABELS else HUB
    if _DATE.search(path) and (words >= 2 or number):
        return LIKELY if hub else STRONG
    if words >= 4:
        points = LIKELY + (0.0 if bare and not number else 1.0)
        return points - 1.0 if hub else points
    if number:
        return HINT if hub else LIKELY + (0.5 if words == 3 else 0.0)
    if words == 3 and (len(segments) > 1 or not bare):
        return HINT
    if not bare:
        return PLAIN
    if any(character.isdigit() for character in last) or any(k not in _LISTING_KEYS for k in keys):
        return PLAIN
    return HUB if len(segments) == 1 or hub else WEAK


def slug_words(name: str) -> int:
    """How many words a segment of a path holds; four characters of an unspaced script are one."""
    unspaced = len(_UNSPACED.findall(name))
    return len(_WORD.findall(_UNSPACED.sub("", name))) + unspaced // 2


def _template(segments: list[str], keys: list[str]) -> tuple[str, str]:
    made, kept = [], []
    for segment in segments:
        ending = _EXTENSION.search(segment)
        name = segment[: ending.start()] if ending else segment
        if name.isdigit():
            kind = "#"
        elif slug_words(name) >= 3:
            kind = "S"
        elif _NUMBER.search(name) or _HASHED.search(name):
            kind = "n"
        else:
            kind = "w"
        tail = ending[0].lower() if ending else ""
        made.append(kind + tail)
        kept.append((name.lower() if kind == "w" else kind) + tail)
    query = "?" + "&".join(keys) if keys else ""
    return "/" + "/".join(made) + query, "/" + "/".join(kept) + query
