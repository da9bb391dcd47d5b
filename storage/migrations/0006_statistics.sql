-- What dashboard and reports count, by time: each count reads an index and no more of it than the period.

-- Covers every count of turns. The outcome comes first: what was not answered is a small part and read alone.
CREATE INDEX turns_statistics ON turns (outcome, created_at, entry_id, person_id);

CREATE INDEX people_statistics ON people (commune, channel, created_at) WHERE erased_at = '';

CREATE INDEX questions_by_time ON questions (created_at);

CREATE INDEX needs_by_time ON needs (created_at);

CREATE INDEX reminders_by_time ON reminders (due_at, kind);

CREATE INDEX ratings_by_time ON ratings (created_at);
