-- How many people can be told something, counted by an index alone: the officials' first page asks it at every visit.
CREATE INDEX people_reachable ON people (commune) WHERE erased_at = '' AND gone_at = '' AND pushes_allowed = 1;
