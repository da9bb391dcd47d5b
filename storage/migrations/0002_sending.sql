-- What may ring at night: replies always, a push only when it is urgent.

ALTER TABLE outbox ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1));

-- At night the claim of pushes walks this index: however many wait for the morning, they are not looked at.
CREATE INDEX outbox_queue_urgent ON outbox (channel, priority, due_at, id) WHERE status = 'queued' AND urgent = 1;
