-- What an article's own page answered last, and when it is read again; only of items whose body is full.
CREATE TABLE pages (
  item_id       INTEGER PRIMARY KEY REFERENCES items,
  source_id     TEXT NOT NULL REFERENCES sources,
  site          TEXT NOT NULL,
  told          INTEGER NOT NULL,       -- an alert speaks of it: it goes first
  rereads       INTEGER NOT NULL DEFAULT 0,  -- since it was last read because something had changed
  reread_at     INTEGER,                -- NULL: never again
  asked_at      INTEGER,                -- when it was last handed out to be read again
  etag          TEXT,                   -- validators, verbatim
  last_modified TEXT,
  body_hash     TEXT,
  doubted       TEXT                    -- fingerprint of a far shorter text, believed when it is there again
);
CREATE INDEX pages_due ON pages (told, reread_at) WHERE reread_at IS NOT NULL;
CREATE INDEX pages_waiting ON pages (source_id) WHERE reread_at IS NOT NULL;
CREATE INDEX pages_asked ON pages (site, asked_at) WHERE asked_at IS NOT NULL;
