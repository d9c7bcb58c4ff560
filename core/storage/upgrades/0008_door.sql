-- What is attached to a comment that is not sent yet, and the album (a keyed hash) it is from.
ALTER TABLE door ADD COLUMN sealed BLOB;
ALTER TABLE door ADD COLUMN album TEXT NOT NULL DEFAULT '';
