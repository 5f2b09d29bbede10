"""Section pages by selectors: cases as files, hostile pages."""

from __future__ import annotations

import json
import pickle
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import listing
from monitor.errors import ReadError, ReadReason
from monitor.model import Item
from monitor.settings import Selectors

CASES = sorted((Path(__file__).parent / "data" / "listings").glob("*.json"))
URL = "https://lantern.test/city"
ENTRY = Selectors(item=".entry", title="h3", teaser="p", date="time")


def read(html: bytes, selectors: Selectors, url: str = URL) -> tuple[Item, ...]:
    return listing.read(html, url=url, content_type=None, selectors=selectors, timezone="UTC")


def attempt(html: bytes) -> tuple[Item, ...] | ReadError:
    try:
        return read(html, ENTRY)
    except ReadError as error:
        return error


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_listing_cases(path: Path) -> None:
    """Every page gives the entries in the JSON beside it, or the error that stands there."""
    case = json.loads(path.read_text())
    html, selectors = path.with_suffix(".html").read_bytes(), Selectors(**case["selectors"])
    if "error" in case:
        with pytest.raises(ReadError, match=re.escape(case["error"])) as caught:
            read(html, selectors, case["url"])
        assert caught.value.reason is ReadReason.NO_LIST
        return
    items = read(html, selectors, case["url"])
    found = [
        {
            "url": item.url,
            "title": item.title,
            "body": item.body,
            "published_at": item.published.iso() if item.published else None,
        }
        for item in items
    ]
    assert found == case["expect"]
    assert all(item.partial for item in items)
    assert pickle.loads(pickle.dumps(items)) == items


HOSTILE = {
    "20,000 entries": '<div class="entry"><a href="/a">One</a></div>' * 20_000,
    "nested entries": '<div class="entry"><a href="/a">One</a>' * 5_000,
    "entry in link": '<a href="/a"><div class="entry">One' * 5_000,
    "huge address": f'<div class="entry"><a href="/{"a" * 2_000_000}">One</a></div>',
    "nul in address": '<div class="entry"><a href="/a\0b">O\0ne</a></div>',
    "bad address": '<div class="entry"><a href="http://[::1">One</a></div>',
    "bad base": '<base href="http://[::1"><div class="entry"><a href="/a">One</a></div>',
    "empty": "",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages(name: str) -> None:
    """A page made to break a reader gives entries or a ReadError, and soon."""
    started = time.process_time()
    found = attempt(HOSTILE[name].encode())
    assert time.process_time() - started < 10
    if isinstance(found, ReadError):
        assert found.reason is ReadReason.NO_LIST
    else:
        assert found
        assert all("\0" not in item.url + (item.title or "") for item in found)


@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    """No bytes make anything but a ReadError leave."""
    for html in (raw, b'<div class="entry">' + raw, b'<div class=entry><a href="' + raw):
        found = attempt(html)
        assert isinstance(found, ReadError) or found
