-- NULL = not forwarded; '' = forwarded from a person, who is not named; else the chat it is from.
ALTER TABLE comment ADD COLUMN forwarded TEXT;
-- The bot through which it was written ("@gif"), '' = none.
ALTER TABLE comment ADD COLUMN via TEXT NOT NULL DEFAULT '';
