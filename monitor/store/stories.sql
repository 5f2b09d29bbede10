-- Stories: a row from the first join or the first match on; until then an item's own key says it all.
CREATE TABLE stories (
  story_key   TEXT PRIMARY KEY,         -- the founding item's key, never used again
  founded_at  INTEGER NOT NULL,
  active_at   INTEGER NOT NULL,         -- an item came in last
  matched_at  INTEGER,                  -- a rule said yes to one of its items last
  merged_into TEXT REFERENCES stories,
  follows     TEXT                      -- the closed story that this one takes up again
) WITHOUT ROWID;
CREATE INDEX stories_merged ON stories (merged_into) WHERE merged_into IS NOT NULL;

-- An item came into a story that it did not found, or was taken out by hand: its way, oldest first.
CREATE TABLE joins (
  item_id   INTEGER NOT NULL REFERENCES items,
  joined_at INTEGER NOT NULL,
  story_key TEXT NOT NULL,
  how       TEXT NOT NULL,              -- copy, event, hand, again
  why       TEXT NOT NULL,              -- JSON: what it was told by
  PRIMARY KEY (item_id, joined_at, story_key)
) WITHOUT ROWID;
CREATE INDEX joins_by_story ON joins (story_key, joined_at);
