-- What is asked when a comment comes in stands in the index itself.
DROP INDEX comment_author;
CREATE INDEX comment_author ON comment (author, id, publication, article, posted, state);
DROP INDEX likeness_band1;
DROP INDEX likeness_band2;
DROP INDEX likeness_band3;
DROP INDEX likeness_band4;
CREATE INDEX likeness_band1 ON likeness (band1, publication, at, comment, print);
CREATE INDEX likeness_band2 ON likeness (band2, publication, at, comment, print);
CREATE INDEX likeness_band3 ON likeness (band3, publication, at, comment, print);
CREATE INDEX likeness_band4 ON likeness (band4, publication, at, comment, print);
