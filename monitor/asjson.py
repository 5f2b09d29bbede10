"""An article as JSON, as docs/json.md describes it."""

from __future__ import annotations

from monitor import urls
from monitor.model import Item


def article(item: Item) -> dict[str, object]:
    """An item as one object: `published_at` in ISO 8601, None where unknown."""
    return {
        "url": item.url,
        "canonical_url": item.canonical_url,
        "site": urls.site(item.url),
        "title": item.title,
        "byline": item.byline,
        "authors": list(item.authors or ()),
        "place": item.place,
        "wire": item.wire,
        "published_at": item.published.iso() if item.published else None,
        "updated_at": item.updated.iso() if item.updated else None,
        "section": item.section,
        "lang": item.lang,
        "lede": item.lede,
        "body": item.body,
        "image": item.image,
        "tags": list(item.tags or ()),
        "side_stories": [
            {"headline": side.headline, "dateline": side.dateline, "text": side.text}
            for side in item.side_stories
        ],
    }
