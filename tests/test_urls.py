"""Addresses: what is one article, what is not, and that nothing can break it."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import urls

SAME = {
    "scheme": ("http://example.com/a", "https://example.com/a"),
    "host case": ("https://EXAMPLE.com/a", "https://example.com/a"),
    "www": ("https://www.example.com/a", "https://example.com/a"),
    "mobile host": ("https://m.example.com/a", "https://example.com/a"),
    "www and mobile": ("https://www.m.example.com/a", "https://example.com/a"),
    "amp host": ("https://amp.example.com/a", "https://example.com/a"),
    "port 80": ("http://example.com:80/a", "https://example.com/a"),
    "port 443": ("https://example.com:443/a", "https://example.com/a"),
    "user": ("https://user:word@example.com/a", "https://example.com/a"),
    "final dot": ("https://example.com./a", "https://example.com/a"),
    "no path": ("https://example.com", "https://example.com/"),
    "closing slash": ("https://example.com/a/", "https://example.com/a"),
    "fragment": ("https://example.com/a#comments", "https://example.com/a"),
    "text fragment": ("https://example.com/a#:~:text=Mosul", "https://example.com/a"),
    "dots": ("https://example.com/x/../a/./b", "https://example.com/a/b"),
    "escaped dots": ("https://example.com/x/%2e%2e/a", "https://example.com/a"),
    "unreserved": ("https://example.com/%7Ejoe/%61", "https://example.com/~joe/a"),
    "escape case": ("https://example.com/%c3%a9", "https://example.com/%C3%A9"),
    "not ASCII": ("https://example.com/é", "https://example.com/%C3%A9"),
    "IDNA": ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    "order": ("https://example.com/a?b=2&a=1", "https://example.com/a?a=1&b=2"),
    "plus": ("https://example.com/a?q=x+y", "https://example.com/a?q=x%20y"),
    "empty query": ("https://example.com/a?", "https://example.com/a"),
    "tracking": ("https://example.com/a?utm_source=x&id=1&fbclid=2", "https://example.com/a?id=1"),
    "hidden tracking": ("https://example.com/a?utm%5Fsource=x", "https://example.com/a"),
    "session": ("https://example.com/a;jsessionid=0F?id=1", "https://example.com/a?id=1"),
    "amp tail": ("https://example.com/a/amp", "https://example.com/a"),
    "amp tail slash": ("https://example.com/a/amp/", "https://example.com/a"),
    "amp head": ("https://example.com/amp/a", "https://example.com/a"),
    "amp parameter": ("https://example.com/a?amp=1", "https://example.com/a"),
    "amp flag": ("https://example.com/a?amp", "https://example.com/a"),
    "amp output": ("https://example.com/a?outputType=amp", "https://example.com/a"),
    "amp file": ("https://example.com/a.amp.html", "https://example.com/a.html"),
    "amp suffix": ("https://example.com/a.html.amp", "https://example.com/a.html"),
    "amp cache": (
        "https://www-example-com.cdn.ampproject.org/c/s/www.example.com/a/amp?id=1",
        "https://example.com/a?id=1",
    ),
    "amp viewer": ("https://www.google.com/amp/s/www.example.com/a", "https://example.com/a"),
    "white space": ("  https://example.com/a\n", "https://example.com/a"),
    "bad escape": ("https://example.com/100%", "https://example.com/100%25"),
    "IPv6": ("http://[::0001]/a", "https://[::1]/a"),
}

DIFFERENT = {
    "path case": ("https://example.com/A", "https://example.com/a"),
    "parameter": ("https://example.com/a?id=1", "https://example.com/a?id=2"),
    "port": ("https://example.com:8080/a", "https://example.com/a"),
    "host": ("https://news.example.com/a", "https://example.com/a"),
    "hashbang": ("https://example.com/#!/a", "https://example.com/#!/b"),
    "escaped slash": ("https://example.com/a%2Fb", "https://example.com/a/b"),
    "doubled slash": ("https://example.com/a//b", "https://example.com/a/b"),
    "escaped ampersand": ("https://example.com/?a=1%26b=2", "https://example.com/?a=1&b=2"),
    "registered www": ("https://www.com/a", "https://com/a"),
    "registered m": ("https://m.co.uk/a", "https://co.uk/a"),
    "shared host": ("https://amp.github.io/a", "https://github.io/a"),
    "page named amp": ("https://example.com/amp", "https://example.com/"),
    "word with amp": ("https://example.com/swamp", "https://example.com/sw"),
}

HOPELESS = [
    "",
    "example.com/a",
    "/a",
    "ftp://example.com/a",
    "javascript:alert(1)",
    "mailto:a@example.com",
    "https://",
    "https:///a",
    "https://[::1",
    "https://[v1.x]/",
    "https://exa mple.com/",
    "https://example.com:port/",
    "https://example.com:99999/",
    "https://example.com\\@other.example/",
    "https://%65xample.com/",
    "https://-/",
    "https://" + "a." * 200 + "com/",
    "https://example.com/" + "a" * urls.MAX_LENGTH,
    "https://\udc80.example/",
]


@pytest.mark.parametrize(("left", "right"), SAME.values(), ids=SAME.keys())
def test_one_article(left, right):
    """Ways of writing one article's address have one canonical form."""
    assert urls.canonical(left) == urls.canonical(right) == right


@pytest.mark.parametrize(("left", "right"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_two_articles(left, right):
    """Addresses that may hold different articles stay apart."""
    assert urls.canonical(left) != urls.canonical(right)


@pytest.mark.parametrize("url", HOPELESS, ids=range(len(HOPELESS)))
def test_hopeless(url):
    """What is no http or https address has no canonical form and no site."""
    assert urls.canonical(url) is None
    assert urls.site(url) is None


_PIECES = st.sampled_from(
    [
        *"abAB012%/.;:@?&=#!+\\ é\udc80\x00",
        *("http://", "https://", "www.", "m.", "amp.", "example.com", "/amp", ".amp", ".html"),
        *("..", "%2e", "%25", "utm_x=1", "?amp=1", ".cdn.ampproject.org", "/c/s/", "google.com"),
        *(";jsessionid=", "[::1]", ":80", ":443", ".co.uk"),
    ]
)


@given(st.from_regex(urls._PLAIN, fullmatch=True))
def test_the_short_way_for_plain_addresses_is_the_long_one(url: str) -> None:
    """An empty query, which goes, keeps an address from the short way."""
    assert urls.canonical(url) == urls.canonical(f"{url}?")
    assert urls.site(url) == urls.site(f"{url}?")


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=25).map("".join)))
def test_idempotent(text):
    """The canonical form of any text is its own canonical form, or there is none."""
    for url in (text, f"https://example.com/{text}", f"http://{text}"):
        once = urls.canonical(url)
        assert once is None or urls.canonical(once) == once


@given(st.text(), st.one_of(st.text(), st.lists(_PIECES, max_size=25).map("".join)))
def test_absolute_takes_any_text(base, href):
    """A link found in a document is an http(s) address without control characters, or none."""
    for found in (urls.absolute(base, href), urls.absolute("https://example.com/a", href)):
        if found is not None:
            assert found.startswith(("http://", "https://"))
            assert not set(found.encode("utf-8")) & {*range(0x21), 0x7F}


@given(st.text())
def test_registrable_takes_any_text(host):
    """No text breaks the search for the registrable domain."""
    assert isinstance(urls.registrable(host), str)


@pytest.mark.parametrize(
    "piece",
    [
        "/a",
        "/../",
        "%",
        "%2",
        "&a=1",
        "?",
        "#",
        ".amp",
        "/amp",
        ";jsessionid=",
        "www.",
        "[",
        "@",
        ":",
    ],
)
@pytest.mark.alone
def test_linear(piece):
    """A long hostile address takes no longer than its length warrants."""
    started = time.perf_counter()
    urls.canonical("https://example.com/" + piece * 100_000)
    urls.canonical("https://example.com/" + (piece * 8000)[:8000])
    urls.canonical("https://" + (piece * 8000)[:8000])
    assert time.perf_counter() - started < 1.0


def test_site():
    """A site is the host without www."""
    assert urls.site("https://www.BBC.co.uk:443/news?x") == "bbc.co.uk"
    assert urls.site("https://m.bbc.co.uk/") == "m.bbc.co.uk"
    assert urls.site("https://[::1]/") == "[::1]"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com", True),
        ("http://www.example.com/?utm_source=x#top", True),
        ("https://example.com/index.html", True),
        ("https://example.com/en/", True),
        ("https://example.com/pt-br/home", True),
        ("https://example.com/news", False),
        ("https://example.com/?p=1", False),
        ("https://example.com/#!/a", False),
        ("https://example.com/endive", False),
        ("nonsense", False),
    ],
)
def test_front_page(url, expected):
    """A site's first page, in any of its languages, is no article."""
    assert urls.is_front_page(url) is expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("News.Example.COM.", "example.com"),
        ("a.github.io", "a.github.io"),
        ("x.a.github.io", "a.github.io"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("co.uk", "co.uk"),
        ("", ""),
    ],
)
def test_registrable(host, expected):
    """The registrable domain comes from the public suffix list, private suffixes included."""
    assert urls.registrable(host) == expected


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("b.html", "https://example.com/a/b.html"),
        ("/b", "https://example.com/b"),
        ("//other.example/b", "https://other.example/b"),
        ("?p=2", "https://example.com/a/?p=2"),
        (" \n/b\t ", "https://example.com/b"),
        ("/a\nb c", "https://example.com/ab%20c"),
        ("HTTP://Other.example/B", "http://Other.example/B"),
        ("\ufeffhttps://other.example/b\u200b", "https://other.example/b"),
        ("www.other.example/b", "https://www.other.example/b"),
        ("www.other.example", "https://www.other.example"),
        ("www.html", "https://example.com/a/www.html"),
        ("www./b", "https://example.com/a/www./b"),
        ("https://", None),
        ("https:", None),
        ("", None),
        ("   ", None),
        ("\u200b", None),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:a@example.com", None),
        ("http://[::1", None),
        ("http:///b", None),
        ("ftp://example.com/b", None),
    ],
)
def test_absolute(href, expected):
    """A link is made absolute against its document; only http and https count."""
    assert urls.absolute("https://example.com/a/", href) == expected


@pytest.mark.real
def test_real_tracking_parameters(real_data):
    """Every parameter known to be tracking goes, every meaningful one stays."""
    known = json.loads((real_data / "hostile/tracking_params.json").read_text())
    for name in known["strip"]:
        pair = name if "=" in name else f"{name.replace('*', 'x')}=1"
        assert urls.canonical(f"https://example.com/a?{pair}&id=7") == "https://example.com/a?id=7"
    for name in known["keep"]:
        assert (
            urls.canonical(f"https://example.com/a?{name}=1") == f"https://example.com/a?{name}=1"
        )


@pytest.mark.real
def test_real_naughty_strings(real_data):
    """Naughty strings neither raise nor lose their identity."""
    for text in json.loads((real_data / "hostile/strings/blns.json").read_text()):
        for url in (
            text,
            f"https://example.com/{text}",
            f"https://{text}/",
            f"https://a.example/?q={text}",
        ):
            once = urls.canonical(url)
            assert once is None or urls.canonical(once) == once
            urls.absolute("https://example.com/", text)
            urls.registrable(text)
