"""The database's schema as a list of steps, each applied once.  Append only."""

from __future__ import annotations

import sqlite3
from importlib import resources

import sqlite_utils

from monitor.errors import StoreError

steps = sqlite_utils.Migrations("wirewatch")


@steps()
def m001_schema(db: sqlite_utils.Database) -> None:
    for statement in _statements("schema.sql"):
        db.execute(statement)


@steps()
def m002_stated_by(db: sqlite_utils.Database) -> None:
    """JSON, field -> the statement it was taken from."""
    db.execute("ALTER TABLE items ADD COLUMN stated_by TEXT NOT NULL DEFAULT '{}'")


@steps()
def m003_words(db: sqlite_utils.Database) -> None:
    """A full-text index; what is stored already is indexed by the daemon, a little at a time."""
    db.execute("ALTER TABLE items ADD COLUMN texts INTEGER NOT NULL DEFAULT 0")
    db.execute("CREATE INDEX items_not_indexed ON items (item_id) WHERE texts = 0")
    # Only which rows hold a word: the text itself is asked afterwards, whatever the index says.
    db.execute(
        """CREATE VIRTUAL TABLE words USING fts5 (forms, content = '', columnsize = 0,
             detail = none, tokenize = "ascii tokenchars '_'")"""
    )


@steps()
def m004_readings(db: sqlite_utils.Database) -> None:
    """How a page's list was told last; which reader a feed needed last."""
    db.execute("ALTER TABLE sources ADD COLUMN list_shape TEXT")
    db.execute("ALTER TABLE sources ADD COLUMN read_by TEXT")


@steps()
def m005_worth(db: sqlite_utils.Database) -> None:
    """The phrase beside the match for which an alert is told as low; the lists that rules name."""
    db.execute("ALTER TABLE alerts ADD COLUMN demoted TEXT")
    # JSON, name -> entries.
    db.execute("ALTER TABLE config_versions ADD COLUMN lists TEXT NOT NULL DEFAULT '{}'")


@steps()
def m006_words_merged_later(db: sqlite_utils.Database) -> None:
    """Of the index's segments eight become one, and not four: each is written less often."""
    db.execute("INSERT INTO words (words, rank) VALUES ('automerge', 8)")


@steps()
def m007_stories(db: sqlite_utils.Database) -> None:
    """Items that tell the same event, and who reports it."""
    db.execute("ALTER TABLE items ADD COLUMN grouped_at INTEGER")
    db.execute("CREATE INDEX items_not_grouped ON items (item_id) WHERE grouped_at IS NULL")
    db.execute("ALTER TABLE items ADD COLUMN copy_of_id INTEGER REFERENCES items")
    db.execute("ALTER TABLE items ADD COLUMN origin TEXT")
    for statement in _statements("stories.sql"):
        db.execute(statement)


@steps()
def m008_pace(db: sqlite_utils.Database) -> None:
    """When a message is due, and what is kept for a summary instead."""
    # What is new since the last message, JSON.
    db.execute("ALTER TABLE alerts ADD COLUMN detail TEXT NOT NULL DEFAULT '{}'")
    # `due_at`: as planned, whatever tries came after; `spacing_ms`: not before so long after the
    # message before it was sent; `claimed_at`: what it says is as things stood then.
    db.execute("ALTER TABLE deliveries ADD COLUMN due_at INTEGER")
    db.execute("UPDATE deliveries SET due_at = try_at")
    db.execute("ALTER TABLE deliveries ADD COLUMN spacing_ms INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE deliveries ADD COLUMN claimed_at INTEGER")
    for statement in _statements("pace.sql"):
        db.execute(statement)


@steps()
def m009_marks(db: sqlite_utils.Database) -> None:
    """Alerts that people called not relevant."""
    db.execute(
        """CREATE TABLE marks (
             alert_id TEXT NOT NULL REFERENCES alerts, author TEXT NOT NULL,
             marked_at INTEGER NOT NULL, PRIMARY KEY (alert_id, author)) WITHOUT ROWID"""
    )


@steps()
def m010_rarity(db: sqlite_utils.Database) -> None:
    """How many of the texts stored lately hold each word: which words tell events apart."""
    db.execute(
        """CREATE TABLE rarity (
             one     INTEGER PRIMARY KEY CHECK (one = 1),
             up_to   INTEGER NOT NULL,  -- the last item that was counted
             digest  TEXT NOT NULL,     -- of what was counted
             counted TEXT NOT NULL      -- JSON: texts, and word -> how many of them
           )"""
    )


@steps()
def m011_figures(db: sqlite_utils.Database) -> None:
    """JSON, what is counted -> the highest figure beside the match."""
    db.execute("ALTER TABLE matches ADD COLUMN figures TEXT NOT NULL DEFAULT '{}'")


@steps()
def m012_pages(db: sqlite_utils.Database) -> None:
    """When an article's page is read again."""
    for statement in _statements("pages.sql"):
        db.execute(statement)


@steps()
def m013_assurance(db: sqlite_utils.Database) -> None:
    """Silence that means something: troubles told, canaries, how often news are usual."""
    for statement in _statements("assurance.sql"):
        db.execute(statement)


@steps()
def m014_whole_polls(db: sqlite_utils.Database) -> None:
    """Polls that were answered by a list, among all those that were answered by "not modified"."""
    db.execute("CREATE INDEX polls_whole ON polls (source_id, poll_id) WHERE outcome = 'ok'")


@steps()
def m015_digest_content(db: sqlite_utils.Database) -> None:
    """What a digest says, JSON; NULL where nobody is to get it."""
    db.execute("ALTER TABLE digests ADD COLUMN content TEXT")


@steps()
def m016_unknowns(db: sqlite_utils.Database) -> None:
    """How many whole articles of a source a rule could answer neither yes nor no."""
    db.execute(
        """CREATE TABLE unknowns (
             rule_id TEXT NOT NULL, source_id TEXT NOT NULL, items INTEGER NOT NULL,
             last_at INTEGER NOT NULL, PRIMARY KEY (rule_id, source_id)) WITHOUT ROWID"""
    )


@steps()
def m017_replay(db: sqlite_utils.Database) -> None:
    """How everything was when it was judged."""
    for statement in _statements("replay.sql"):
        db.execute(statement)


@steps()
def m018_stamped_ids(db: sqlite_utils.Database) -> None:
    """When a conversation was opened, as the ids of its messages hold it; NULL: they hold none,
    for the first of them went out before there was this column."""
    db.execute("ALTER TABLE conversations ADD COLUMN stamped_at INTEGER")


@steps()
def m019_unrouted(db: sqlite_utils.Database) -> None:
    """Whether an alert went to the default channel because no route matched it."""
    db.execute("ALTER TABLE alerts ADD COLUMN unrouted INTEGER NOT NULL DEFAULT 0")
    db.execute("CREATE INDEX alerts_unrouted ON alerts (raised_at) WHERE unrouted = 1")


@steps()
def m020_pauses(db: sqlite_utils.Database) -> None:
    """The pause between two requests that a host was asked with last; NULL: not known."""
    db.execute("ALTER TABLE hosts ADD COLUMN delay_ms INTEGER")


@steps()
def m021_intervals(db: sqlite_utils.Database) -> None:
    """Whether a source's interval is learned, and not the files'."""
    db.execute("ALTER TABLE sources ADD COLUMN every_is_learned INTEGER NOT NULL DEFAULT 0")


@steps()
def m022_reopened(db: sqlite_utils.Database) -> None:
    """The stories that take up a closed one, and the articles that went on from it."""
    db.execute("CREATE INDEX stories_follows ON stories (follows) WHERE follows IS NOT NULL")
    db.execute("CREATE INDEX joins_left ON joins (from_key) WHERE how = 'again'")


@steps()
def m023_version_texts(db: sqlite_utils.Database) -> None:
    """Versions with their texts: the newest reads as its article does, unless it has its own."""
    db.execute("""
        CREATE VIEW version_texts AS
        SELECT v.item_id, v.version, v.fingerprint, v.partial, v.seen_at, v.completed_at,
          iif(v.version = i.version AND v.title IS NULL AND v.body IS NULL, i.title, v.title)
            AS title,
          iif(v.version = i.version AND v.title IS NULL AND v.body IS NULL, i.body, v.body)
            AS body,
          v.teaser_title, v.teaser, v.fields, v.teaser_fields
        FROM versions v JOIN items i ON i.item_id = v.item_id""")


@steps()
def m024_entry_keys(db: sqlite_utils.Database) -> None:
    """Keys of entries begin with their source, of which each that showed the item may be theirs."""
    db.execute("""
        INSERT INTO item_keys (kind, key, item_id)
        SELECT k.kind, s.source_id || '/' || k.key, k.item_id
        FROM item_keys k JOIN sightings s ON s.item_id = k.item_id WHERE k.kind = 'entry'""")
    db.execute("DELETE FROM item_keys WHERE kind = 'entry' AND instr(key, '/') = 0")


def apply(connection: sqlite3.Connection) -> None:
    """Bring the database to the newest schema.  Safe when two processes start at once.

    Raises StoreError where a newer version has been at work: what its steps ask for we do not keep.
    """
    database = sqlite_utils.Database(connection)
    ours = {step.name for step in steps.pending(sqlite_utils.Database(memory=True))}
    strange = [step.name for step in steps.applied(database) if step.name not in ours]
    if strange:
        raise StoreError(
            f"a newer Wirewatch has changed the database ({', '.join(strange)}): run that version, "
            "or go back to a backup from before"
        )
    if not steps.pending(database):
        return
    # The library's own transaction is DEFERRED: two first starts would collide half-way.
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        steps.apply(database)


def _statements(name: str) -> list[str]:
    text = resources.files("monitor.store").joinpath(name).read_text(encoding="utf-8")
    statements, lines = [], ""
    for line in text.splitlines(keepends=True):
        lines += line
        if sqlite3.complete_statement(lines):
            statements.append(lines)
            lines = ""
    return statements
