-- The chain of decisions: see core/chain.py. Rows from before get their salt here and their links
-- when the program next looks at the log, because a link needs the key.
DROP TRIGGER decision_is_never_changed;
ALTER TABLE decision ADD COLUMN salt BLOB;                          -- NULL = erased
ALTER TABLE decision ADD COLUMN commitment TEXT NOT NULL DEFAULT '';
ALTER TABLE decision ADD COLUMN link TEXT NOT NULL DEFAULT '';      -- '' = not linked yet
UPDATE decision SET salt = randomblob(16);
CREATE INDEX decision_actor ON decision (publication, actor, id);
CREATE INDEX decision_article ON decision (article, id) WHERE article IS NOT NULL;
-- Two changes are let through: a row that has none gets its link, and what may tell of a person is
-- erased together with its salt.
CREATE TRIGGER decision_is_never_changed BEFORE UPDATE ON decision
WHEN NOT (
    NEW.id = OLD.id AND NEW.publication = OLD.publication AND NEW.action = OLD.action
    AND NEW.article IS OLD.article AND NEW.comment IS OLD.comment AND NEW.revision IS OLD.revision
    AND NEW.actor = OLD.actor AND NEW.actor_name = OLD.actor_name AND NEW.at = OLD.at
    AND NEW.undoes IS OLD.undoes AND NEW.token = OLD.token
    AND ((OLD.link = '' AND NEW.link <> '' AND OLD.commitment = '' AND NEW.salt IS OLD.salt
            AND NEW.author IS OLD.author AND NEW.reason = OLD.reason
            AND NEW.before = OLD.before AND NEW.after = OLD.after)
        OR (NEW.link = OLD.link AND OLD.link <> '' AND NEW.commitment = OLD.commitment
            AND OLD.salt IS NOT NULL AND NEW.salt IS NULL AND NEW.author IS NULL
            AND NEW.reason = '' AND NEW.before = '{}' AND NEW.after = '{}')))
BEGIN SELECT RAISE(ABORT, 'the log of decisions is append-only'); END;
