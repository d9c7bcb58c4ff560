-- Held comments that say nearly the same, folded into one card. shown: how many of them it shows.
CREATE TABLE wave (
    id INTEGER PRIMARY KEY,
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    token TEXT NOT NULL UNIQUE,                 -- random, for its buttons
    shown INTEGER NOT NULL DEFAULT 3,
    acts INTEGER NOT NULL DEFAULT 0             -- how often something was decided on it
);
-- NULL = not looked at yet; 0 = alone; else the wave in whose card it is.
ALTER TABLE comment ADD COLUMN wave INTEGER;
CREATE INDEX comment_unfolded ON comment (publication, id) WHERE state = 'held' AND wave IS NULL;
CREATE INDEX comment_wave ON comment (wave, id) WHERE wave > 0;
CREATE TRIGGER comment_reworded AFTER UPDATE OF revision ON comment
    WHEN NEW.revision <> OLD.revision AND OLD.wave IS NOT NULL
BEGIN
    UPDATE comment SET wave = NULL WHERE id = NEW.id;
END;
-- What one press decided, so that one press takes it back.
CREATE TABLE wave_act (
    wave INTEGER NOT NULL REFERENCES wave (id) ON DELETE CASCADE,
    act INTEGER NOT NULL,
    decision INTEGER NOT NULL REFERENCES decision (id),
    PRIMARY KEY (wave, act, decision)
) WITHOUT ROWID;
