-- Slow mode: seconds between two comments of one author, 0 = off; and since when the house itself
-- keeps it on because comments wait for long (Unix seconds).
ALTER TABLE article ADD COLUMN slow INTEGER NOT NULL DEFAULT 0;
ALTER TABLE article ADD COLUMN slowed REAL;
-- When an article was published or closed before.
CREATE INDEX decision_of_article ON decision (article, action);
