-- Times are Unix seconds (UTC). Ids of platforms are opaque text. JSON is compact text.

CREATE TABLE publication (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    tagline TEXT NOT NULL DEFAULT '',
    languages TEXT NOT NULL DEFAULT 'en',       -- comma separated, the first is the default
    zone TEXT NOT NULL DEFAULT 'UTC',
    mode TEXT NOT NULL DEFAULT 'held',          -- open, new, held, held-soft
    new_after INTEGER NOT NULL DEFAULT 2,       -- published comments after which 'new' lets through
    policy TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL
);

CREATE TABLE feed (
    id INTEGER PRIMARY KEY,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    etag TEXT NOT NULL DEFAULT '',
    modified TEXT NOT NULL DEFAULT '',
    next_at REAL NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    baseline INTEGER NOT NULL DEFAULT 1,        -- 1 until the first poll was stored
    publish_last INTEGER NOT NULL DEFAULT 0,    -- entries of the first poll that are published
    moved_to TEXT NOT NULL DEFAULT '',
    moved_seen INTEGER NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT '',
    failing_since REAL,
    gone INTEGER NOT NULL DEFAULT 0,            -- 410: not asked again
    moved INTEGER NOT NULL DEFAULT 0,           -- 1: somebody agreed that it moved
    UNIQUE (publication, url)
);

CREATE TABLE channel (
    id INTEGER PRIMARY KEY,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    platform TEXT NOT NULL,
    place TEXT NOT NULL,
    purpose TEXT NOT NULL,                      -- announce, discuss, desk
    kind TEXT NOT NULL,                         -- as Inspection.kind
    title TEXT NOT NULL DEFAULT '',
    names TEXT NOT NULL DEFAULT 'named',        -- named, anonymous
    way TEXT NOT NULL DEFAULT 'chat',           -- chat, door
    style TEXT NOT NULL DEFAULT '',
    announce INTEGER REFERENCES channel (id),   -- the announce channel whose forwards open threads
    link TEXT NOT NULL DEFAULT '',
    dead TEXT NOT NULL DEFAULT '',              -- why nothing can be sent there, '' = alive
    UNIQUE (platform, place)
);

CREATE TABLE connect_code (
    code TEXT PRIMARY KEY,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,                      -- announce, discuss, desk, moderator
    options TEXT NOT NULL DEFAULT '{}',
    expires REAL NOT NULL
);

CREATE TABLE moderator (
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (publication, tag)
);

CREATE TABLE article (
    id INTEGER PRIMARY KEY,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    feed INTEGER REFERENCES feed (id) ON DELETE SET NULL,
    link TEXT NOT NULL DEFAULT '',
    headline TEXT NOT NULL,
    deck TEXT NOT NULL DEFAULT '',
    byline TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL DEFAULT '""',            -- Rich.dump as JSON
    images TEXT NOT NULL DEFAULT '[]',          -- [[url, alt], ...]
    labels TEXT NOT NULL DEFAULT '[]',
    language TEXT NOT NULL DEFAULT '',
    published REAL,
    updated REAL,
    digest TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL,                        -- known, draft, published, withdrawn
    reason TEXT NOT NULL DEFAULT '',
    mode TEXT NOT NULL DEFAULT '',              -- '' = the publication's
    locked INTEGER NOT NULL DEFAULT 0,          -- 1 locked, 2 closed for good
    comments INTEGER NOT NULL DEFAULT 0,        -- the highest comment number given
    token TEXT NOT NULL UNIQUE,                 -- random, for buttons
    names_key TEXT NOT NULL,                    -- hex key of this thread's pseudonyms
    missing_checks INTEGER NOT NULL DEFAULT 0,
    check_at REAL,                              -- when to ask for the permalink again
    created REAL NOT NULL
);
CREATE INDEX article_link ON article (publication, link);
CREATE INDEX article_check ON article (check_at) WHERE check_at IS NOT NULL;

CREATE TABLE article_key (
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    PRIMARY KEY (publication, key)
);
CREATE INDEX article_key_article ON article_key (article);

CREATE TABLE thread (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    channel INTEGER NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    place TEXT NOT NULL,
    link TEXT NOT NULL DEFAULT '',
    dead INTEGER NOT NULL DEFAULT 0,
    UNIQUE (article, channel),
    UNIQUE (channel, place)
);

CREATE TABLE author (
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    published INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    standing TEXT NOT NULL DEFAULT 'ordinary',  -- trusted, ordinary, premoderated, muted, banned
    until REAL,                                 -- end of a mute
    PRIMARY KEY (publication, tag)
);

CREATE TABLE comment (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    parent INTEGER REFERENCES comment (id),
    author TEXT NOT NULL,                       -- tag
    name TEXT NOT NULL,
    channel INTEGER REFERENCES channel (id),    -- where it was written
    platform TEXT NOT NULL,
    way TEXT NOT NULL,                          -- chat, door
    language TEXT NOT NULL DEFAULT '',
    posted REAL NOT NULL,
    state TEXT NOT NULL,                        -- held, published, rejected, removed, withdrawn
    revision INTEGER NOT NULL DEFAULT 1,        -- the latest
    shown INTEGER NOT NULL DEFAULT 0,           -- the revision that may be read, 0 = none
    soft INTEGER NOT NULL DEFAULT 0,            -- 1: the original stays where it was written
    token TEXT NOT NULL UNIQUE,                 -- random, for cards and doors
    UNIQUE (article, number)
);
CREATE INDEX comment_held ON comment (article, id) WHERE state = 'held';
CREATE INDEX comment_author ON comment (author, id);
CREATE INDEX comment_parent ON comment (parent) WHERE parent IS NOT NULL;

CREATE TABLE revision (
    comment INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,                         -- Rich.dump as JSON
    attachments TEXT NOT NULL DEFAULT '[]',
    verdicts TEXT NOT NULL DEFAULT '[]',
    at REAL NOT NULL,
    PRIMARY KEY (comment, number)
) WITHOUT ROWID;

CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    article INTEGER REFERENCES article (id) ON DELETE CASCADE,
    comment INTEGER REFERENCES comment (id) ON DELETE CASCADE,
    revision INTEGER,
    author TEXT,
    actor TEXT NOT NULL,                        -- tag, 'cli', or 'admin' (an anonymous one)
    actor_name TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    at REAL NOT NULL,
    before TEXT NOT NULL DEFAULT '{}',          -- what undoing restores
    after TEXT NOT NULL DEFAULT '{}',           -- what must still stand for that
    undoes INTEGER REFERENCES decision (id),
    token TEXT NOT NULL UNIQUE
);
CREATE INDEX decision_comment ON decision (comment, id);
CREATE INDEX decision_recent ON decision (publication, id);
CREATE UNIQUE INDEX decision_undone ON decision (undoes) WHERE undoes IS NOT NULL;
-- The log is only ever added to; an undo is a row of its own.
CREATE TRIGGER decision_is_never_changed BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'the log of decisions is append-only'); END;
CREATE TRIGGER decision_is_never_removed BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'the log of decisions is append-only'); END;

CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    key TEXT NOT NULL,                          -- told once for each key
    text TEXT NOT NULL,                         -- Rich.dump as JSON
    at REAL NOT NULL,
    UNIQUE (publication, key)
);

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,                      -- article, comment, card, queue, notice, draft
    subject_id INTEGER NOT NULL,
    channel INTEGER NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    role TEXT NOT NULL DEFAULT 'copy',          -- origin, copy
    article INTEGER REFERENCES article (id) ON DELETE CASCADE,
    rank INTEGER NOT NULL DEFAULT 0,            -- the comment's number: order inside a thread
    want INTEGER NOT NULL DEFAULT 0,
    have INTEGER NOT NULL DEFAULT 0,
    raised INTEGER NOT NULL DEFAULT 0,          -- the highest value that want ever had
    shown_revision INTEGER NOT NULL DEFAULT 0,  -- what want stands for; -1 = a placeholder
    due REAL NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT '',
    dead_want INTEGER,
    gone INTEGER NOT NULL DEFAULT 0,            -- 1: removed by a person, never sent again
    UNIQUE (subject, subject_id, channel, role)
);
CREATE INDEX delivery_open ON delivery (channel, due) WHERE want <> have;
CREATE INDEX delivery_article ON delivery (article, subject);

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    sender TEXT NOT NULL DEFAULT '',            -- '' the bot, 'person', or a webhook
    platform_id TEXT,                           -- NULL until the platform told it
    kind TEXT NOT NULL DEFAULT 'message',
    have_hash TEXT NOT NULL DEFAULT '',
    tried_hash TEXT NOT NULL DEFAULT '',
    tried_at REAL,                              -- set while the outcome of a call is open
    sent_at REAL,
    link TEXT NOT NULL DEFAULT '',              -- a public address, where it has one
    reply_to INTEGER REFERENCES message (id) ON DELETE SET NULL,
    nonce TEXT NOT NULL DEFAULT '',
    doubtful INTEGER NOT NULL DEFAULT 0         -- 1: may exist although it was given up
);
CREATE UNIQUE INDEX message_platform ON message (channel, platform_id)
    WHERE platform_id IS NOT NULL;

CREATE TABLE shows (
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    position INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (delivery, position, message)
) WITHOUT ROWID;
CREATE INDEX shows_message ON shows (message);
CREATE INDEX message_reply ON message (reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX message_open ON message (channel) WHERE tried_at IS NOT NULL;

CREATE TABLE setting (
    thread INTEGER NOT NULL REFERENCES thread (id) ON DELETE CASCADE,
    name TEXT NOT NULL,                         -- locked, archived
    want TEXT NOT NULL,
    have TEXT NOT NULL DEFAULT '',
    due REAL NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (thread, name)
);
CREATE INDEX setting_open ON setting (due) WHERE want <> have;

CREATE TABLE parked (
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    thread TEXT NOT NULL,
    announce_message TEXT NOT NULL DEFAULT '',  -- a forward whose send is not known yet
    sealed BLOB NOT NULL,                       -- the event
    expires REAL NOT NULL
);
CREATE INDEX parked_thread ON parked (channel, thread, id);

CREATE TABLE door (
    tag TEXT PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    article INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    parent INTEGER REFERENCES comment (id),
    edits INTEGER REFERENCES comment (id),
    text TEXT NOT NULL DEFAULT '""',
    expires REAL NOT NULL
);

CREATE TABLE handled (
    key TEXT PRIMARY KEY,                       -- a hash of what was invoked, once
    at REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    key TEXT NOT NULL,
    sealed BLOB NOT NULL,
    error TEXT NOT NULL,
    at REAL NOT NULL,
    expires REAL NOT NULL,
    UNIQUE (platform, key)
);

CREATE TABLE cursor (
    platform TEXT NOT NULL,
    place TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (platform, place)
);

-- One row, whose version changes with every change to the publications, channels and moderators,
-- whoever makes it: what was read of them holds as long as it is the same. By chance and not by
-- counting, so that what a transaction that was rolled back had read is never taken for current.
CREATE TABLE house (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
);
INSERT INTO house (id, version) VALUES (1, random());
CREATE TRIGGER house_publication_insert AFTER INSERT ON publication
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_publication_update AFTER UPDATE ON publication
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_publication_delete AFTER DELETE ON publication
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_channel_insert AFTER INSERT ON channel
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_channel_update AFTER UPDATE ON channel
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_channel_delete AFTER DELETE ON channel
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_moderator_insert AFTER INSERT ON moderator
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_moderator_update AFTER UPDATE ON moderator
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_moderator_delete AFTER DELETE ON moderator
    BEGIN UPDATE house SET version = random(); END;
