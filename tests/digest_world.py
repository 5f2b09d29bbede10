"""A desk whose alerts are told, held and summed up, on a clock that a test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from monitor import gathering, schedule
from monitor.alerts import alert_id
from monitor.digests import Digest
from monitor.model import Alert, DeliveryKind, LeasedDelivery, Reason, Span
from monitor.settings import Config, DigestTime, EmailChannel, Quiet, Settings, Severity
from monitor.store import alerts as raised
from monitor.store import holds, outbox
from monitor.store.db import Row, Store, Tx
from monitor.store.holds import Hold
from world import BRIEF, NOON, SECOND, World, config, item

STORIES = 12  # articles that are there from the beginning, each a story of its own
TEXT = "The first sentence. A ferry sank off the cape, with nine on board. The last one."
FERRY = (Span("body", 22, 27), Span("body", 28, 32))


@dataclass
class Desk:
    """A store, and a channel `me` with two recipients.  Nothing happens but what a test asks."""

    directory: Path
    zone: str = "Europe/Berlin"
    at: int = 7 * 60 + 30
    quiet: Quiet | None = None
    now: int = NOON
    store: Store = field(init=False)
    items: list[tuple[int, str]] = field(default_factory=list)
    alerts: int = 0

    @property
    def config(self) -> Config:
        settings = Settings(
            database=self.directory / "wirewatch.db", digest=DigestTime(self.at, self.zone)
        )
        to = ("ana@desk.example", "ben@desk.example")
        me = EmailChannel("me", to, "wirewatch@desk.example", "localhost", quiet=self.quiet)
        return config(self.directory, channels=(me,), settings=settings)

    def clock(self) -> int:
        return self.now

    async def open(self) -> Desk:
        """With a few articles that no rule wants, or what a database has that is there already."""
        if not self.config.settings.database.exists():
            await self._read_articles()
        self.store = Store(self.config.settings.database)
        rows = await self.rows("SELECT item_id, story_key FROM items ORDER BY length(title), title")
        self.items = [(row["item_id"], row["story_key"]) for row in rows]
        return self

    async def _read_articles(self) -> None:
        world = await World(self.config, self.now).open()
        await world.poll(BRIEF)
        slugs = [f"story-{n}" for n in range(STORIES)]
        await world.poll(BRIEF, *(item(slug, f"On {slug}", TEXT) for slug in slugs))
        await world.close()

    async def close(self) -> None:
        await self.store.close()

    async def restart(self) -> None:
        """As after a kill: what was not committed is gone, leases stay."""
        await self.close()
        self.store = Store(self.config.settings.database)

    async def alert(
        self, story: int, *, why: str | None = None, detail: str | None = None, **changed: object
    ) -> str:
        """A match of the article, held for a reason, or owed as a message of its own."""
        self.alerts += 1
        item_id, story_key = self.items[story]
        rule = str(changed.pop("rule", f"rule-{self.alerts}"))
        alert = Alert(
            alert_id(rule, story_key, "first"), rule, item_id, story_key, "first", Reason.FIRST,
            self.now, Severity(changed.pop("severity", "normal")), FERRY,
            late=False, partial=False, version=1,
        )  # fmt: skip
        assert not changed

        def change(tx: Tx) -> None:
            assert raised.raise_alert(tx, alert)
            if why is not None:
                held = Hold(alert.alert_id, "me", why, detail, self.now)
                holds.hold(tx, held)
                return
            outbox.enqueue(tx, outbox.Owed(
                "me", self.config.channels["me"].recipients, story_key, DeliveryKind.ALERT,
                self.now, self.now, self.now + schedule.GIVE_UP_MS, (alert.alert_id,),
            ))  # fmt: skip

        await self.store.write(change)
        return alert.alert_id

    async def tick(self) -> None:
        """As the daemon does."""
        await gathering.owe_due(self)

    async def claim(self) -> list[LeasedDelivery]:
        return await self.store.write(
            lambda tx: outbox.claim(tx, "me", outbox.Claim("test", self.now, 100))
        )

    async def send(self, answer: str = "accepted") -> list[LeasedDelivery]:
        """Try all that is due: accepted, later, dead, or killed before the answer came."""
        leased = await self.claim()
        for delivery in leased:
            await self.settle(delivery, answer)
        return leased

    async def settle(self, delivery: LeasedDelivery, answer: str) -> None:
        attempt = outbox.Attempt(delivery, answer, self.now)
        again_at = None if answer == "dead" else self.now + 30 * SECOND
        if answer == "accepted":
            await self.store.write(lambda tx: outbox.sent(tx, attempt))
        elif answer != "killed":
            await self.store.write(lambda tx: outbox.failed(tx, attempt, again_at))

    async def rows(self, question: str) -> list[Row]:
        return list(await self.store.read(lambda tx: tx.all(question)))

    async def days(self, kind: str = "daily") -> list[str]:
        rows = await self.rows(f"SELECT day FROM digests WHERE kind = '{kind}' ORDER BY covers_to")
        return [row["day"] for row in rows]

    async def said(self, day: str, kind: str = "daily") -> Digest | None:
        """What the digest of a day says; None where nobody is to get it."""
        subject = f"digest:{kind}:{day}"
        if not await self.rows(f"SELECT 1 FROM conversations WHERE subject = '{subject}'"):
            return None
        return await self.store.read(lambda tx: gathering.load(tx, "me", subject))
