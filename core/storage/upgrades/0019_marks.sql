-- Marks that moderators give: listed first, and pinned in every thread.
ALTER TABLE comment ADD COLUMN featured INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
