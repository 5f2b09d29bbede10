"""One event, many articles, on a virtual clock: what people are told, and when."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from monitor import briefings
from monitor.model import DeliveryKind, Item, Message
from monitor.settings import Pace, Rule, Secret, Settings, SlackChannel, Source
from monitor.store import outbox
from tests.world import HOUR, MINUTE, NOON, World, config

RULE = Rule("bombing", "bomb* OR blast", version="1")
ROOM = SlackChannel("room", token=Secret("x"), channel="#news")
OUTLETS = [
    Source(name, "feed", f"https://{name}.example/feed.xml", article=False)
    for name in (
        "aster",
        "birch",
        "cedar",
        "dahlia",
        "elder",
        "fern",
        "gorse",
        "hazel",
        "iris",
        "juniper",
    )
]
# Three reporters of their own; seven print what the agency wires.
WIRE_TEXT = (
    "PORT SAREN (NWA) - A car bomb tore through the fish market in Port Saren on Tuesday morning, "
    "killing {dead} people and wounding dozens, police said. The blast went off at 7:40 near the "
    "customs gate, where lorries wait for the first ferry. Governor Idris Kamal closed the port. "
    "\n\nNobody has claimed the attack. Rescuers dug through the collapsed roof of the auction "
    "hall until noon, the harbour police chief Mara Lind told reporters."
)
OWN_TEXT = {
    "aster": "Smoke still stood over Port Saren's fish market when our reporter reached the "
    "customs gate on Tuesday. A bomb hidden in a lorry had killed {dead} people. Governor Idris "
    "Kamal came at noon and said the port would stay closed.\n\nMara Lind, who leads the harbour "
    "police, said the lorry had arrived with the first ferry.",
    "birch": "Traders at the fish market of Port Saren described on Tuesday how a bomb in a lorry "
    "went off beside the customs gate. {dead} people died, the harbour police under Mara Lind "
    "said.\n\nThe auction hall lost its roof. Governor Idris Kamal ordered the port closed.",
}


class Desk:
    """A world in which everything due is sent each minute, each message kept with its time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sent: list[tuple[int, Message]] = []
        self.edits: list[tuple[int, Message]] = []

    async def until(self, at: int) -> None:
        while self.world.now < at:
            self.world.now = min(at, self.world.now + MINUTE)
            await self.send()

    async def send(self) -> None:
        world = self.world
        for name in world.config.channels:
            for delivery in await world.store.write(
                lambda tx, name=name: outbox.claim(tx, name, outbox.Claim("test", world.now, 100))
            ):
                message = await world.store.read(
                    lambda tx, d=delivery: briefings.message(tx, world.config, d, world.now)
                )
                edit = delivery.kind is DeliveryKind.EDIT
                (self.edits if edit else self.sent).append((world.now, message))
                accepted = outbox.Attempt(
                    delivery, "accepted", world.now, message_id=f"{world.now}.0"
                )
                await world.store.write(lambda tx, a=accepted: outbox.sent(tx, a))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    settings = Settings(tmp_path / "wirewatch.db", display_timezone="UTC", pace=Pace())
    world = await World(
        config(tmp_path, watched=OUTLETS, rules=(RULE,), settings=settings, channels=(ROOM,))
    ).open()
    for outlet in OUTLETS:
        await world.poll(outlet)
    yield Desk(world)
    await world.close()


def article(outlet: Source, number: int, text: str, **fields: object) -> Item:
    return Item(
        f"https://{outlet.id}.example/{number}", f"Bomb at Port Saren fish market ({number})",
        body=text, partial=False, **fields,
    )  # fmt: skip


async def test_a_hundred_articles_make_one_message_and_few_updates(desk: Desk) -> None:
    """Ten outlets, three of them independent, six hours: each update has news and its time."""
    world, chance = desk.world, random.Random(5)
    for number in range(100):
        outlet = OUTLETS[number % 10]
        own = OWN_TEXT.get(outlet.id)
        text = (own or WIRE_TEXT).format(dead=8)
        if own is None and number > 10:
            text = text.split("\n\n")[0]
        fields = {"byline": f"By {outlet.id.title()} Reporter"} if own else {"wire": "NWA"}
        await world.poll(outlet, article(outlet, number, text, **fields))
        await desk.until(NOON + (number + 1) * 6 * HOUR // 100 + chance.randrange(MINUTE))
    assert len(await world.rows("items")) == 100
    assert len({row["story_key"] for row in await world.rows("items")}) == 1
    opening, *updates = desk.sent
    assert opening[0] - NOON == 2 * MINUTE
    assert 1 <= len(updates) <= 5
    times = [at for at, _ in desk.sent]
    pauses = [b - a for a, b in pairwise(times)]
    assert all(p >= w * MINUTE for p, w in zip(pauses, (15, 30, 60, 120, 240), strict=False))
    assert "3 origins" in str(updates[-1][1].slack)
    # Plain copies only change the counts of the first message, at most every quarter of an hour.
    await desk.until(world.now + HOUR)
    assert len(desk.sent) == 1 + len(updates)
    assert "100 articles, 3 origins" in str(desk.edits[-1][1].slack)
    assert all(b - a >= 15 * MINUTE for (a, _), (b, _) in pairwise(desk.edits[1:]))


async def test_a_figure_is_told_when_it_is_higher_and_said_twice(desk: Desk) -> None:
    """8, 8, 1, 13, 12, 12, 10 from as many outlets: the opening, then 12 once."""
    world = desk.world
    for outlet, dead in zip(OUTLETS, (8, 8, 1, 13, 12, 12, 10), strict=False):
        text = WIRE_TEXT.format(dead=dead)
        await world.poll(outlet, article(outlet, dead, text, wire="NWA"))
        await desk.until(world.now + HOUR)
    assert len({row["story_key"] for row in await world.rows("items")}) == 1
    news = [row["occasion"] for row in await world.rows("alerts ORDER BY raised_at")]
    assert news == ["first", "number:killed:12"]
    assert len(desk.sent) == 2
