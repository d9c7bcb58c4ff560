-- What readers reported, each reader (a tag) once for a comment.
CREATE TABLE report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    comment INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    reporter TEXT NOT NULL,                     -- tag
    revision INTEGER NOT NULL,                  -- the wording that was reported
    reason TEXT NOT NULL DEFAULT '',
    weight REAL NOT NULL,
    at REAL NOT NULL,
    outcome TEXT NOT NULL DEFAULT '',           -- '' open, agreed, disagreed, moot
    UNIQUE (comment, reporter)
);
CREATE INDEX report_open ON report (comment) WHERE outcome = '';
CREATE INDEX report_reporter ON report (reporter, at);
