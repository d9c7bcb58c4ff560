-- What its author marked of the comment that it answers: [comment, revision, start, end] as JSON,
-- '' = nothing.
ALTER TABLE comment ADD COLUMN marked TEXT NOT NULL DEFAULT '';
