-- Everything Wirewatch remembers; what was added since is in migrations.py.  Times are UTC epoch milliseconds and end in _at; JSON columns say so.
-- Portable on purpose: no rowid tricks, no triggers; the statements live beside the functions that run them.

-- A place we poll.  What is configured lives in the files; here is what happened.
CREATE TABLE sources (
  source_id        TEXT PRIMARY KEY,
  kind             TEXT NOT NULL,
  url              TEXT NOT NULL,
  section          TEXT,                -- the one section that a network source watches
  managed_by       TEXT NOT NULL,       -- file, or adhoc from the command line
  retired_at       INTEGER,             -- left the file; its history stays
  paused_in_file   INTEGER NOT NULL DEFAULT 0,
  paused_at        INTEGER,             -- `sources pause`
  every_seconds    INTEGER NOT NULL,
  baseline_at      INTEGER,             -- first successful poll, which told nothing
  etag             TEXT,                -- validators, verbatim, written only together with the items
  last_modified    TEXT,
  body_hash        TEXT,
  whole_at         INTEGER,             -- last answer with a body: one unconditional request a day
  next_poll_at     INTEGER NOT NULL,
  last_poll_at     INTEGER,
  last_success_at  INTEGER,
  last_new_item_at INTEGER,
  failures         INTEGER NOT NULL DEFAULT 0,
  failing_since_at INTEGER,
  trouble_told_at  INTEGER,             -- ops was told; the next change of state tells again
  reason           TEXT,
  detail           TEXT,
  guids_unstable   INTEGER NOT NULL DEFAULT 0,
  lease_token      TEXT,
  lease_holder     TEXT,
  lease_until      INTEGER
);
CREATE INDEX sources_due ON sources (next_poll_at);

CREATE TABLE polls (
  poll_id    INTEGER PRIMARY KEY,
  source_id  TEXT NOT NULL REFERENCES sources,
  polled_at  INTEGER NOT NULL,
  outcome    TEXT NOT NULL,             -- ok, not_modified, failed
  reason     TEXT,
  detail     TEXT,
  status     INTEGER,
  items      INTEGER NOT NULL,
  new_items  INTEGER NOT NULL,
  skipped    INTEGER NOT NULL,
  bytes      INTEGER NOT NULL
);
CREATE INDEX polls_by_source ON polls (source_id, poll_id);

-- One article, its newest state.  item_id is the order of arrival.
CREATE TABLE items (
  item_id             INTEGER PRIMARY KEY,
  source_id           TEXT NOT NULL REFERENCES sources,   -- who showed it first
  url                 TEXT NOT NULL,
  canonical_url       TEXT,
  guid                TEXT,
  site                TEXT,
  title               TEXT,
  byline              TEXT,
  authors             TEXT NOT NULL,    -- JSON list
  place               TEXT,
  wire                TEXT,
  published_at        INTEGER,
  published_precision TEXT,
  published_day       TEXT,             -- as printed, where only a date is known
  updated_at          INTEGER,
  updated_precision   TEXT,
  updated_day         TEXT,
  section             TEXT,
  lang                TEXT,
  body                TEXT,
  partial             INTEGER NOT NULL, -- body is a teaser
  image               TEXT,
  side_stories        TEXT NOT NULL,    -- JSON list of {headline, dateline, text}
  tags                TEXT NOT NULL,    -- JSON list
  version             INTEGER NOT NULL,
  fingerprint         TEXT NOT NULL,    -- of title and body as they stand here
  story_key           TEXT NOT NULL,
  first_seen_at       INTEGER NOT NULL,
  changed_at          INTEGER NOT NULL,
  news_at             INTEGER,          -- first sighting that is not baseline
  body_state          TEXT NOT NULL,    -- wanted, full, none, gave_up
  body_try_at         INTEGER,
  body_tries          INTEGER NOT NULL DEFAULT 0,
  body_reason         TEXT,             -- why the page could not be read
  merged_into_id      INTEGER REFERENCES items,
  lease_token         TEXT,
  lease_holder        TEXT,
  lease_until         INTEGER
);
CREATE INDEX items_wanted ON items (body_try_at) WHERE body_state = 'wanted';
CREATE INDEX items_story ON items (story_key);
CREATE INDEX items_merged ON items (merged_into_id) WHERE merged_into_id IS NOT NULL;

-- What tells an item again: network, url, guid (within its source), declared, entry.
CREATE TABLE item_keys (
  kind    TEXT NOT NULL,
  key     TEXT NOT NULL,
  item_id INTEGER NOT NULL REFERENCES items,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX item_keys_by_item ON item_keys (item_id);

-- Every state of an item's text that was ever here.  The newest has its title and body in items, and here as well
-- only where an alert was raised on it: read version_texts.
CREATE TABLE versions (
  item_id     INTEGER NOT NULL REFERENCES items,
  version     INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  title       TEXT,
  body        TEXT,
  partial     INTEGER NOT NULL, -- waits for its article page
  seen_at     INTEGER NOT NULL,
  completed_at INTEGER,         -- its page came; until then it read:
  teaser_title TEXT,
  teaser       TEXT,
  PRIMARY KEY (item_id, version)
) WITHOUT ROWID;

-- Which source showed it, and what exactly: an edit is a change against the same source's own last showing.
CREATE TABLE sightings (
  item_id      INTEGER NOT NULL REFERENCES items,
  source_id    TEXT NOT NULL REFERENCES sources,
  seen_at      INTEGER NOT NULL,
  baseline     INTEGER NOT NULL,
  listed       INTEGER NOT NULL,        -- 0: only a candidate, until its page says it is of the section
  fingerprint  TEXT NOT NULL,
  guid         TEXT,
  guid_changes INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (item_id, source_id)
) WITHOUT ROWID;

-- Rules that said yes, also where nobody was told; `verdict` says why.
CREATE TABLE matches (
  item_id      INTEGER NOT NULL REFERENCES items,
  rule_id      TEXT NOT NULL,
  version      INTEGER NOT NULL,
  partial      INTEGER NOT NULL,
  rule_version TEXT NOT NULL,
  spans        TEXT NOT NULL,           -- JSON list of [field, start, end]
  verdict      TEXT NOT NULL,
  error        TEXT,
  matched_at   INTEGER NOT NULL,
  PRIMARY KEY (item_id, rule_id, version, partial)
) WITHOUT ROWID;
CREATE INDEX matches_by_rule ON matches (rule_id, item_id);

CREATE TABLE alerts (
  alert_id   TEXT PRIMARY KEY,          -- sha256(rule, story_key, occasion)[:16]
  rule_id    TEXT NOT NULL,
  item_id    INTEGER NOT NULL REFERENCES items,
  story_key  TEXT NOT NULL,
  occasion   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  severity   TEXT NOT NULL,
  spans      TEXT NOT NULL,
  late       INTEGER NOT NULL,
  partial    INTEGER NOT NULL,
  version    INTEGER NOT NULL,
  raised_at  INTEGER NOT NULL,
  judged_at  INTEGER NOT NULL,          -- when the spans were found
  UNIQUE (rule_id, story_key, occasion)
);
CREATE INDEX alerts_by_item ON alerts (item_id);
CREATE INDEX alerts_by_time ON alerts (raised_at);

-- One channel's messages about one subject: a story, or trouble of our own.
CREATE TABLE conversations (
  conversation_id TEXT PRIMARY KEY,     -- sha256(channel, subject)[:16]
  channel         TEXT NOT NULL,
  subject         TEXT NOT NULL,        -- story key, ops:..., test:...
  opened_at       INTEGER NOT NULL,
  UNIQUE (channel, subject)
);
CREATE INDEX conversations_by_subject ON conversations (subject);

-- The outbox: one owed sending, written in the transaction that stored the match.
CREATE TABLE deliveries (
  delivery_id     INTEGER PRIMARY KEY,
  conversation_id TEXT NOT NULL REFERENCES conversations,
  channel         TEXT NOT NULL,
  recipient       TEXT NOT NULL,
  revision        INTEGER NOT NULL,
  kind            TEXT NOT NULL,        -- alert, ops, test, digest
  notice          TEXT,                 -- JSON of an ops notice
  state           TEXT NOT NULL,        -- waiting, sent, dead, withdrawn
  created_at      INTEGER NOT NULL,
  try_at          INTEGER NOT NULL,
  give_up_at      INTEGER NOT NULL,
  sent_at         INTEGER,
  tries           INTEGER NOT NULL DEFAULT 0,
  message_id      TEXT,
  lease_token     TEXT,
  lease_holder    TEXT,
  lease_until     INTEGER,
  UNIQUE (conversation_id, recipient, revision)
);
CREATE INDEX deliveries_due ON deliveries (channel, try_at) WHERE state = 'waiting';

CREATE TABLE delivery_alerts (
  delivery_id INTEGER NOT NULL REFERENCES deliveries,
  alert_id    TEXT NOT NULL REFERENCES alerts,
  PRIMARY KEY (delivery_id, alert_id)
) WITHOUT ROWID;
CREATE INDEX delivery_alerts_by_alert ON delivery_alerts (alert_id);

CREATE TABLE attempts (
  attempt_id  INTEGER PRIMARY KEY,
  delivery_id INTEGER NOT NULL REFERENCES deliveries,
  tried_at    INTEGER NOT NULL,
  result      TEXT NOT NULL,            -- accepted, later, message_refused, channel_refused
  detail      TEXT,
  answer      TEXT,                     -- the other side's own words
  message_id  TEXT
);
CREATE INDEX attempts_by_delivery ON attempts (delivery_id);

-- A channel is here while it is paused.
CREATE TABLE paused_channels (
  channel   TEXT PRIMARY KEY,
  paused_at INTEGER NOT NULL,
  try_at    INTEGER NOT NULL,
  detail    TEXT NOT NULL
);

-- Politeness, shared by all processes.
CREATE TABLE hosts (
  host         TEXT PRIMARY KEY,
  next_slot_at INTEGER NOT NULL
);
CREATE TABLE robots (
  origin     TEXT PRIMARY KEY,
  fetched_at INTEGER NOT NULL,
  status     INTEGER NOT NULL,
  body       BLOB NOT NULL
);

-- What was configured when, so that a past window can be judged again.
CREATE TABLE config_versions (
  config_version TEXT PRIMARY KEY,
  loaded_at      INTEGER NOT NULL,
  rules          TEXT NOT NULL          -- JSON list of {id, version, query, severity}
);

-- The running daemon, one row while it runs.
CREATE TABLE daemon (
  one            INTEGER PRIMARY KEY CHECK (one = 1),
  pid            INTEGER NOT NULL,
  started_at     INTEGER NOT NULL,
  beat_at        INTEGER NOT NULL,
  config_version TEXT NOT NULL,
  reloaded_at    INTEGER,               -- the last reload, taken or refused
  reload_error   TEXT                   -- why it was refused
);
