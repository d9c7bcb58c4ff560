-- What is being decided on a wave, a part in each transaction. doing: the verb of the button, '' =
-- nothing. upto: the last place in the wave that it is about, or the press that is taken back.
-- past: the comment, or the decision, up to which it came. undo_until: when the card's Undo goes
-- (Unix seconds), NULL = it has none.
ALTER TABLE wave ADD COLUMN doing TEXT NOT NULL DEFAULT '';
ALTER TABLE wave ADD COLUMN upto INTEGER NOT NULL DEFAULT 0;
ALTER TABLE wave ADD COLUMN past INTEGER NOT NULL DEFAULT 0;
ALTER TABLE wave ADD COLUMN undo_until REAL;
CREATE INDEX wave_doing ON wave (publication) WHERE doing <> '';
CREATE INDEX wave_undo ON wave (undo_until) WHERE undo_until IS NOT NULL;
-- How many were ever folded into it, and the how manieth a comment was: a button decides on what
-- its card told of, whatever left or joined since.
ALTER TABLE wave ADD COLUMN joined INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;
UPDATE comment SET folded = (SELECT count(*) FROM comment o WHERE o.wave = comment.wave
    AND o.id <= comment.id) WHERE wave > 0;
UPDATE wave SET joined = (SELECT count(*) FROM comment c WHERE c.wave = wave.id AND c.wave > 0);
