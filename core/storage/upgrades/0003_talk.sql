-- What the words of a comment name: [[start, end, comment, 1 where that made it a reply], ...].
ALTER TABLE revision ADD COLUMN refers TEXT NOT NULL DEFAULT '[]';

-- The platform's time of the newest change of the wording by its author: an older one that is
-- told late undoes nothing.
ALTER TABLE comment ADD COLUMN changed REAL NOT NULL DEFAULT 0;

-- How often each emoji stands under a message, as far as its platform told; never by whom.
CREATE TABLE reaction (
    message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    emoji TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (message, emoji)
) WITHOUT ROWID;
