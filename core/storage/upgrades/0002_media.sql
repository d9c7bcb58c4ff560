-- Bytes of what is attached to comments, in the spool: one row for each medium of a comment.
CREATE TABLE attachment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    comment INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    key TEXT NOT NULL,                          -- keyed hash of the platform's name for the bytes
    message TEXT NOT NULL DEFAULT '',           -- the person's message that it came with
    size INTEGER NOT NULL DEFAULT 0,            -- bytes, as told and then as kept
    sealed BLOB,                                -- by what it is fetched, NULL when that is over
    state TEXT NOT NULL,                        -- wanted, kept, lost, expired
    file TEXT NOT NULL DEFAULT '',              -- its name in the spool
    digest TEXT NOT NULL DEFAULT '',            -- keyed hash of the bytes, '' = never had
    why TEXT NOT NULL DEFAULT '',               -- why it is lost, in a word
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL DEFAULT 0,
    expires REAL NOT NULL,
    UNIQUE (comment, key)
);
CREATE INDEX attachment_wanted ON attachment (comment) WHERE state = 'wanted';
CREATE INDEX attachment_due ON attachment (due) WHERE state = 'wanted';
CREATE INDEX attachment_kept ON attachment (expires) WHERE state = 'kept';

-- What an album's pieces say, by the place of their message in the original: {"0": text}.
ALTER TABLE revision ADD COLUMN captions TEXT NOT NULL DEFAULT '{}';

-- Later pieces of an album find the comment by its album; until `gathers` it is not sent.
ALTER TABLE comment ADD COLUMN album TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN gathers REAL NOT NULL DEFAULT 0;
CREATE INDEX comment_album ON comment (channel, album) WHERE album <> '';
DELETE FROM cursor WHERE platform LIKE 'album:%';
