-- What a worker can do beyond asking: a profile with consent, sessions and registrations, deadlines, needs, campaigns.
-- Times are UTC text; days are Hanoi's calendar days ("2026-11-22"). The empty text means "not".

ALTER TABLE people ADD COLUMN full_name TEXT NOT NULL DEFAULT '';

ALTER TABLE people ADD COLUMN phone TEXT NOT NULL DEFAULT '';

-- The person asked to be forgotten: everything is gone but this row and the farewell, which go with the next tick.
ALTER TABLE people ADD COLUMN erased_at {moment} NOT NULL DEFAULT '';

CREATE INDEX people_by_commune ON people (commune, id);

CREATE INDEX people_by_phone ON people (phone) WHERE phone <> '';

CREATE INDEX people_erased ON people (erased_at) WHERE erased_at <> '';

CREATE TABLE person_groups (
    person_id BIGINT NOT NULL REFERENCES people (id),
    group_slug TEXT NOT NULL,
    created_at {moment} NOT NULL,
    PRIMARY KEY (person_id, group_slug)
);

CREATE INDEX person_groups_by_group ON person_groups (group_slug, person_id);

-- Which topics (an entry's group) a person asked about: for audiences and campaigns, without keeping their words.
CREATE TABLE interests (
    person_id BIGINT NOT NULL REFERENCES people (id),
    topic TEXT NOT NULL,
    times INTEGER NOT NULL,
    last_at {moment} NOT NULL,
    PRIMARY KEY (person_id, topic)
);

CREATE INDEX interests_by_topic ON interests (topic, person_id);

CREATE TABLE consents (
    id {identity},
    person_id BIGINT NOT NULL REFERENCES people (id),
    purpose TEXT NOT NULL,
    version TEXT NOT NULL,
    text TEXT NOT NULL,
    given_at {moment} NOT NULL,
    withdrawn_at {moment} NOT NULL
);

CREATE UNIQUE INDEX consents_in_force ON consents (person_id, purpose) WHERE withdrawn_at = '';

CREATE INDEX consents_by_purpose ON consents (purpose, person_id) WHERE withdrawn_at = '';

-- capacity 0 is no limit. `asks` is what a registration must tell: '', 'name' or 'name+phone'.
-- `taken` counts registrations in force and is kept in the same transaction as they are.
CREATE TABLE sessions (
    id {identity},
    slug TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN
        ('hang-ngay', 'chuyen-de', 'luu-dong', 'online', 'khuyet-tat', 'doi-thoai', 'ngay-hoi')),
    title TEXT NOT NULL,
    starts_at {moment} NOT NULL,
    ends_at {moment} NOT NULL,
    place TEXT NOT NULL,
    link TEXT NOT NULL,
    commune TEXT NOT NULL,
    exchange TEXT NOT NULL,
    organiser TEXT NOT NULL,
    employers TEXT NOT NULL,
    openings INTEGER NOT NULL,
    capacity INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    audience TEXT NOT NULL,
    asks TEXT NOT NULL CHECK (asks IN ('', 'name', 'name+phone')),
    status TEXT NOT NULL CHECK (status IN ('du-kien', 'mo', 'day', 'hoan', 'huy', 'xong')),
    note TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('file', 'import', 'console')),
    source_digest TEXT NOT NULL,
    created_at {moment} NOT NULL,
    updated_at {moment} NOT NULL
);

CREATE INDEX sessions_by_time ON sessions (starts_at, id);

CREATE INDEX sessions_open ON sessions (ends_at) WHERE status IN ('du-kien', 'mo', 'day', 'hoan');

-- remind_minutes: minutes before the start, as text "1440,120"; '' for none.
-- since_at: when the present place was taken; who waits longest moves up first.
CREATE TABLE registrations (
    id {identity},
    session_id BIGINT NOT NULL REFERENCES sessions (id),
    person_id BIGINT NOT NULL REFERENCES people (id),
    status TEXT NOT NULL CHECK (status IN ('registered', 'waiting', 'cancelled')),
    full_name TEXT NOT NULL,
    phone TEXT NOT NULL,
    remind_minutes TEXT NOT NULL,
    checked_in_at {moment} NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('', 'hired', 'promised', 'not-hired', 'absent')),
    since_at {moment} NOT NULL,
    created_at {moment} NOT NULL,
    updated_at {moment} NOT NULL,
    UNIQUE (session_id, person_id)
);

CREATE INDEX registrations_of_person ON registrations (person_id, session_id);

CREATE INDEX registrations_waiting ON registrations (session_id, since_at, id) WHERE status = 'waiting';

CREATE INDEX registrations_of_session ON registrations (session_id, status, id);

-- base_on: the day the deadline is counted from. times: how many due days follow (12 monthly notices), 1 for one.
CREATE TABLE deadlines (
    id {identity},
    person_id BIGINT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    base_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    times INTEGER NOT NULL,
    note TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'done', 'stopped')),
    created_at {moment} NOT NULL,
    updated_at {moment} NOT NULL
);

CREATE UNIQUE INDEX deadlines_open ON deadlines (person_id, kind, base_on) WHERE status = 'open';

CREATE INDEX deadlines_of_person ON deadlines (person_id, id);

-- Everything the bot will say by itself to one person at one time. A row is planned, then queued (a delivery exists)
-- or skipped or cancelled, with a reason. subject: what it is about, "session:12", "deadline:7"; step: which of its
-- messages. dedupe_key is unique for ever: the same promise is kept once.
CREATE TABLE reminders (
    id {identity},
    person_id BIGINT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    step TEXT NOT NULL,
    dedupe_key TEXT NOT NULL UNIQUE,
    due_at {moment} NOT NULL,
    expires_at {moment} NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('planned', 'queued', 'skipped', 'cancelled')),
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at {moment} NOT NULL,
    settled_at {moment} NOT NULL
);

CREATE INDEX reminders_due ON reminders (due_at, id) WHERE status = 'planned';

CREATE INDEX reminders_of_subject ON reminders (subject) WHERE status = 'planned';

CREATE INDEX reminders_of_person ON reminders (person_id, id);

CREATE TABLE needs (
    id {identity},
    person_id BIGINT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL CHECK (kind IN ('hoc-nghe', 'tim-viec', 'di-nuoc-ngoai', 'vay-von')),
    level TEXT NOT NULL,
    trade TEXT NOT NULL,
    commune TEXT NOT NULL,
    group_slug TEXT NOT NULL,
    note TEXT NOT NULL,
    year INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'met', 'withdrawn')),
    created_at {moment} NOT NULL,
    updated_at {moment} NOT NULL
);

CREATE UNIQUE INDEX needs_open ON needs (person_id, kind) WHERE status = 'open';

CREATE INDEX needs_of_person ON needs (person_id, id);

CREATE INDEX needs_by_commune ON needs (year, commune, kind);

-- plan: which version of the series' steps next_at was reckoned from; next_at is when the next step may be due.
CREATE TABLE campaign_members (
    campaign TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    joined_at {moment} NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('on', 'stopped', 'done')),
    plan TEXT NOT NULL,
    next_at {moment} NOT NULL,
    PRIMARY KEY (campaign, person_id)
);

CREATE INDEX campaign_members_due ON campaign_members (campaign, next_at, person_id) WHERE status = 'on';

CREATE INDEX campaign_members_plan ON campaign_members (campaign, plan, person_id) WHERE status = 'on';

CREATE INDEX campaign_members_of_person ON campaign_members (person_id, campaign);

-- A step that was sent to a person (or skipped for good) is never sent again, whatever the campaign's file says later.
-- sent_on is Hanoi's day of the sending, '' for a skipped step.
CREATE TABLE campaign_steps (
    campaign TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    step TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('queued', 'skipped')),
    reason TEXT NOT NULL,
    sent_on TEXT NOT NULL,
    done_at {moment} NOT NULL,
    PRIMARY KEY (campaign, person_id, step)
);

-- At most one step a day reaches a person, of all series together, whatever two replicas do at the same moment.
CREATE UNIQUE INDEX campaign_steps_one_a_day ON campaign_steps (person_id, sent_on) WHERE sent_on <> '';

CREATE INDEX campaign_steps_of_person ON campaign_steps (person_id);

-- One row per firing of a schedule: whoever inserts it does the work; `place` is how far a long expansion has come.
CREATE TABLE runs (
    name TEXT NOT NULL,
    fire_at {moment} NOT NULL,
    place TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'done', 'skipped')),
    reason TEXT NOT NULL,
    updated_at {moment} NOT NULL,
    PRIMARY KEY (name, fire_at)
);

ALTER TABLE questions ADD COLUMN claimed_by TEXT NOT NULL DEFAULT '';

ALTER TABLE questions ADD COLUMN claimed_at {moment} NOT NULL DEFAULT '';

ALTER TABLE questions ADD COLUMN entry_id TEXT NOT NULL DEFAULT '';

-- When the person last wrote under it again; '' while only asked.
ALTER TABLE questions ADD COLUMN reopened_at {moment} NOT NULL DEFAULT '';

-- What followed a question: the official's answers and the worker's replies, oldest first.
CREATE TABLE question_messages (
    id {identity},
    question_id BIGINT NOT NULL REFERENCES questions (id),
    person_id BIGINT NOT NULL REFERENCES people (id),
    author TEXT NOT NULL CHECK (author IN ('worker', 'official')),
    official TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at {moment} NOT NULL
);

CREATE INDEX question_messages_of_question ON question_messages (question_id, id);

CREATE INDEX question_messages_of_person ON question_messages (person_id);

-- An answer that did not help, in the worker's words: the officials' list of what to improve.
CREATE TABLE ratings (
    id {identity},
    person_id BIGINT NOT NULL REFERENCES people (id),
    entry_id TEXT NOT NULL,
    text TEXT NOT NULL,
    helpful INTEGER NOT NULL CHECK (helpful IN (0, 1)),
    created_at {moment} NOT NULL
);

CREATE INDEX ratings_by_entry ON ratings (entry_id, created_at);

CREATE INDEX ratings_of_person ON ratings (person_id);

CREATE INDEX questions_oldest_open ON questions (created_at) WHERE status = 'open';
