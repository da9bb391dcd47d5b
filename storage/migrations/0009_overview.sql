-- How many people can be told something, counted by an index alone: the officials' first page asks it at every visit.
CREATE INDEX people_reachable ON people (commune) WHERE erased_at = '' AND gone_at = '' AND pushes_allowed = 1;

-- What one person agreed to, also what was taken back: looked up with every message that comes in.
CREATE INDEX consents_of_person ON consents (person_id, id);
