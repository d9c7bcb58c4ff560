-- Where an author can be reached: the only place where a platform's identity is kept, and only
-- encrypted, under a key outside of the database.
CREATE TABLE address (
    tag TEXT NOT NULL,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,                      -- tell: what became of comments; ban: to be lifted
    platform TEXT NOT NULL,
    sealed BLOB NOT NULL,
    expires REAL,                               -- NULL = as long as a ban of ours stands there
    PRIMARY KEY (tag, publication, purpose)
) WITHOUT ROWID;
CREATE INDEX address_expires ON address (expires) WHERE expires IS NOT NULL;

-- What an author is told alone. It is marked as told before it is sent, so never sent twice.
CREATE TABLE told (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    author TEXT NOT NULL,                       -- tag
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,                         -- held, refused, or what was decided
    comment INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL DEFAULT 0,        -- of what is held or was refused by a check
    decision INTEGER NOT NULL DEFAULT 0,        -- 0 = the system's own
    state TEXT NOT NULL DEFAULT 'waiting',      -- waiting, told, refused, over
    due REAL NOT NULL,
    expires REAL NOT NULL,
    told_at REAL,
    token TEXT NOT NULL UNIQUE,                 -- random, for its buttons
    UNIQUE (comment, kind, revision, decision)
);
CREATE INDEX told_waiting ON told (platform, due) WHERE state = 'waiting';
CREATE INDEX told_author ON told (author, told_at);
CREATE INDEX told_expires ON told (expires);

-- Authors who want to be told nothing.
CREATE TABLE quiet (
    tag TEXT PRIMARY KEY,
    at REAL NOT NULL
) WITHOUT ROWID;

-- An author asks for a second look at what was decided, once for each decision.
CREATE TABLE appeal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    comment INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    decision INTEGER NOT NULL DEFAULT 0,        -- 0 = a check refused the comment
    author TEXT NOT NULL,                       -- tag
    text TEXT NOT NULL,                         -- in their own words
    at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',         -- open, upheld, denied
    token TEXT NOT NULL UNIQUE,                 -- random, for its buttons
    UNIQUE (comment, decision)
);
CREATE INDEX appeal_open ON appeal (publication, id) WHERE state = 'open';
CREATE INDEX appeal_author ON appeal (author);
CREATE INDEX decision_author ON decision (publication, author, id) WHERE author IS NOT NULL;

-- What the next words in the direct chat are: an appeal about this comment, against this decision.
ALTER TABLE door ADD COLUMN appeals INTEGER REFERENCES comment (id) ON DELETE CASCADE;
ALTER TABLE door ADD COLUMN decision INTEGER NOT NULL DEFAULT 0;
