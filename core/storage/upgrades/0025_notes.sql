-- The last month of which a transparency note was drafted ("2026-10"), '' = none.
ALTER TABLE publication ADD COLUMN noted TEXT NOT NULL DEFAULT '';
