"""What people see: golden messages, limits, and hostile text that must have no effect."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from email import policy
from email.parser import BytesHeaderParser, BytesParser
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from messages import CASES, briefing, find, load
from monitor.channels import mime
from monitor.clean import clean, cut, link, one_line
from monitor.demo.slack_sink import content_error
from monitor.mailboxes import mailbox
from monitor.model import Item, Message, Precision, Span, Stamp, short_id
from monitor.render import forms, mrkdwn
from monitor.render.blocks import linked
from monitor.render.briefing import Briefing, Bulletin
from monitor.render.console import COLUMNS, columns, wrapped
from monitor.render.quotes import choose

BODY = "First.\n\nA car bombing killed 26 people. More.\n\nThe town was liberated."
SENDER = mailbox("Wirewatch <wirewatch@desk.example>")
READER = mailbox("ana@desk.example")
HEADERS = [
    *("Auto-Submitted", "Content-Type", "Date", "From", "List-Id", "MIME-Version", "Message-ID"),
    *("Subject", "To"),
]
INSIDE_WORDS = re.compile(r"\b(baseline|occasion|revision|outcome)\b", re.I)


def messages(about: Briefing | Bulletin) -> dict[str, Message]:
    """The message in each form; what the first one was called is known as Slack calls it."""
    if isinstance(about, Bulletin):
        return {kind: forms.notice(kind, about) for kind in forms.KINDS}
    of_kind = dict.fromkeys(forms.KINDS, replace(about, thread=None)) | {"slack": about}
    return {
        kind: forms.message(kind, each, "desk", "ana@desk.example")
        for kind, each in of_kind.items()
    }


def in_files(about: Briefing | Bulletin) -> dict[str, str]:
    """File name to what stands in it."""
    told = messages(about)
    mail = told["email"]
    headers = {
        "Subject": mail.subject,
        "Message-ID": mail.message_id,
        "In-Reply-To": mail.in_reply_to,
        **mail.headers,
    }
    head = "".join(f"{name}: {value}\n" for name, value in headers.items() if value)
    return {
        "email.txt": f"{head}\n{mail.text}",
        "email.html": mail.html or "",
        "slack.json": json.dumps(told["slack"].slack, indent=1, ensure_ascii=False) + "\n",
        "console.txt": told["console"].text,
    }


def all_text(about: Briefing | Bulletin) -> str:
    return "\n".join(in_files(about).values())


# --- golden messages -----------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    """The four forms of each case, to the letter."""
    for name, text in in_files(load(case)).items():
        assert text == (case / name).read_text("utf-8"), name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_inside_word_reaches_a_reader(case: Path) -> None:
    """Baseline, occasion, revision and outcome are for us."""
    assert INSIDE_WORDS.search(all_text(load(case))) is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_is_sound_in_every_form(case: Path) -> None:
    """Mail reads back as meant, Slack's limits hold, terminals get nothing to obey."""
    about = load(case)
    assert_sound(messages(about))
    mail = messages(about)["email"]
    read = BytesParser(policy=policy.default).parsebytes(mime.write(mail, SENDER, READER))
    for form, meant in (("plain", mail.text), ("html", mail.html)):
        assert read.get_body((form,)).get_content().replace("\r\n", "\n") == meant


def assert_sound(told: dict[str, Message]) -> None:
    mail = told["email"]
    read = BytesHeaderParser(policy=policy.default).parsebytes(mime.write(mail, SENDER, READER))
    extra = ["In-Reply-To", "References"] if mail.in_reply_to else []
    assert sorted(read.keys()) == sorted(HEADERS + extra)
    assert str(read["Subject"]) == mail.subject
    assert_slack_is_safe(told["slack"])
    for line in told["console"].text.splitlines():
        is_address = line.strip().startswith("http")
        assert is_address or columns(line) <= COLUMNS
        assert not [c for c in line if category(c) in ("Cc", "Cs") or c in "\u202e\u2066"]


def assert_slack_is_safe(message: Message) -> None:
    payload = message.slack
    assert content_error(payload) is None
    texts = [payload["text"]]
    for block in payload["blocks"]:
        parts = [block["text"]] if "text" in block else block["elements"]
        assert all(part["verbatim"] for part in parts)
        texts += [part["text"] for part in parts]
    for text in texts:
        without_link = re.sub(r"^\*<https?://[^<>|\s]+\|[^<>\n]*>\*$", "", text, flags=re.M)
        assert not re.search("[<>]", re.sub(r"^> ", "", without_link, flags=re.M)), text
        assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt);)*", text), text
    assert (payload["parse"], payload["unfurl_links"]) == ("none", False)


# --- what a message says -------------------------------------------------------------------------


def test_short_id_is_the_first_thirty_bits() -> None:
    """Crockford base32, six characters."""
    assert short_id("0000000000000000") == "000000"
    assert short_id("ffffffff00000000") == "ZZZZZZ"
    assert short_id("0123456789abcdef") == "04HMAS"
    with pytest.raises(ValueError, match="invalid literal"):
        short_id("not an id")


def test_a_message_id_does_not_change_when_it_is_sent_again() -> None:
    """It hangs on conversation and revision alone, so receivers can tell a copy."""
    item = Item("https://a.test/", title="Title", body=BODY)
    rules = ("car-bombing", find(BODY, ["car bombing"]))
    one = forms.message("email", briefing(item, rules), "desk", "a@b.example")
    again = forms.message("email", briefing(item, rules, now=1_700_099_000_000), "x", "c@d.example")
    other = forms.message("email", briefing(item, rules, revision=2), "desk", "a@b.example")
    assert one.message_id == again.message_id != other.message_id
    assert other.in_reply_to == one.message_id


@pytest.mark.parametrize("kind", ["email", "webhook"])
def test_another_database_has_other_ids(kind: str) -> None:
    """It knows the same story by the same name, and opened its conversation at another moment."""
    item = Item("https://a.test/", title="Title", body=BODY)
    rules = ("car-bombing", find(BODY, ["car bombing"]))
    about = [briefing(item, rules, stamped_at=stamp) for stamp in (None, 1, 2, 2)]
    ids = [forms.message(kind, one, "desk", "a@b.example").message_id for one in about]
    assert len(set(ids)) == 3
    assert ids[2] == ids[3]


def test_an_update_answers_the_first_message() -> None:
    item = Item("https://a.test/", title="Title", body=BODY)
    rules = ("car-bombing", find(BODY, ["car bombing"]))
    both = [briefing(item, rules, revision=revision, stamped_at=1) for revision in (1, 2)]
    first, update = [forms.message("email", one, "desk", "a@b.example") for one in both]
    assert update.in_reply_to == first.message_id != update.message_id


def test_the_subject_is_the_first_messages_for_ever() -> None:
    """Later rules and a later headline don't change it."""
    opening = briefing(Item("https://a.test/", title="Old title"), ("liberated", ()))
    second = briefing(Item("https://a.test/", title="New title"), ("car-bombing", ()))
    third = briefing(
        Item("https://a.test/", title="New title"),
        ("shelling", ()),
        revision=3,
        earlier=opening.alerts + second.alerts,
        opening=opening.alerts,
    )
    assert forms.message("email", opening, "d", "r").subject == "[liberated] Old title"
    assert forms.message("email", third, "d", "r").subject == "Re: [liberated] Old title"
    assert "Also matches shelling" in forms.message("email", third, "d", "r").text


def test_every_rule_gets_its_sentence_before_any_gets_two() -> None:
    """Three sentences, the third rule's among them although it stands last."""
    body = "A bomb. A bomb again. One more bomb. The town was liberated. A ferry sank."
    item = Item("https://a.test/", title="T", body=body, partial=False)
    quotes = choose(
        briefing(
            item,
            ("bomb", find(body, ["bomb"])),
            ("liberated", find(body, ["liberated"])),
            ("ferry", find(body, ["ferry"])),
        ).alerts
    )
    assert [quote.rules for quote in quotes.shown] == [("bomb",), ("liberated",), ("ferry",)]
    assert quotes.more == 2


def test_one_sentence_serves_two_rules() -> None:
    """It is quoted once, with both matches marked and both rules named."""
    body = "The car bombing came after the town was liberated."
    item = Item("https://a.test/", body=body)
    alerts = briefing(
        item, ("a", find(body, ["car bombing", "bombing"])), ("b", find(body, ["liberated"]))
    ).alerts
    (quote,) = choose(alerts).shown
    marked = quote.marked("<", ">")
    assert marked == "The <car bombing> came after the town was <liberated>."
    assert quote.rules == ("a", "b")


def test_a_headline_that_an_edit_kept_is_quoted_once() -> None:
    """Two rules matched it, the second one not before the body was edited."""
    title = "Town liberated after car bombing"
    old = Item("https://a.test/", title=title, body="Calm.")
    (first,) = briefing(old, ("a", find(title, ["liberated"], "title"))).alerts
    (second,) = briefing(
        replace(old, body="Smoke."), ("b", find(title, ["car bombing"], "title"))
    ).alerts
    edited = replace(second, stored=replace(second.stored, version=2))
    (quote,) = choose([first, edited]).shown
    assert quote.marked("<", ">") == "Town <liberated> after <car bombing>"


def test_spans_that_lie_outside_the_text_are_left_out() -> None:
    """A text may have changed since; the message still names the rule."""
    item = Item("https://a.test/", title="Title", body="Short.")
    spans = (Span("body", 3, 400), Span("body", -2, 3), Span("title", 5, 5), Span("nothing", 0, 1))
    about = briefing(item, ("car-bombing", spans))
    assert choose(about.alerts).shown == ()
    assert "car-bombing" in forms.message("slack", about, "d", "r").text


def test_matches_in_labels_are_quoted_by_name() -> None:
    """A section or an author is a place too, after headline and body."""
    item = Item(
        "https://a.test/",
        title="T",
        body="Bomb.",
        partial=False,
        section="IRAQ WARS",
        authors=("A", "Mara Lind"),
    )
    spans = (Span("author", 2, 6), Span("body", 0, 4), Span("section", 0, 4))
    shown = choose(briefing(item, ("r", spans)).alerts).shown
    found = [(quote.place, quote.marked("<", ">")) for quote in shown]
    assert found == [
        ("para 1 of 1", "<Bomb>."),
        ("author", "A <Mara> Lind"),
        ("section", "<IRAQ> WARS"),
    ]


@given(st.integers(1, 900), st.integers(0, 900), st.integers(1, 700))
def test_a_quote_shows_its_match_within_300_characters(before: int, after: int, long: int) -> None:
    """However long the sentence and wherever the match."""
    body = "x " * (before // 2) + "M" * long + " y" * (after // 2)
    spans = find(body, ["M" * long])
    (quote,) = choose(briefing(Item("https://a.test/", body=body), ("r", spans)).alerts).shown
    text = quote.marked("", "")
    assert len(text) <= 300
    assert "M" * min(long, 280) in "".join(p.text for p in quote.pieces if p.marked)


def test_a_body_full_of_matches_is_no_burden() -> None:
    """A hundred thousand places cost three sentences."""
    body = "bomb " * 20_000 + "\n\n" + "Bomb. " * 20_000
    about = briefing(Item("https://a.test/", body=body), ("r", find(body, ["bomb", "Bomb"])))
    quotes = choose(about.alerts)
    assert len(quotes.shown) == 3
    assert all(len(quote.marked("", "")) <= 300 for quote in quotes.shown)


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        (None, "Published at no stated time;"),
        (Stamp(1_700_000_060_000), "Published 22:14 UTC, 1 min old;"),
        (Stamp(1_699_990_000_000), "Published 19:26 UTC, 2 h old;"),
        (Stamp(1_699_000_000_000), "Published 3 Nov 08:26 UTC, 11 days old;"),
        (Stamp(1_600_000_000_000), "Published 13 Sep 2020 12:26 UTC, 1157 days old;"),
        (Stamp(1_700_009_000_000), "Published 15 Nov 00:43 UTC, dated in the future;"),
        (Stamp(10**30), "dated in the future;"),
        (Stamp(-(10**30)), "Published 1 Jan 1970"),
        (Stamp(1_700_000_000_000, Precision.DAY, "2023-11-14"), "Published 14 Nov (day only);"),
        (Stamp(0, Precision.DAY, "2023-11-10"), "Published 10 Nov (day only), 4 days old;"),
        (Stamp(0, Precision.DAY, "2025-01-01"), "Published 1 Jan 2025 (day only), dated in the"),
        (Stamp(1_700_000_000_000, Precision.DAY, "soon"), "Published 14 Nov (day only);"),
    ],
)
def test_when(stamp: Stamp | None, words: str) -> None:
    """Published, with its age at the time of sending, or what is odd about it."""
    about = briefing(Item("https://a.test/", published=stamp), ("r", ()))
    assert words in forms.message("email", about, "d", "r").text


def test_a_zone_that_is_none_is_utc() -> None:
    """A message is sent whatever the settings say."""
    about = briefing(Item("https://a.test/"), ("r", ()), timezone="../../etc/passwd")
    assert "22:15 UTC" in forms.message("email", about, "d", "r").text


def test_six_hours_is_not_yet_delayed() -> None:
    """Beyond that a reader is told."""
    item, hour = Item("https://a.test/"), 3_600_000
    for waited, said in ((6 * hour, False), (7 * hour + 1, True)):
        about = briefing(item, ("r", ()), created_at=0, now=waited)
        assert ("Delayed 7 h" in forms.message("email", about, "d", "r").text) is said


# --- cleaning ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.test/b?c=d#e", "https://a.test/b?c=d#e"),
        ("https://a.test/a|b", "https://a.test/a%7Cb"),
        ("https://a.test/<!channel>", "https://a.test/%3C!channel%3E"),
        ("https://a.test/\nx", "https://a.test/x"),
        ("https://a.test/%41 é", "https://a.test/%41%C3%A9"),
        ("https://bücher.test/", "https://xn--bcher-kva.test/"),
        ("https://a.test:8443/", "https://a.test:8443/"),
        ("https://bank.test@evil.test/", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://", None),
        ("", None),
        ("https://[::1", None),
        ("https://a.test/" + "x" * 2000, None),
    ],
)
def test_link(url: str, expected: str | None) -> None:
    """http and https alone, with nothing left that ends a link early."""
    assert link(url) == expected


@given(st.text())
@example("e\u0301" * 200)
@example("👩‍👩‍👧" * 100)
def test_clean_text_is_one_line_without_what_is_not_seen(text: str) -> None:
    """And cleaning it again changes nothing."""
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not [c for c in cleaned if category(c) in ("Cc", "Cs", "Zl", "Zp")]
    cleaned.encode()
    assert len(one_line(text, 20)) <= 20


def test_cutting_keeps_a_letter_and_its_marks_together() -> None:
    """Neither an accent nor half an emoji is left behind."""
    assert cut("abcdefe\u0301xyz", 10) == "abcdef..."
    assert cut("abc👩\u200d👩\u200d👧xyz", 8) == "abc..."
    assert cut("short", 5) == "short"


@given(st.text(), st.sampled_from(["", "  ", "    "]))
def test_wrapped_lines_fit(text: str, indent: str) -> None:
    """And nothing but blanks is lost."""
    lines = list(wrapped(clean(text), indent))
    assert all(columns(line) <= COLUMNS for line in lines)
    assert "".join("".join(lines).split()) == "".join(clean(text).split())


# --- hostile text --------------------------------------------------------------------------------


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def assert_html_is_ours(page: str) -> None:
    """Our tags, our attributes, http links."""
    tags = _Tags()
    tags.feed(page)
    for tag, attributes in tags.seen:
        assert re.fullmatch("html|head|meta|body|h2|a|p|b|br|small|mark|blockquote", tag)
        assert set(attributes) <= {"charset", "style", "dir", "href", "rel"}
        assert attributes.get("href", "https://").startswith(("https://", "http://"))


def everywhere(text: str) -> Briefing:
    """A briefing in which a stranger's text stands wherever a stranger's text can stand."""
    body = f"{text}. A car bombing {text} killed 26.\n\n{text}"
    item = Item(
        url=f"https://example-wire.test/{text}",
        title=text,
        byline=text,
        place=text,
        wire=text,
        section=text,
        published=Stamp(0, Precision.DAY, text),
        body=body,
    )
    whole = (Span("title", 0, len(text)),) if text else ()
    return briefing(
        item, ("car-bombing", find(body, ["car bombing"]) + whole), source_names={"wire": text}
    )


def assert_harmless(text: str) -> None:
    for about in (
        everywhere(text),
        Bulletin("c", 1, text, text, 0, 10**12, timezone=text, domain=text),
    ):
        told = messages(about)
        assert_sound(told)
        mail = told["email"]
        assert_html_is_ours(mail.html or "")
        assert "=?" not in (mail.subject or "")


@given(st.text(st.characters() | st.sampled_from("<>&|\r\n=?*_`\x1b\u202e@!#\ud800"), max_size=60))
def test_any_text_is_harmless(text: str) -> None:
    """In every place and every form."""
    assert_harmless(text)


@pytest.mark.parametrize("character", ["&", "<", "é", "日", "😀", "\u0301", "a", "a b "])
def test_long_text_stays_within_all_limits(character: str) -> None:
    """A megabyte of headline, and of the characters that grow when they are escaped."""
    assert_harmless(character * 20_000)


def test_a_hundred_rules_fit() -> None:
    """Names are cut, and counted."""
    rules = [("&" * 100 + str(n), find(BODY, ["car", "town"])) for n in range(100)]
    about = briefing(Item("https://a.test/" + "&" * 900, title="&" * 400, body=BODY), *rules)
    assert_sound(messages(about))
    assert "more" in forms.message("email", about, "d", "r").text


def hostile_strings(real_data: Path) -> list[str]:
    hostile = real_data / "hostile"
    texts = [*json.loads((hostile / "email/header_injection.json").read_text())]
    texts += [
        one["title"] for one in json.loads((hostile / "slack/mrkdwn_injection.json").read_text())
    ]
    texts += [one["url"] for one in json.loads((hostile / "slack/link_url.json").read_text())]
    texts += json.loads((hostile / "crlf/http_values.json").read_text())
    texts += json.loads((hostile / "crlf/paths.json").read_text())
    texts += (hostile / "crlf/patt_crlfinjection.txt").read_text().splitlines()
    texts += json.loads((hostile / "strings/blns.json").read_text())
    for one in json.loads((hostile / "unicode/control_and_bidi.json").read_text()):
        texts += [one["char"], f"a{one['char']}b" * 3]
    return texts


@pytest.mark.real
def test_hostile_strings_are_harmless(real_data: Path) -> None:
    """Mail, Slack, CR/LF, Unicode and naughty strings, in every place of every form."""
    texts = hostile_strings(real_data)
    assert len(texts) > 700
    for text in texts:
        assert_harmless(text)


@pytest.mark.real
def test_slack_injections_name_nobody(real_data: Path) -> None:
    """No mention, no link, by the list's own words."""
    cases = json.loads((real_data / "hostile/slack/mrkdwn_injection.json").read_text())
    for case in cases:
        told = json.dumps(forms.message("slack", everywhere(case["title"]), "d", "r").slack)
        assert not case["must_not_contain"] or case["must_not_contain"] not in told


@pytest.mark.real
def test_unseen_characters_do_not_reach_a_terminal(real_data: Path) -> None:
    """Controls, overrides, tags and zero-width characters, but for the two joiners."""
    cases = json.loads((real_data / "hostile/unicode/control_and_bidi.json").read_text())
    kinds = ("bidi", "c0", "c1", "line-sep", "surrogate", "tag", "zero-width", "nonchar")
    for case in cases:
        if case["kind"].startswith(kinds) and case["cp"] not in ("U+200C", "U+200D", "U+000A"):
            told = forms.message("console", everywhere(f"a{case['char']}b"), "d", "r").text
            assert case["char"] not in told.replace("\ufffd", ""), case["cp"]


@pytest.mark.real
def test_addresses(real_data: Path) -> None:
    """What is an e-mail address and what is not, by the list."""
    for case in json.loads((real_data / "hostile/email/addresses.json").read_text()):
        try:
            mailbox(case["addr"])
            valid = True
        except ValueError:
            valid = False
        assert valid is case["valid"], case


@pytest.mark.parametrize(("written", "shown"), [
    ("*Breaking* news", "|*|Breaking|*| news"),
    ("_so_ and ~gone~", "|_|so|_| and |~|gone|~|"),
    ("run `rm`", "run |`|rm|`|"),
    ("two ** stars, \"*\"", "two |*||*| stars, \"|*|\""),
    ("snake_case, 3*4 and 2 * 3", "snake_case, 3*4 and 2 * 3"),
    ("AT&T <b>", "AT&amp;T &lt;b&gt;"),
])  # fmt: skip
def test_what_slack_would_take_for_its_markup_is_shown_as_it_is(written: str, shown: str) -> None:
    """A zero-width space on either side; within words and between blanks nothing is taken so."""
    assert mrkdwn.escape(written) == shown.replace("|", "\u200b")
    assert mrkdwn.escape(written).replace("\u200b", "") == html.escape(written, quote=False)


def test_a_linked_headline_keeps_its_address() -> None:
    address = "https://x.test/a_(b)_~c*"
    shown = linked("*Now*", address, (800, 1000))
    assert shown == f"*<{address}|\u200b*\u200bNow\u200b*\u200b>*"
