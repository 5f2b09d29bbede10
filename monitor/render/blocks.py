"""Slack's blocks: `verbatim` and `parse: none` keep what publishers wrote from becoming links and
mentions."""

from __future__ import annotations

from monitor.render.mrkdwn import bold, entities, fitting

_MOST_IN_CONTEXT = 1000

Block = dict[str, object]


def post(text: str, blocks: list[Block]) -> dict[str, object]:
    """The body of a call; phones show no more than `text`."""
    return {
        "text": text,
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
        "link_names": False,
        "parse": "none",
    }


def section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def context(text: str) -> Block:
    """Small print, escaped here."""
    return {"type": "context", "elements": [_mrkdwn(fitting(text, _MOST_IN_CONTEXT))]}


def linked(title: str, url: str | None, most: tuple[int, int]) -> str:
    """A bold title that links to its article; `most` characters of title and address."""
    shown = fitting(title, most[0])
    # Slack ends an address at `|` and a link at `>`; the latter is escaped already.
    address = entities((url or "").replace("|", "%7C"))
    return f"*<{address}|{shown}>*" if 0 < len(address) <= most[1] else bold(shown)


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
