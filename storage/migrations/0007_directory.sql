-- The console's directory of people: names found by their words, and one secret of this database.

-- 0 while the words of the names are not yet in person_words: the clock puts them there soon after a name changed.
ALTER TABLE people ADD COLUMN names_listed INTEGER NOT NULL DEFAULT 0 CHECK (names_listed IN (0, 1));

CREATE INDEX people_unlisted ON people (id) WHERE names_listed = 0;

-- The words of what people are called, small and without diacritics.
CREATE TABLE person_words (
    word TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    PRIMARY KEY (word, person_id)
);

CREATE INDEX person_words_of_person ON person_words (person_id);

-- Random texts made once, which signatures are made with.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE INDEX needs_of_year ON needs (year, id);

-- The survey of a year, by commune, kind, level and trade, and by group, from the index alone.
CREATE INDEX needs_survey ON needs (year, commune, kind, level, trade, status);

CREATE INDEX needs_by_group ON needs (year, group_slug, commune, person_id, status) WHERE group_slug <> '';
