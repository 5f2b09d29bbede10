"""Which feeds an HTML page says it has.  Fetches none of them, and judges none."""

from __future__ import annotations

from monitor import markup, urls

# What `<link rel=alternate>` calls the formats that are read here.
_TYPES = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "text/xml",
     "application/xml")
)  # fmt: skip
_MOST = 20


def alternates(body: bytes, *, url: str, content_type: str | None) -> tuple[str, ...]:
    """Addresses of feeds in the page's own order, each once, absolute; comment feeds last."""
    tree = markup.parse(markup.decode(body, content_type))
    found: dict[str, bool] = {}
    for link in tree.iter("link") if tree is not None else ():
        relations = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in relations and kind in _TYPES:
            target = urls.absolute(url, link.get("href") or "")
            if target is not None:
                words = f"{link.get('title') or ''} {target}".lower()
                found.setdefault(target, "comment" in words)
        if len(found) == _MOST:
            break
    return tuple(sorted(found, key=lambda target: found[target]))
