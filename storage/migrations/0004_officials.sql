-- Who may use the console, what they may see, and how they prove who they are. Secrets that are only compared are
-- stored as hashes; the empty text means "not" (not disabled, no second factor). Booleans are 0 or 1.

CREATE TABLE officials (
    id {identity},
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'author', 'approver', 'admin')),
    whole_city INTEGER NOT NULL CHECK (whole_city IN (0, 1)),
    password_hash TEXT NOT NULL,
    must_change_password INTEGER NOT NULL CHECK (must_change_password IN (0, 1)),
    totp_secret TEXT NOT NULL,
    totp_last_step BIGINT NOT NULL,
    disabled_at {moment} NOT NULL,
    last_sign_in_at {moment} NOT NULL,
    created_at {moment} NOT NULL
);

-- Of an official who is not for the whole city. No row means: nobody's data.
CREATE TABLE official_communes (
    official_id BIGINT NOT NULL REFERENCES officials (id),
    commune TEXT NOT NULL,
    PRIMARY KEY (official_id, commune)
);

CREATE TABLE official_recovery_codes (
    official_id BIGINT NOT NULL REFERENCES officials (id),
    code_hash TEXT NOT NULL,
    PRIMARY KEY (official_id, code_hash)
);

CREATE TABLE official_addresses (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    official_id BIGINT NOT NULL REFERENCES officials (id),
    linked_at {moment} NOT NULL,
    PRIMARY KEY (channel, address)
);

CREATE INDEX official_addresses_of_official ON official_addresses (official_id);

CREATE TABLE official_link_codes (
    official_id BIGINT PRIMARY KEY REFERENCES officials (id),
    code_hash TEXT NOT NULL UNIQUE,
    expires_at {moment} NOT NULL
);

-- A browser that is signed in. `proven` is 0 while the second factor is still owed.
CREATE TABLE sign_ins (
    token_hash TEXT PRIMARY KEY,
    official_id BIGINT NOT NULL REFERENCES officials (id),
    proven INTEGER NOT NULL CHECK (proven IN (0, 1)),
    flash_json TEXT NOT NULL,
    created_at {moment} NOT NULL,
    last_used_at {moment} NOT NULL,
    expires_at {moment} NOT NULL
);

CREATE INDEX sign_ins_of_official ON sign_ins (official_id);

CREATE INDEX sign_ins_expiring ON sign_ins (expires_at);

-- Tries to sign in that have not succeeded. The key is a hash: people type passwords into the wrong field.
CREATE TABLE sign_in_tries (
    id {identity},
    key_hash TEXT NOT NULL,
    tried_at {moment} NOT NULL
);

CREATE INDEX sign_in_tries_of_key ON sign_in_tries (key_hash, tried_at);

CREATE INDEX sign_in_tries_by_time ON sign_in_tries (tried_at);
