-- How much about a comment's newest wording is doubtful, 0 to 1: what waits is ordered by it.
ALTER TABLE comment ADD COLUMN risk REAL NOT NULL DEFAULT 0;

-- Words and domains that a publication's moderators listed.
CREATE TABLE word (
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                         -- banned, suspect, allow, deny (the latter: domains)
    language TEXT NOT NULL DEFAULT '',          -- '' = every language
    entry TEXT NOT NULL,                        -- "word", "begin*", "two words", "example.org"
    PRIMARY KEY (publication, kind, language, entry)
) WITHOUT ROWID;
-- What was made of the lists holds as long as this is the same; as `house.version`. 0 = no lists.
ALTER TABLE house ADD COLUMN words INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER house_word_insert AFTER INSERT ON word
    BEGIN UPDATE house SET words = random(); END;
CREATE TRIGGER house_word_update AFTER UPDATE ON word
    BEGIN UPDATE house SET words = random(); END;
CREATE TRIGGER house_word_delete AFTER DELETE ON word
    BEGIN UPDATE house SET words = random(); END;

-- What a comment's newest wording is like, by keyed hashes: two of which a quarter of the bands
-- is the same may be alike, two of whose prints most quarter bytes are the same are.
CREATE TABLE likeness (
    comment INTEGER PRIMARY KEY REFERENCES comment (id) ON DELETE CASCADE,
    publication INTEGER NOT NULL,
    at REAL NOT NULL,
    print INTEGER NOT NULL,
    band1 INTEGER NOT NULL,
    band2 INTEGER NOT NULL,
    band3 INTEGER NOT NULL,
    band4 INTEGER NOT NULL
);
CREATE INDEX likeness_band1 ON likeness (band1, comment);
CREATE INDEX likeness_band2 ON likeness (band2, comment);
CREATE INDEX likeness_band3 ON likeness (band3, comment);
CREATE INDEX likeness_band4 ON likeness (band4, comment);
CREATE INDEX likeness_age ON likeness (at);

-- What decisions taught: which wording of which comment is good or bad. Never its words.
CREATE TABLE lesson (
    comment INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    label TEXT NOT NULL,                        -- good, bad
    PRIMARY KEY (comment, revision)
) WITHOUT ROWID;
-- In how many good and bad wordings something stands, by a keyed hash of it; feature 0: all.
CREATE TABLE learned (
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    feature INTEGER NOT NULL,
    good INTEGER NOT NULL DEFAULT 0,
    bad INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (publication, feature)
) WITHOUT ROWID;
