"""`wirewatch digest`: the next one shown, one at once, and what `status` says of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cli_world import Place, fill
from monitor.clock import wall_clock
from monitor.store import holds
from monitor.store.db import Store
from monitor.store.holds import Hold


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path / "config")
    asyncio.run(fill(found))
    asyncio.run(hold_one(found))
    return found


async def hold_one(place: Place) -> None:
    """One more alert, kept for the digest."""
    store = Store(place.database)
    (row,) = await store.read(lambda tx: tx.all("SELECT alert_id FROM alerts LIMIT 1"))
    held = Hold(row["alert_id"], "me", "low", None, wall_clock())
    await store.write(lambda tx: tx.run("DELETE FROM delivery_alerts"))
    await store.write(lambda tx: tx.run("DELETE FROM deliveries"))
    await store.write(lambda tx: holds.hold(tx, held))
    await store.close()


def test_the_next_one_is_shown_and_not_written(place: Place) -> None:
    """However often."""
    for _ in range(2):
        told = place.call("digest").output
        assert "channel me: the next digest comes" in told
        assert "NEW 1 story" in told
        assert "wire.example/fresh" in told
    (said,) = place.json("digest")
    assert (said["kind"], said["sections"][0]["stories"]) == ("daily", 1)
    assert "1 alert kept for it" in place.call("status").output
    assert place.json("status")[0]["next_digest"]["alerts"] == 1


def test_an_alert_kept_for_it_is_not_listed_as_told_to_nobody(place: Place) -> None:
    """Neither before the digest nor after."""
    assert "kept for the digest" in place.call("alerts").output
    place.call("digest", "--now")
    assert "told in a digest" in place.call("alerts").output


def test_one_at_once_is_sent_and_what_it_held_is_told(place: Place) -> None:
    """The next one has nothing of it."""
    told = place.call("digest", "--now")
    assert told.exit_code == 0
    assert "as asked" in told.stdout
    assert "NEW 1 story" in told.stdout
    assert "1 digest written; 1 message sent" in told.stderr
    assert "0 alerts kept for it" in place.call("status").output
    assert "Nothing to tell." in place.call("digest").output
    (said,) = place.json("digest", "--now", "--channel", "me")
    assert (said["kind"], said["day"][-2:], said["stories"]) == ("asked", ".2", [])


def test_an_unknown_channel_is_named(place: Place) -> None:
    told = place.call("digest", "--channel", "you")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "there are: me" in told.stderr
