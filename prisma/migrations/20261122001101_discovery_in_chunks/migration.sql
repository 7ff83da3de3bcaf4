-- What the run under way has noted so far: it is recorded in chunks, and told when it is over.
ALTER TABLE discovery_run
  ADD COLUMN noted_unmanaged integer NOT NULL DEFAULT 0 CHECK (noted_unmanaged >= 0),
  ADD COLUMN noted_missing integer NOT NULL DEFAULT 0 CHECK (noted_missing >= 0),
  ADD COLUMN noted_back integer NOT NULL DEFAULT 0 CHECK (noted_back >= 0);
