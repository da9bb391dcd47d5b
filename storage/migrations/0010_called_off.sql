-- What is called off is also taken out of the outbox: found by its subject, whether planned or queued.
DROP INDEX reminders_of_subject;

CREATE INDEX reminders_of_subject ON reminders (subject, status);
