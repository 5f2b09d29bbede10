"""The database: transactions that hold, leases that exclude, an outbox that forgets nothing."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import LeaseHeld, StoreError
from monitor.model import BodyState, DeliveryKind, Item, Outcome, OutcomeKind, WantedBody
from monitor.settings import Source
from monitor.store import arrivals, hosts, items, outbox, sources, words, work
from monitor.store.connection import connect
from monitor.store.db import Store, Tx

NOW = 1_763_800_000_000
BBC = Source("bbc", "feed", "https://bbc.example/rss")
HOUR = 3_600_000
CLAIM = work.Claim("daemon", NOW, 10)


@pytest.fixture
async def store(tmp_path: Path):
    opened = Store(tmp_path / "wirewatch.db")
    yield opened
    await opened.close()


def arrival(title: str = "A bridge falls", **changes) -> arrivals.Arrival:
    item = Item(url=f"https://bbc.example/{title}", title=title, body="Teaser.")
    known = {
        "source_id": "bbc", "site": "bbc.example", "fingerprint": "1:f",
        "story_key": f"url:{title}", "now": NOW, "body_state": BodyState.WANTED, "body_try_at": NOW,
    }  # fmt: skip
    return arrivals.Arrival(item, **(known | changes))


def put(tx: Tx) -> int:
    sources.put(tx, BBC, NOW)
    return add(tx, arrival())


def add(tx: Tx, new: arrivals.Arrival) -> int:
    item_id = arrivals.next_id(tx)
    arrivals.insert(tx, item_id, [new])
    return item_id


async def test_a_change_that_raises_undoes_itself_alone(store: Store) -> None:
    """Two changes share a transaction; the one that raises leaves nothing, the other stays."""

    def breaks(tx: Tx) -> None:
        hosts.defer(tx, "broken.example", NOW)
        raise ValueError("mine")

    good, bad = await asyncio.gather(
        store.write(lambda tx: hosts.defer(tx, "good.example", NOW)),
        store.write(breaks),
        return_exceptions=True,
    )
    assert good is None
    assert isinstance(bad, ValueError)
    kept = await store.read(lambda tx: [r["host"] for r in tx.all("SELECT host FROM hosts")])
    assert kept == ["good.example"]


async def test_what_write_returned_survives_a_kill(store: Store) -> None:
    """After `write` returns, another connection sees the change: it was committed."""
    await store.write(put)
    other = connect(store.path)
    assert other.execute("SELECT count(*) FROM items").fetchone()[0] == 1
    other.close()


async def test_readers_cannot_write(store: Store) -> None:
    """A query that tries to write is refused by the database."""
    with pytest.raises(StoreError, match="could not be read"):
        await store.read(lambda tx: hosts.defer(tx, "x", NOW))


async def test_a_locked_database_is_a_store_error(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process holds the write lock past the patience, writing raises StoreError."""
    monkeypatch.setattr("monitor.store.connection.BUSY_SECONDS", 0.01)
    impatient = Store(store.path)
    await impatient.read(lambda tx: tx.value("SELECT 1"))
    holder = sqlite3.connect(store.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        await impatient.write(put)
    holder.execute("ROLLBACK")
    assert await impatient.write(put) == 1
    holder.close()
    await impatient.close()


async def test_two_first_starts_at_once_make_one_schema(tmp_path: Path) -> None:
    """Opening a new database from several threads at once applies each step once."""
    path = tmp_path / "new.db"
    opened = await asyncio.gather(*(asyncio.to_thread(Store, path) for _ in range(4)))
    tables = await opened[0].read(
        lambda tx: tx.value("SELECT count(*) FROM sqlite_master WHERE name = 'items'")
    )
    assert tables == 1
    for each in opened:
        await each.close()


@pytest.mark.parametrize("page_bytes", [4096, 8192])
def test_a_log_is_as_long_whatever_the_pages(tmp_path: Path, page_bytes: int) -> None:
    """A database of an older version keeps the pages that it has."""
    with closing(sqlite3.connect(tmp_path / "wirewatch.db")) as older:
        older.execute(f"PRAGMA page_size = {page_bytes}")
        older.execute("CREATE TABLE something (one)")
    with closing(connect(tmp_path / "wirewatch.db")) as db:
        assert db.execute("PRAGMA page_size").fetchone()[0] == page_bytes
        (pages,) = db.execute("PRAGMA wal_autocheckpoint").fetchone()
        assert pages * page_bytes == 16 << 20


async def test_an_older_database_learns_where_fields_come_from(store: Store) -> None:
    """A database without the column gets it, and its items are as they were."""
    item_id = await store.write(put)
    await store.close()
    with sqlite3.connect(store.path) as old:
        old.execute("ALTER TABLE items DROP COLUMN stated_by")
        old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm002_stated_by'")
    newer = Store(store.path)
    found = await newer.read(lambda tx: items.load(tx, item_id))
    assert (found.item.title, found.item.stated_by) == ("A bridge falls", ())
    await newer.close()


async def test_a_newer_database_is_refused(store: Store) -> None:
    """Who goes back to an older version is told so, and the database is left as it is."""
    with sqlite3.connect(store.path) as newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('wirewatch', 'm999_later', '2099-01-01')"
        )
    with pytest.raises(StoreError, match=r"a newer Wirewatch .*m999_later.*or go back to a backup"):
        Store(store.path)


async def test_where_fields_come_from_is_kept(store: Store) -> None:
    """The statements that an item's fields were taken from are loaded as they were stored."""
    stated_by = (("title", "og:title"), ("body", "trafilatura"))
    item = replace(arrival().item, stated_by=stated_by)
    await store.write(lambda tx: sources.put(tx, BBC, NOW))
    item_id = await store.write(lambda tx: add(tx, arrival()._replace(item=item)))
    found = await store.read(lambda tx: items.load(tx, item_id))
    assert found.item.stated_by == stated_by


async def test_a_source_is_leased_to_one(store: Store) -> None:
    """While one works on a source nobody else gets it, and is told who has it."""
    await store.write(lambda tx: sources.put(tx, BBC, NOW))
    await store.write(lambda tx: work.claim_source(tx, BBC, "daemon", NOW))
    with pytest.raises(LeaseHeld, match="daemon"):
        await store.write(lambda tx: work.claim_source(tx, BBC, "crawl", NOW))
    later = NOW + work.LEASE_MS
    assert await store.write(lambda tx: work.claim_source(tx, BBC, "crawl", later))


async def test_a_lost_lease_settles_nothing(store: Store) -> None:
    """Who took longer than the lease cannot overwrite what its successor found."""
    await store.write(lambda tx: sources.put(tx, BBC, NOW))
    slow = await store.write(lambda tx: work.claim_source(tx, BBC, "slow", NOW))
    later = NOW + work.LEASE_MS
    quick = await store.write(lambda tx: work.claim_source(tx, BBC, "quick", later))

    def settle(due: work.DueSource, etag: str) -> bool:
        outcome = Outcome(OutcomeKind.OK, etag=etag)
        return lambda tx: work.settle_poll(tx, due, work.Settled(outcome, 600, later, 0, 0, later))

    assert await store.write(settle(quick, "new"))
    assert not await store.write(settle(slow, "old"))
    row = await store.read(lambda tx: sources.row(tx, "bbc"))
    assert row["etag"] == "new"


async def test_wanted_bodies_are_handed_out_once(store: Store) -> None:
    """An article page is leased to one reader; a try that failed comes back when it is due."""
    await store.write(put)
    known = {"bbc": BBC}
    (wanted,) = await store.write(lambda tx: work.claim_bodies(tx, known, "a", NOW, 10))
    assert not await store.write(lambda tx: work.claim_bodies(tx, known, "b", NOW, 10))
    await store.write(lambda tx: work.body_failed(tx, wanted, "timeout", NOW + HOUR))
    assert not await store.write(lambda tx: work.claim_bodies(tx, known, "b", NOW, 10))
    (again,) = await store.write(lambda tx: work.claim_bodies(tx, known, "b", NOW + HOUR, 10))
    assert again.tries == 1


async def test_a_site_has_a_few_articles_on_their_way_at_once(store: Store) -> None:
    """However many wait, and however slow it is: other sites' articles find their place."""

    def put_many(tx: Tx) -> None:
        sources.put(tx, BBC, NOW)
        for number in range(100):
            add(tx, arrival(f"slow {number}", site="slow.example"))
        for number in range(3):
            add(tx, arrival(f"quick {number}", site="quick.example", body_try_at=NOW + 1))

    def claim(now: int) -> Callable[[Tx], list[WantedBody]]:
        return lambda tx: work.claim_bodies(tx, {"bbc": BBC}, "a", now, 50)

    await store.write(put_many)
    await store.write(lambda tx: hosts.next_slot(tx, "slow.example", 2000, NOW))
    slow = await store.write(claim(NOW))
    assert len(slow) == work.BODIES_OF_A_SITE
    quick = await store.write(claim(NOW + 1))
    assert [wanted.url[-7:] for wanted in quick] == ["quick 0", "quick 1", "quick 2"]
    for wanted in slow:
        await store.write(lambda tx, w=wanted: work.body_failed(tx, w, "timeout", NOW + HOUR))
    assert len(await store.write(claim(NOW + 1))) == work.BODIES_OF_A_SITE


@pytest.mark.parametrize(
    ("host", "delay_seconds", "most"),
    [
        ("slow.example", 2, 15),
        ("slow.example", 10, 12),
        ("www.slow.example", 60, 4),
        ("slow.example", 3600, 1),
        ("another.example", 2, 4),  # who was never asked may want a minute, too
    ],
)
async def test_no_more_of_a_site_is_leased_than_its_lease_can_read(
    store: Store, host: str, delay_seconds: int, most: int
) -> None:
    """All may time out, and lead to a second address first: the pause between two requests is what
    the host was asked with last, by the setting or its robots.txt."""

    def put_many(tx: Tx) -> None:
        sources.put(tx, BBC, NOW)
        for number in range(30):
            add(tx, arrival(f"slow {number}", site="slow.example"))
        hosts.next_slot(tx, host, delay_seconds * 1000, NOW)

    await store.write(put_many)
    known = {"bbc": BBC}
    leased = await store.write(lambda tx: work.claim_bodies(tx, known, "a", NOW, 50))
    assert len(leased) == most
    longest = most * (30 + 2 * delay_seconds) * 1000
    assert most == 1 or longest <= work.LEASE_MS


def feeds_of(host: str, number: int) -> dict[str, Source]:
    known = [Source(f"{host}-{n}", "feed", f"https://{host}/{n}.xml") for n in range(number)]
    return {source.id: source for source in known}


@pytest.mark.parametrize(
    ("host", "delay_seconds", "most"),
    [
        ("slow.example", 2, 17),
        ("slow.example", 60, 4),
        ("slow.example", 3600, 1),
        ("another.example", 2, 4),  # who was never asked may want a minute, too
    ],
)
async def test_no_more_of_a_host_is_leased_than_its_lease_can_poll(
    store: Store, host: str, delay_seconds: int, most: int
) -> None:
    """What is being polled counts; what waits for the host keeps no other from its turn."""
    slow, quick = feeds_of("slow.example", 100), feeds_of("quick.example", 3)

    def put_all(tx: Tx) -> None:
        for n, source in enumerate([*slow.values(), *quick.values()]):
            sources.put(tx, source, NOW - HOUR + n)
        hosts.next_slot(tx, host, delay_seconds * 1000, NOW)
        hosts.next_slot(tx, "quick.example", 2000, NOW)

    async def claim(busy: Sequence[str]) -> list[str]:
        asked = work.Claim("daemon", NOW, 25, busy)
        leased = await store.write(lambda tx: work.claim_due(tx, slow | quick, asked))
        return sorted(due.source.id for due in leased)

    await store.write(put_all)
    first = await claim([])
    longest_overdue = list(slow)[:most]
    assert first == sorted([*longest_overdue, *quick])
    assert most == 1 or most * (30 + 2 * delay_seconds) * 1000 <= work.LEASE_MS
    assert await claim(first) == []
    assert await claim(longest_overdue[1:]) == [list(slow)[most]]


async def test_leases_of_the_dead_come_back(store: Store) -> None:
    """`release` frees what a holder that is known to be gone had leased."""
    await store.write(put)
    known = {"bbc": BBC}
    await store.write(lambda tx: work.claim_bodies(tx, known, "daemon", NOW, 10))
    await store.write(lambda tx: work.release(tx, "daemon"))
    assert await store.write(lambda tx: work.claim_bodies(tx, known, "daemon", NOW, 10))


async def test_slots_of_a_host_follow_each_other(store: Store) -> None:
    """Whoever asks gets the next free slot, never one that is taken."""
    slots = [
        await store.write(lambda tx: hosts.next_slot(tx, "bbc.example", 2000, NOW))
        for _ in range(3)
    ]
    assert slots == [NOW, NOW + 2000, NOW + 4000]
    await store.write(lambda tx: hosts.defer(tx, "bbc.example", NOW + HOUR))
    assert await store.write(lambda tx: hosts.next_slot(tx, "bbc.example", 2000, NOW)) == NOW + HOUR


def owe(subject: str, *, channel: str = "desk", now: int = NOW) -> outbox.Owed:
    return outbox.Owed(
        channel, ("ana@desk.example",), subject, DeliveryKind.OPS, now, now, now + 72 * HOUR
    )


async def claim(store: Store, channel: str = "desk", now: int = NOW):
    return await store.write(lambda tx: outbox.claim(tx, channel, outbox.Claim("daemon", now, 10)))


async def test_a_conversation_is_sent_in_order(store: Store) -> None:
    """An update waits for the message it updates."""
    await store.write(lambda tx: outbox.enqueue(tx, owe("ops:a")))
    await store.write(lambda tx: outbox.enqueue(tx, owe("ops:a")))
    (first,) = await claim(store)
    assert first.revision == 1
    assert not await claim(store)
    await store.write(lambda tx: outbox.sent(tx, outbox.Attempt(first, "accepted", NOW)))
    (second,) = await claim(store)
    assert second.revision == 2


async def test_a_paused_channel_keeps_what_it_owes_and_its_clock_stands(store: Store) -> None:
    """Refused: nothing is sent, one probe an hour; when it works again nobody lost any time."""
    await store.write(lambda tx: outbox.enqueue(tx, owe("ops:a")))
    await store.write(lambda tx: outbox.enqueue(tx, owe("ops:b")))
    first, _ = await claim(store)
    refused = outbox.Attempt(first, "channel_refused", NOW, detail="invalid_auth")
    assert await store.write(lambda tx: outbox.pause(tx, refused, NOW + HOUR))
    assert not await store.write(lambda tx: outbox.pause(tx, refused, NOW + HOUR))
    assert not await claim(store)
    (probe,) = await claim(store, now=NOW + HOUR)
    await store.write(lambda tx: outbox.sent(tx, outbox.Attempt(probe, "accepted", NOW + HOUR)))
    assert await store.write(lambda tx: outbox.resume(tx, "desk", NOW + HOUR))
    (other,) = await claim(store, now=NOW + HOUR)
    assert other.give_up_at == NOW + 73 * HOUR


async def test_what_a_paused_channel_always_refuses_bars_nothing_else(store: Store) -> None:
    """Each hour's try takes what was tried least: whatever the first is told, others get a turn."""
    for subject in ("ops:a", "ops:b", "ops:c"):
        await store.write(lambda tx, subject=subject: outbox.enqueue(tx, owe(subject)))
    tried = []
    for hour in range(6):
        now = NOW + hour * HOUR
        first, *_ = await claim(store, now=now)
        refused = outbox.Attempt(first, "channel_refused", now, detail="521 5.3.2 takes no mail")
        await store.write(lambda tx, one=refused: outbox.pause(tx, one, one.now + HOUR))
        tried.append(first.id)
    assert tried == [1, 1, 2, 3, 1, 2]


async def test_a_merged_item_takes_its_keys_and_sightings_along(store: Store) -> None:
    """After a merge every key finds the older item, and both stories count as its own."""
    first = await store.write(put)
    second = await store.write(lambda tx: add(tx, arrival("The same elsewhere")))
    await store.write(lambda tx: items.add_keys(tx, [("url", "https://other.example/x", second)]))
    await store.write(lambda tx: items.merge(tx, second, first, NOW))
    key = ("url", "https://other.example/x")
    kind, text = key
    asked = {kind: items.asked([text])}
    assert await store.read(lambda tx: items.find(tx, asked)) == {key: first}
    keys = await store.read(lambda tx: items.stories(tx, first))
    assert keys == ["url:A bridge falls", "url:The same elsewhere"]


async def test_a_source_paused_in_its_file_is_not_due(store: Store) -> None:
    """`paused: true` hands out no work until the file says otherwise."""
    await store.write(lambda tx: sources.put(tx, replace(BBC, paused=True), NOW))
    due = await store.write(lambda tx: work.claim_due(tx, {"bbc": BBC}, CLAIM))
    assert due == []
    await store.write(lambda tx: sources.put(tx, BBC, NOW))
    assert await store.write(lambda tx: work.claim_due(tx, {"bbc": BBC}, CLAIM))


async def test_others_write_between_the_bits_of_long_work(store: Store) -> None:
    """Who asks for the lock from outside need not wait until all is done."""
    asked, written = asyncio.Event(), threading.Event()
    count = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 50000)"
    bits: list[int] = []

    def work_on(tx: Tx) -> bool:
        bits.append(tx.value(f"{count} SELECT count(*) FROM n"))
        return len(bits) < 200

    def go_on(rounds: int) -> bool:
        if rounds == 1:
            asked.set()
        return not written.is_set()

    def write_from_outside() -> None:
        with closing(sqlite3.connect(store.path, timeout=60, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            written.set()

    async def come_between() -> None:
        await asked.wait()
        await asyncio.to_thread(write_from_outside)

    await asyncio.gather(store.write_bit_by_bit(work_on, go_on), come_between())
    assert len(bits) < 10


def test_waiting_words():
    """What waits to be indexed is found by whole words, at its ends too, the newest texts alone."""
    with closing(sqlite3.connect(":memory:")) as db:
        batch = Tx(db)
        tx = Tx(db, batch)
        words.add(batch, [(1, " old bomb "), (2, " bomb bombs ärger "), (3, "")])
        words.add(tx, [(4, "北京 bomb"), (5, " c_2b__2b_ ärger last ")])
        sought = ["bomb", "ärger", "北京", "c_2b__2b_", "last", "om", "old"]
        assert words.waiting(tx, sought, 4) == [{2, 4}, {2, 5}, {4}, {5}, {5}, set(), set()]
        assert words.waiting(tx, [], 4) == []
        assert words.waiting(Tx(db), ["bomb"], 4) == [set()]
