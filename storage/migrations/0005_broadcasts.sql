-- News to many people at once: written by one official, approved by another, sent to whoever agreed to get news.
-- Times are UTC text; the empty text means "not". Booleans are 0 or 1.

-- text is what was written; body and choices_json are what workers get, frozen when it is submitted.
-- audience_json is storage.audiences.Audience without its communes, which are rows below: whole_city 0 and no row means
-- nobody. send_at: not before; '' for as soon as it is approved. repeat: five fields of cron in Hanoi's time, '' for
-- once; a repeating broadcast stays approved and each firing is a broadcast of its own with parent_id.
-- cursor: the last person looked at while expanding; expanded_at: everybody has been looked at. queued: rows made.
CREATE TABLE broadcasts (
    id {identity},
    form_key TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN (
        'draft', 'submitted', 'approved', 'expanding', 'sending', 'paused', 'done', 'cancelled', 'rejected')),
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    link_url TEXT NOT NULL,
    audience_json TEXT NOT NULL,
    whole_city INTEGER NOT NULL CHECK (whole_city IN (0, 1)),
    urgent INTEGER NOT NULL CHECK (urgent IN (0, 1)),
    send_at {moment} NOT NULL,
    repeat TEXT NOT NULL,
    parent_id BIGINT REFERENCES broadcasts (id),
    author_id BIGINT NOT NULL REFERENCES officials (id),
    approver_id BIGINT REFERENCES officials (id),
    rejected_reason TEXT NOT NULL,
    body TEXT NOT NULL,
    choices_json TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    queued BIGINT NOT NULL,
    counts_json TEXT NOT NULL,
    created_at {moment} NOT NULL,
    updated_at {moment} NOT NULL,
    submitted_at {moment} NOT NULL,
    approved_at {moment} NOT NULL,
    started_at {moment} NOT NULL,
    expanded_at {moment} NOT NULL,
    finished_at {moment} NOT NULL,
    CHECK (approver_id <> author_id)
);

CREATE INDEX broadcasts_at_work ON broadcasts (status, send_at) WHERE finished_at = '';

CREATE INDEX broadcasts_alike ON broadcasts (fingerprint, submitted_at) WHERE fingerprint <> '';

-- A firing of a repeating broadcast happens once, however many replicas look at the clock.
CREATE UNIQUE INDEX broadcasts_once_per_firing ON broadcasts (parent_id, send_at) WHERE parent_id IS NOT NULL;

CREATE TABLE broadcast_communes (
    broadcast_id BIGINT NOT NULL REFERENCES broadcasts (id),
    commune TEXT NOT NULL,
    PRIMARY KEY (broadcast_id, commune)
);

-- Progress, pausing and cancelling of one broadcast among millions of deliveries.
CREATE INDEX outbox_of_broadcast ON outbox (broadcast_id, status, due_at, id) WHERE broadcast_id IS NOT NULL;
