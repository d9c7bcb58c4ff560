-- The article to whose conversation this one's belongs, where it was published twice.
ALTER TABLE article ADD COLUMN merged INTEGER REFERENCES article (id);
-- 1: the message stands in another thread than its comment belongs to by now, and goes.
ALTER TABLE message ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0;
