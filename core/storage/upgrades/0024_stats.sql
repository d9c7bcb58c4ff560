-- For the numbers of the last days and of a month.
CREATE INDEX comment_posted ON comment (posted);
