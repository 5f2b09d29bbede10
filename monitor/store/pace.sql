-- Alerts that are not told at once: the channel's next summary has them.
CREATE TABLE holds (
  alert_id  TEXT NOT NULL REFERENCES alerts,
  channel   TEXT NOT NULL,
  why       TEXT NOT NULL,              -- low, demoted, late, cap, updates, silenced, quiet, acked
  detail    TEXT,                       -- the word, the silence's id, the cap
  held_at   INTEGER NOT NULL,
  digest_id TEXT REFERENCES digests,    -- the summary that has it
  PRIMARY KEY (alert_id, channel)
) WITHOUT ROWID;
CREATE INDEX holds_open ON holds (channel, held_at) WHERE digest_id IS NULL;
CREATE INDEX holds_by_silence ON holds (detail) WHERE why = 'silenced';
CREATE INDEX holds_by_digest ON holds (digest_id) WHERE digest_id IS NOT NULL;

-- A summary for one channel: one a local day and kind.
CREATE TABLE digests (
  digest_id  TEXT PRIMARY KEY,          -- sha256(channel, kind, day)[:16]
  channel    TEXT NOT NULL,
  kind       TEXT NOT NULL,             -- daily, quiet, asked
  day        TEXT NOT NULL,             -- the local date, 2026-11-22; more behind it where a day has several
  covers_from INTEGER NOT NULL,
  covers_to  INTEGER NOT NULL,
  UNIQUE (channel, kind, day)
) WITHOUT ROWID;
CREATE INDEX digests_by_time ON digests (channel, covers_to);

CREATE TABLE silences (
  silence_id TEXT PRIMARY KEY,
  matchers   TEXT NOT NULL,             -- JSON list of [label, operator, value]
  query      TEXT,                      -- what the article must say, in the rule language
  author     TEXT NOT NULL,
  reason     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL           -- moved forward when it is expired by hand
) WITHOUT ROWID;

CREATE INDEX silences_by_end ON silences (ends_at);

-- Seen: a story's messages wait until there is something new, or until a time.
CREATE TABLE acks (
  story_key TEXT NOT NULL,
  acked_at  INTEGER NOT NULL,
  until_at  INTEGER,                    -- NULL: until new information
  author    TEXT NOT NULL,
  PRIMARY KEY (story_key, acked_at)
) WITHOUT ROWID;

-- For the caps: how many were opened within the hour.
CREATE INDEX conversations_by_time ON conversations (channel, opened_at);
