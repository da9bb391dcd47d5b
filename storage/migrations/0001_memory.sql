-- Everything one conversation leaves behind: who wrote, what was answered, what is on its way out, what an official must see.
-- Times are UTC text of fixed width; the empty text means "not" (not gone, no expiry). Booleans are 0 or 1.

CREATE TABLE people (
    id {identity},
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    commune TEXT NOT NULL,
    pushes_allowed INTEGER NOT NULL CHECK (pushes_allowed IN (0, 1)),
    gone_at {moment} NOT NULL,
    gone_reason TEXT NOT NULL,
    created_at {moment} NOT NULL,
    last_seen_at {moment} NOT NULL,
    UNIQUE (channel, address)
);

CREATE TABLE seen (
    channel TEXT NOT NULL,
    message_id TEXT NOT NULL,
    seen_at {moment} NOT NULL,
    PRIMARY KEY (channel, message_id)
);

CREATE TABLE dialogues (
    person_id BIGINT PRIMARY KEY REFERENCES people (id),
    state_json TEXT NOT NULL,
    updated_at {moment} NOT NULL
);

CREATE TABLE turns (
    id {identity},
    person_id BIGINT NOT NULL REFERENCES people (id),
    channel_message_id TEXT NOT NULL,
    inbound_kind TEXT NOT NULL,
    text TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('answer', 'clarify', 'fallback', 'action', 'silence')),
    entry_id TEXT NOT NULL,
    because_json TEXT NOT NULL,
    created_at {moment} NOT NULL
);

CREATE INDEX turns_of_person ON turns (person_id, id);

CREATE INDEX turns_by_time ON turns (created_at, outcome);

-- turn_id and broadcast_id are not foreign keys: old turns may be deleted before the deliveries they led to.
CREATE TABLE outbox (
    id {identity},
    person_id BIGINT NOT NULL REFERENCES people (id),
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    text TEXT NOT NULL,
    choices_json TEXT NOT NULL,
    priority INTEGER NOT NULL CHECK (priority IN (0, 5, 9)),
    kind TEXT NOT NULL,
    turn_id BIGINT,
    broadcast_id BIGINT,
    callback_id TEXT NOT NULL,
    dedupe_key TEXT,
    status TEXT NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'refused', 'gone', 'expired', 'cancelled')),
    reason TEXT NOT NULL,
    due_at {moment} NOT NULL,
    expires_at {moment} NOT NULL,
    claims INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    may_repeat INTEGER NOT NULL CHECK (may_repeat IN (0, 1)),
    lease_owner TEXT NOT NULL,
    leased_until {moment} NOT NULL,
    platform_message_id TEXT NOT NULL,
    created_at {moment} NOT NULL,
    settled_at {moment} NOT NULL
);

CREATE INDEX outbox_of_person ON outbox (person_id, id);

CREATE UNIQUE INDEX outbox_once_per_key ON outbox (dedupe_key) WHERE dedupe_key IS NOT NULL;

CREATE UNIQUE INDEX outbox_once_per_broadcast ON outbox (broadcast_id, person_id) WHERE broadcast_id IS NOT NULL;

-- The next indices hold only what is still on its way, so that years of sent messages cost the sender nothing.
CREATE INDEX outbox_queue ON outbox (channel, priority, due_at, id) WHERE status = 'queued';

CREATE INDEX outbox_queue_of_person ON outbox (person_id, priority, id) WHERE status = 'queued';

CREATE INDEX outbox_queue_expiring ON outbox (expires_at) WHERE status = 'queued' AND expires_at <> '';

-- At most one message is in flight to a person, whatever two senders do at the same moment.
CREATE UNIQUE INDEX outbox_one_in_flight ON outbox (person_id) WHERE status = 'sending';

CREATE TABLE cursors (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at {moment} NOT NULL
);

CREATE TABLE pauses (
    channel TEXT PRIMARY KEY,
    until_at {moment} NOT NULL,
    reason TEXT NOT NULL,
    created_at {moment} NOT NULL
);

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until_at {moment} NOT NULL
);

CREATE TABLE questions (
    id {identity},
    person_id BIGINT NOT NULL REFERENCES people (id),
    text TEXT NOT NULL,
    reason TEXT NOT NULL,
    context_json TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'answered', 'closed')),
    answer TEXT NOT NULL,
    official TEXT NOT NULL,
    created_at {moment} NOT NULL,
    settled_at {moment} NOT NULL
);

CREATE INDEX questions_by_status ON questions (status, id);

CREATE INDEX questions_of_person ON questions (person_id, id);

CREATE TABLE audit (
    id {identity},
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail_json TEXT NOT NULL,
    created_at {moment} NOT NULL
);
