"""Which feeds a list of subscriptions (OPML) names.  Reads nothing else of it, fetches nothing."""

from __future__ import annotations

import html
import re

from monitor import urls
from monitor.feeds.document import OPML, what_it_is

# Well-formed or not: what programs export, people mend by hand.
_OUTLINE = re.compile(r"<outline\s((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\w:.-])xmlurl\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')", re.IGNORECASE)


def feeds(text: str, url: str) -> tuple[str, ...] | None:
    """The addresses of a list that was found at `url`, each once, in its order; None where the
    document is no such list."""
    if what_it_is(text) != OPML:
        return None
    written = (found for outline in _OUTLINE.findall(text) if (found := _ADDRESS.search(outline)))
    targets = (urls.absolute(url, html.unescape(each[1] or each[2] or "")) for each in written)
    return tuple(dict.fromkeys(filter(None, targets)))
