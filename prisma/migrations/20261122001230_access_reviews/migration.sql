-- Who has which role, as the identity provider says, and the reviews of it (ADR 0024).

------------------------------------------------------------------------------------------------
-- The directory: a snapshot of each issuer, with its time
------------------------------------------------------------------------------------------------

-- Whose turn it is to read, and when next.
CREATE TABLE access_directory_run (
  tenant_id text NOT NULL REFERENCES tenant,
  due_at timestamptz NOT NULL,
  lease_owner text,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id)
);
CALL app.protect('access_directory_run', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

CREATE TABLE access_directory (
  tenant_id text NOT NULL REFERENCES tenant,
  issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 500),
  realm text NOT NULL CHECK (length(realm) BETWEEN 1 AND 100),
  tried_at timestamptz NOT NULL,
  -- When it was last read whole; NULL: never, and nothing is known of it.
  read_at timestamptz,
  failing_since timestamptz,
  failure_code text CHECK (length(failure_code) <= 60),
  people integer NOT NULL DEFAULT 0,
  -- Whether the console asks for removals itself; else this is who does it by hand.
  removes_roles boolean NOT NULL,
  administrator text NOT NULL CHECK (length(administrator) BETWEEN 1 AND 200),
  PRIMARY KEY (tenant_id, issuer),
  CHECK ((failing_since IS NULL) = (failure_code IS NULL))
);
CALL app.protect('access_directory', 'SELECT', 'SELECT, INSERT, UPDATE');

CREATE TABLE access_standing_role (
  tenant_id text NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  role text NOT NULL CHECK (length(role) BETWEEN 1 AND 255),
  person_name text NOT NULL CHECK (length(person_name) BETWEEN 1 AND 255),
  person_kind text NOT NULL CHECK (person_kind IN ('user', 'service')),
  is_enabled boolean NOT NULL,
  first_seen_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, issuer, subject, role),
  FOREIGN KEY (tenant_id, issuer) REFERENCES access_directory (tenant_id, issuer)
);
CALL app.protect('access_standing_role', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');

------------------------------------------------------------------------------------------------
-- Campaigns
------------------------------------------------------------------------------------------------

CREATE TABLE access_review_policy (
  tenant_id text NOT NULL REFERENCES tenant,
  version integer NOT NULL CHECK (version >= 1),
  is_enabled boolean NOT NULL,
  period_days integer NOT NULL CHECK (period_days BETWEEN 1 AND 730),
  answer_days integer NOT NULL CHECK (answer_days BETWEEN 1 AND 90),
  -- Days after the start; none lies at or after the end.
  remind_after_days integer[] NOT NULL CHECK (cardinality(remind_after_days) <= 10),
  reviewer_roles text[] NOT NULL CHECK (cardinality(reviewer_roles) BETWEEN 1 AND 10),
  next_start_at timestamptz NOT NULL,
  updated_by_name text NOT NULL CHECK (length(updated_by_name) <= 200),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id),
  CHECK (answer_days <= period_days)
);
CALL app.protect('access_review_policy', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

CREATE TABLE access_campaign (
  tenant_id text NOT NULL REFERENCES tenant,
  campaign_id uuid NOT NULL,
  trigger text NOT NULL CHECK (trigger IN ('schedule', 'person')),
  state text NOT NULL CHECK (state IN ('open', 'closed')),
  -- As it was when the campaign began.
  reviewer_roles text[] NOT NULL,
  started_by_name text NOT NULL CHECK (length(started_by_name) <= 200),
  start_event_id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  remind_at timestamptz[] NOT NULL,
  reminders_sent integer NOT NULL DEFAULT 0 CHECK (reminders_sent >= 0),
  overdue_told_at timestamptz,
  -- When it is to be looked at next: a reminder, the end, or an issuer that was away.
  next_act_at timestamptz,
  closed_at timestamptz,
  closed_by_name text CHECK (length(closed_by_name) <= 200),
  close_note text CHECK (length(close_note) <= 2000),
  -- The RFC 8785 text of what was decided, and its digest.
  record text CHECK (octet_length(record) <= 16777216),
  record_digest bytea CHECK (octet_length(record_digest) = 32),
  PRIMARY KEY (tenant_id, campaign_id),
  FOREIGN KEY (tenant_id, start_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (due_at > started_at),
  CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
  CHECK ((state = 'closed') = (record IS NOT NULL)),
  CHECK ((record IS NULL) = (record_digest IS NULL)),
  CONSTRAINT access_campaign_digest_of_record CHECK (record_digest = sha256(convert_to(record, 'UTF8')))
);
CREATE UNIQUE INDEX access_campaign_one_open ON access_campaign (tenant_id) WHERE state = 'open';
CALL app.protect('access_campaign', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

-- What a campaign was made from: each issuer with the time it was read, or why it is unknown.
CREATE TABLE access_campaign_source (
  tenant_id text NOT NULL,
  campaign_id uuid NOT NULL,
  issuer text NOT NULL,
  realm text NOT NULL,
  read_at timestamptz,
  failure_code text,
  PRIMARY KEY (tenant_id, campaign_id, issuer),
  FOREIGN KEY (tenant_id, campaign_id) REFERENCES access_campaign (tenant_id, campaign_id),
  CHECK ((read_at IS NULL) = (failure_code IS NOT NULL))
);
CALL app.protect('access_campaign_source', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

CREATE TABLE access_item (
  tenant_id text NOT NULL,
  item_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('role', 'grant')),
  issuer text NOT NULL,
  subject text NOT NULL,
  person_name text NOT NULL,
  person_kind text NOT NULL CHECK (person_kind IN ('user', 'service')),
  is_enabled boolean NOT NULL,
  -- A role's name, or the grant's id.
  what text NOT NULL CHECK (length(what) BETWEEN 1 AND 255),
  grant_id uuid,
  environment text,
  scopes text[],
  ends_at timestamptz,
  decision text CHECK (decision IN ('keep', 'revoke')),
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 2000),
  decided_by_issuer text,
  decided_by_subject text,
  decided_by_name text CHECK (length(decided_by_name) <= 200),
  decided_at timestamptz,
  -- After the close: what became of a revocation.
  revocation text CHECK (revocation IN ('revoking', 'to-do', 'gone')),
  revocation_owner text CHECK (length(revocation_owner) <= 200),
  revocation_since timestamptz,
  asked_at timestamptz,
  trouble text CHECK (length(trouble) <= 60),
  lease_until timestamptz,
  -- When a whole reading no longer had it, decided or not.
  gone_at timestamptz,
  PRIMARY KEY (tenant_id, item_id),
  FOREIGN KEY (tenant_id, campaign_id) REFERENCES access_campaign (tenant_id, campaign_id),
  CHECK ((kind = 'grant') = (grant_id IS NOT NULL)),
  CHECK ((decision IS NULL) = (decided_at IS NULL)),
  CHECK ((decided_at IS NULL) = (decided_by_subject IS NULL AND decided_by_issuer IS NULL)),
  CHECK (decision IS NULL OR decision = 'keep' OR length(reason) > 0),
  -- Nobody decides about their own access.
  CONSTRAINT access_item_not_own CHECK (decided_by_subject IS NULL OR NOT (decided_by_issuer = issuer AND decided_by_subject = subject)),
  CHECK (revocation IS NULL OR decision = 'revoke'),
  CHECK (revocation <> 'gone' OR gone_at IS NOT NULL)
);
CREATE UNIQUE INDEX access_item_once ON access_item (tenant_id, campaign_id, issuer, subject, kind, what);
CREATE INDEX access_item_revoking ON access_item (tenant_id, issuer) WHERE revocation IN ('revoking', 'to-do');
CALL app.protect('access_item', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

------------------------------------------------------------------------------------------------
-- Finding work: keys only
------------------------------------------------------------------------------------------------

CREATE POLICY dispatch_rows ON access_directory_run FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, due_at, lease_until) ON access_directory_run TO console_dispatch;
CREATE POLICY dispatch_rows ON access_directory FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, issuer, tried_at, removes_roles) ON access_directory TO console_dispatch;
CREATE POLICY dispatch_rows ON access_review_policy FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, is_enabled, next_start_at) ON access_review_policy TO console_dispatch;
CREATE POLICY dispatch_rows ON access_campaign FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, campaign_id, state, next_act_at) ON access_campaign TO console_dispatch;
CREATE POLICY dispatch_rows ON access_item FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, item_id, issuer, kind, revocation, asked_at, lease_until) ON access_item TO console_dispatch;

-- Tenants whose issuers are to be read again.
CREATE FUNCTION app.due_access_directories(max_rows integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT t.tenant_id FROM public.tenant t LEFT JOIN public.access_directory_run d ON d.tenant_id = t.tenant_id
  WHERE d.tenant_id IS NULL
     OR (d.due_at <= clock_timestamp() AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp()))
  ORDER BY d.due_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;
-- Tenants whose next review is due; one is open at a time, and nothing begins before somebody tried to read.
CREATE FUNCTION app.due_access_campaigns(max_rows integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.tenant_id FROM public.access_review_policy p
  WHERE p.is_enabled AND p.next_start_at <= clock_timestamp()
    AND EXISTS (SELECT FROM public.access_directory d WHERE d.tenant_id = p.tenant_id)
    AND NOT EXISTS (SELECT FROM public.access_campaign c WHERE c.tenant_id = p.tenant_id AND c.state = 'open')
  ORDER BY p.next_start_at LIMIT max_rows
$$;
-- Open reviews with something to be told.
CREATE FUNCTION app.open_access_campaigns(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT c.tenant_id, c.campaign_id FROM public.access_campaign c
  WHERE c.state = 'open' AND c.next_act_at <= clock_timestamp() ORDER BY c.next_act_at LIMIT max_rows
$$;
-- Roles that the console itself asks the provider to take away.
CREATE FUNCTION app.due_access_revocations(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT i.tenant_id, i.item_id FROM public.access_item i
  WHERE i.revocation = 'revoking' AND i.kind = 'role' AND i.asked_at IS NULL
    AND (i.lease_until IS NULL OR i.lease_until <= clock_timestamp())
  ORDER BY i.item_id LIMIT max_rows
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_access_directories(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_access_campaigns(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.open_access_campaigns(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_access_revocations(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_access_directories(integer), app.due_access_campaigns(integer),
  app.open_access_campaigns(integer), app.due_access_revocations(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_access_directories(integer), app.due_access_campaigns(integer),
  app.open_access_campaigns(integer), app.due_access_revocations(integer) TO console_worker;
