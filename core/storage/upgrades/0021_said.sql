-- What the house itself says in threads, as long as it is so.
CREATE INDEX delivery_said ON delivery (article)
    WHERE subject = 'notice' AND article IS NOT NULL AND want > 0;
