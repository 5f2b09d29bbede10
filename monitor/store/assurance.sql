-- What people were told of trouble of our own, and what the canary came to.

-- A row while people know of a trouble; it goes when they are told of its end.
CREATE TABLE troubles (
  subject TEXT PRIMARY KEY,             -- source:..., channel:..., canary, scheduler
  state   TEXT NOT NULL,                -- told again when it changes
  over    TEXT NOT NULL,                -- what its end will say
  channel TEXT,                         -- where it was told; NULL: on ops
  told_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO troubles (subject, state, over, told_at)
  SELECT 'source:' || source_id, 'failing', source_id || ' works again', trouble_told_at
  FROM sources WHERE trouble_told_at IS NOT NULL;
ALTER TABLE sources DROP COLUMN trouble_told_at;

-- One flight each; kept as long as polls.
CREATE TABLE canaries (
  canary_id INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,           -- when it was over
  ok        INTEGER NOT NULL,           -- all the way, and every channel lets us in
  stage     TEXT,                       -- where it fell: fetch, parse, store, match, route, render
  detail    TEXT,
  refused   TEXT NOT NULL               -- JSON, channel -> why it did not let us in
);

-- When something new came from a source: how often that is usual.
CREATE INDEX polls_with_news ON polls (source_id, polled_at) WHERE new_items > 0;
