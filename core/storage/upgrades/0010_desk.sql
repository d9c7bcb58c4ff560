-- Who reads a comment that waits, until when, and which of its lists of buttons is open on the
-- cards of desks where everybody sees the same buttons. Of that revision only.
CREATE TABLE claim (
    comment INTEGER PRIMARY KEY REFERENCES comment (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL,                        -- as in decision
    name TEXT NOT NULL,
    until REAL NOT NULL,
    menu TEXT NOT NULL DEFAULT ''               -- '' = none
);
CREATE INDEX claim_until ON claim (until);
