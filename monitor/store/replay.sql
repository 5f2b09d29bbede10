-- What a past window is judged again from, and what an alert is proved by.

-- Each time an item was judged, in its order; not among them are new items that no rule said yes to.
CREATE TABLE judgings (
  judging_id INTEGER PRIMARY KEY,
  item_id    INTEGER NOT NULL REFERENCES items,
  judged_at  INTEGER NOT NULL,
  change     TEXT,                      -- NULL: its page was asked for, and nobody waits for it any more
  body_state TEXT NOT NULL,             -- as it was then
  origin     TEXT                       -- so too, '' where it was not known; NULL: was not asked for
);

-- A story became part of another.  `stories` has only what came of it in the end.
CREATE TABLE merges (
  story_key TEXT NOT NULL,
  into_key  TEXT NOT NULL,
  merged_at INTEGER NOT NULL,
  PRIMARY KEY (story_key, merged_at)
) WITHOUT ROWID;

-- The story that an item left when it joined another.
ALTER TABLE joins ADD COLUMN from_key TEXT;

ALTER TABLE items ADD COLUMN merged_at INTEGER;

-- JSON, the other columns of the item as they were: where the next version changed them, and where
-- the version's own page did.
ALTER TABLE versions ADD COLUMN fields TEXT;
ALTER TABLE versions ADD COLUMN teaser_fields TEXT;

-- Rules as they were when they raised an alert, by their hash.
CREATE TABLE rule_versions (
  rule_hash TEXT PRIMARY KEY,           -- sha256 of:
  rule      TEXT NOT NULL               -- JSON
) WITHOUT ROWID;

-- What an alert was raised on, or judged by again; hashes are sha256 of JSON.
CREATE TABLE proofs (
  alert_id    TEXT PRIMARY KEY REFERENCES alerts,
  rule_hash   TEXT NOT NULL REFERENCES rule_versions,
  text_hash   TEXT NOT NULL,            -- title and body
  fields_hash TEXT NOT NULL,            -- everything else of the article
  closed      INTEGER NOT NULL          -- the text was all there would be
) WITHOUT ROWID;
