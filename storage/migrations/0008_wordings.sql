-- The officials' work on what people asked: why a question was closed, and which wordings need no more work.

-- Why it was closed without (another) answer: a slug, '' for none given.
ALTER TABLE questions ADD COLUMN closed_reason TEXT NOT NULL DEFAULT '';

-- digest: of a wording without case, marks and order of words. It was dealt with; what is asked after closed_at shows again.
CREATE TABLE wordings_closed (
    digest TEXT PRIMARY KEY,
    closed_by TEXT NOT NULL,
    closed_at {moment} NOT NULL
);

CREATE INDEX wordings_closed_by_time ON wordings_closed (closed_at);
