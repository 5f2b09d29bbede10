"""`ack`: say that a story was seen."""

from __future__ import annotations

from monitor import hushing
from monitor.cli import finding, out, place, shapes
from monitor.cli.base import Call
from monitor.cli.place import Archive
from monitor.cli.silences import check_lasts
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.model import Ack
from monitor.store import items
from monitor.store.db import Tx


def run(call: Call, subject: str, author: str, seconds: float | None) -> None:
    """`subject`: the id of any alert of the story.  Without `seconds`: until there is news."""
    if seconds is not None:
        check_lasts(seconds)
    config, now = place.look(call), wall_clock()
    until = None if seconds is None else now + round(seconds * 1000)

    def say_so(tx: Tx) -> Ack:
        alert = finding.only(finding.alerts(tx, subject), subject)
        ack = Ack(items.stories(tx, alert["item_id"])[0], author, now, until)
        hushing.acknowledge(tx, config, ack)
        return ack

    with Archive(config.settings.database) as archive:
        ack = archive.write(say_so)
    if call.as_json:
        out.emit({
            "story": ack.story_key, "author": author, "acked_at": shapes.time(now),
            "until_at": shapes.time(until),
        })  # fmt: skip
        return
    lasts = "until there is something new"
    if until is not None:
        at = When.of(config.settings, now).clock(until)
        lasts = f"until {at}; what comes is kept for the digest"
    out.lines(f"seen by {author}: the story of {subject} is quiet {lasts}")
