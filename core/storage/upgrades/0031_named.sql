-- Finds the comments that name one that comes or goes.
CREATE INDEX revision_naming ON revision (comment, number) WHERE refers <> '[]';
