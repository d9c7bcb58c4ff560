-- Addresses that editors asked to publish, until their preview stands at the desk. tries: how often
-- reading began, so that one at which the program dies is given up.
CREATE TABLE asked (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    at REAL NOT NULL,
    UNIQUE (publication, url)
);
