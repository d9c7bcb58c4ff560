-- The publication of a comment's article, so that what waits can be read in its order.
ALTER TABLE comment ADD COLUMN publication INTEGER NOT NULL DEFAULT 0;
-- 1: something else than the mode of the place or the standing of the author holds it.
ALTER TABLE comment ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0;
UPDATE comment SET publication = (SELECT publication FROM article a WHERE a.id = comment.article);
CREATE INDEX comment_waiting ON comment (publication, withheld DESC, risk DESC, id)
    WHERE state = 'held';
CREATE INDEX comment_oldest ON comment (publication, id) WHERE state = 'held';

-- How many comments of each kind wait, kept by the triggers below.
CREATE TABLE waiting (
    publication INTEGER NOT NULL,
    withheld INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (publication, withheld)
) WITHOUT ROWID;
INSERT INTO waiting (publication, withheld, n)
    SELECT publication, 0, count(*) FROM comment WHERE state = 'held' GROUP BY publication;

CREATE TRIGGER comment_belongs AFTER INSERT ON comment WHEN NEW.publication = 0
BEGIN
    UPDATE comment SET publication = (SELECT publication FROM article WHERE id = NEW.article)
        WHERE id = NEW.id;
END;
CREATE TRIGGER comment_waits AFTER INSERT ON comment
    WHEN NEW.state = 'held' AND NEW.publication <> 0
BEGIN
    INSERT INTO waiting (publication, withheld, n) VALUES (NEW.publication, NEW.withheld, 1)
        ON CONFLICT (publication, withheld) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER comment_waits_otherwise AFTER UPDATE OF state, withheld, publication ON comment
    WHEN (OLD.state = 'held') <> (NEW.state = 'held') OR OLD.withheld <> NEW.withheld
        OR OLD.publication <> NEW.publication
BEGIN
    UPDATE waiting SET n = n - 1 WHERE OLD.state = 'held' AND publication = OLD.publication
        AND withheld = OLD.withheld;
    INSERT INTO waiting (publication, withheld, n) SELECT NEW.publication, NEW.withheld, 1
        WHERE NEW.state = 'held'
        ON CONFLICT (publication, withheld) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER comment_waits_no_more AFTER DELETE ON comment WHEN OLD.state = 'held'
BEGIN
    UPDATE waiting SET n = n - 1 WHERE publication = OLD.publication AND withheld = OLD.withheld;
END;

-- A card's delivery says whether its comment still waits: 1, or 2 once it is decided.
UPDATE delivery SET shown_revision = 2 WHERE subject = 'card' AND want > 0 AND NOT EXISTS (
    SELECT 1 FROM comment c WHERE c.id = delivery.subject_id AND c.state = 'held');
CREATE INDEX delivery_open_card ON delivery (channel, subject_id)
    WHERE subject = 'card' AND shown_revision = 1 AND want > 0;
