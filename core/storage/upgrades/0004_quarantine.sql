-- 1: to be read again by the running program; the row goes when that succeeds.
ALTER TABLE quarantine ADD COLUMN replay INTEGER NOT NULL DEFAULT 0;
