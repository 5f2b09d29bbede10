"""Names of elements as feedparser calls them (`media_content`), whatever prefix a document uses.

Follows feedparser's `track_namespace` and `startElementNS` step by step: what a prefix means there
is one thing for the whole document, and an unknown namespace's prefix is part of the name.
"""

from __future__ import annotations

from functools import lru_cache

from feedparser.api import StrictFeedParser

from monitor.feeds.doubts import Doubt, Doubtful

# The judge's own table, so that both know the same namespaces: lower-case address -> prefix.
_KNOWN: dict[str, str] = {uri.lower(): name for uri, name in StrictFeedParser.namespaces.items()}
_USERLAND = "backend.userland.com/rss"
_VERSIONS = {"http://purl.org/rss/1.0/": "rss10", "http://www.w3.org/2005/atom": "atom10"}
_NETSCAPE = "http://my.netscape.com/rdf/simple/0.9/"


@lru_cache(maxsize=512)
def has_meaning(name: str) -> bool:
    """Whether feedparser does more with an element of this name than to keep its text."""
    return hasattr(StrictFeedParser, f"_start_{name}") or hasattr(StrictFeedParser, f"_end_{name}")


class Names:
    """The namespaces that one document has declared so far, and the `version` they tell."""

    def __init__(self) -> None:
        self.version = ""
        self._prefixes: dict[str, str] = {}
        self._in_use: dict[str, str] = {}

    def declare(self, prefix: str, uri: str) -> bool:
        """Whether names may mean something else from now on."""
        if not uri:
            return False
        if uri.split() != [uri]:  # feedparser parts address and name by a blank
            raise Doubtful(Doubt.NAMESPACE)
        lower = uri.lower()
        if not self.version:
            self.version = _VERSIONS.get(lower, "")
            if not prefix and lower == _NETSCAPE:
                self.version = "rss090"
        uri, lower = (f"http://{_USERLAND}",) * 2 if _USERLAND in lower else (uri, lower)
        known = _KNOWN.get(lower)
        before = (self._prefixes.get(prefix), self._in_use.get(known or prefix))
        if known is not None:
            self._prefixes[prefix] = known
        self._in_use[prefix if known is None else known] = uri
        return before != (known, uri)

    def of(self, name: str) -> str:
        """`name` is ElementTree's: {address}local."""
        uri, known, local = _parted(name)
        if not known and uri:
            found = (each for each, used in self._in_use.items() if each and used == uri)
            known = next(found, "").lower()
        prefix = self._prefixes.get(known, known) if known else ""
        return f"{prefix}_{local}" if prefix else local


@lru_cache(maxsize=512)
def _parted(name: str) -> tuple[str, str, str]:
    """Address, feedparser's own prefix for it or nothing, local name."""
    if name[0] != "{":
        return "", "", name.lower()
    uri, _, local = name[1:].rpartition("}")
    lower = uri.lower()
    known = _KNOWN.get(f"http://{_USERLAND}" if _USERLAND in lower else lower)
    return uri, (known or "").lower(), local.lower()
