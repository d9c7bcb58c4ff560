-- Who asked to be forgotten, until everything of theirs is erased: comments up to this one.
CREATE TABLE forgetting (
    tag TEXT PRIMARY KEY,
    upto INTEGER NOT NULL,
    at REAL NOT NULL
) WITHOUT ROWID;
