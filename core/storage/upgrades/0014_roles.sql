-- What somebody on a roster may do: moderator, editor or owner. Who was on one until now could do
-- everything, and goes on to.
ALTER TABLE moderator ADD COLUMN role TEXT NOT NULL DEFAULT 'moderator';
UPDATE moderator SET role = 'owner';

-- A platform's own role (key: what the platform calls it, opaque) counts as one of ours.
CREATE TABLE role_map (
    publication INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    platform TEXT NOT NULL,
    key TEXT NOT NULL,
    title TEXT NOT NULL,                        -- as people know it
    role TEXT NOT NULL,
    PRIMARY KEY (publication, platform, key)
);
CREATE TRIGGER house_role_map_insert AFTER INSERT ON role_map
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_role_map_update AFTER UPDATE ON role_map
    BEGIN UPDATE house SET version = random(); END;
CREATE TRIGGER house_role_map_delete AFTER DELETE ON role_map
    BEGIN UPDATE house SET version = random(); END;
