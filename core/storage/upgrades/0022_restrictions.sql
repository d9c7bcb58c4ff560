-- What an author may not do in a place by the platform's own means: a ban or a mute of ours there.
CREATE TABLE restriction (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    author TEXT NOT NULL,                       -- tag
    channel INTEGER NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    want TEXT NOT NULL,                         -- ban, mute: and until when, '' = as it was before
    have TEXT NOT NULL DEFAULT '',              -- what we have set, '?' = tried
    earlier TEXT,                               -- what stood there before, NULL = not read yet
    due REAL NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    dead INTEGER NOT NULL DEFAULT 0,            -- 1: the platform refused what is wanted
    outcome TEXT NOT NULL DEFAULT '',
    UNIQUE (author, channel)
);
CREATE INDEX restriction_open ON restriction (channel, due) WHERE want <> have AND dead = 0;
