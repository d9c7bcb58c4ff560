-- A number is never given twice: what is under way may still hold that of a row that is gone.
CREATE TABLE channel_numbered (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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
INSERT INTO channel_numbered SELECT * FROM channel;
DROP TABLE channel;
ALTER TABLE channel_numbered RENAME TO channel;
CREATE TRIGGER house_channel_insert AFTER INSERT ON channel
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_channel_update AFTER UPDATE ON channel
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_channel_delete AFTER DELETE ON channel
    BEGIN UPDATE house SET version = random(); END;

CREATE TABLE feed_numbered (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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
INSERT INTO feed_numbered SELECT * FROM feed;
DROP TABLE feed;
ALTER TABLE feed_numbered RENAME TO feed;

CREATE TABLE delivery_numbered (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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
INSERT INTO delivery_numbered SELECT * FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_numbered RENAME TO delivery;
CREATE INDEX delivery_open ON delivery (channel, due) WHERE want <> have;
CREATE INDEX delivery_article ON delivery (article, subject);

CREATE TABLE message_numbered (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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
INSERT INTO message_numbered SELECT * FROM message;
DROP TABLE message;
ALTER TABLE message_numbered RENAME TO message;
CREATE UNIQUE INDEX message_platform ON message (channel, platform_id)
    WHERE platform_id IS NOT NULL;
CREATE INDEX message_reply ON message (reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX message_open ON message (channel) WHERE tried_at IS NOT NULL;

CREATE TABLE parked_numbered (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel INTEGER NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    thread TEXT NOT NULL,
    announce_message TEXT NOT NULL DEFAULT '',  -- a forward whose send is not known yet
    sealed BLOB NOT NULL,                       -- the event
    expires REAL NOT NULL
);
INSERT INTO parked_numbered SELECT * FROM parked;
DROP TABLE parked;
ALTER TABLE parked_numbered RENAME TO parked;
CREATE INDEX parked_thread ON parked (channel, thread, id);

CREATE TABLE quarantine_numbered (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    key TEXT NOT NULL,
    sealed BLOB NOT NULL,
    error TEXT NOT NULL,
    at REAL NOT NULL,
    expires REAL NOT NULL,
    replay INTEGER NOT NULL DEFAULT 0,
    UNIQUE (platform, key)
);
INSERT INTO quarantine_numbered SELECT * FROM quarantine;
DROP TABLE quarantine;
ALTER TABLE quarantine_numbered RENAME TO quarantine;
