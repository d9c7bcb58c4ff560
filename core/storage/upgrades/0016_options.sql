-- What a publication's editors set for themselves: JSON by name, only what is not the default.
ALTER TABLE publication ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
UPDATE publication SET options = '{"new_after":' || new_after || '}' WHERE new_after <> 2;
ALTER TABLE publication DROP COLUMN new_after;
