-- The dashboard at a hundred thousand credentials: what a credential needs is kept in columns that
-- leakproof operators compare (docs/adr/0015). Only two things depend on the clock, and both are
-- thresholds in the row: `limit_key` and `soon_key`.

-- The age limit in seconds; NULL: none. Before the first judgement it is the default of the class.
CREATE FUNCTION app.binding_limit_seconds(class text, rule jsonb) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT CASE
    WHEN rule IS NOT NULL THEN (rule ->> 'maxTtlSeconds')::integer
    WHEN class IN ('database-credential', 'dynamic-database-credential') THEN 3600
    WHEN class IN ('api-token', 'oauth-client-secret', 'tls-certificate', 'cloud-credential') THEN 7776000
    WHEN class IN ('signing-key', 'root-ca', 'intermediate-ca') THEN 31536000
    WHEN class = 'workload-identity' THEN 300
  END
$$;

-- `begun` and so many seconds; a time without them is never.
CREATE FUNCTION app.binding_time(begun timestamptz, seconds double precision) RETURNS timestamptz
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT coalesce((begun AT TIME ZONE 'UTC' + make_interval(secs => seconds)) AT TIME ZONE 'UTC', 'infinity')
$$;

-- What a credential needs apart from the clock, most urgent first.
CREATE FUNCTION app.binding_standing(state text, leaked_at timestamptz, missing_since timestamptz,
  rotation_state text, origin text, rotator_kind text, class text, rule jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT CASE
    WHEN state = 'retired' THEN 'retired'
    WHEN leaked_at IS NOT NULL THEN 'leaked'
    WHEN state = 'failed' AND rotation_state = 'orphaned' THEN 'orphaned'
    WHEN rotation_state IN ('revoke_failed', 'indeterminate') THEN 'failed'
    WHEN state = 'missing' OR missing_since IS NOT NULL THEN 'missing'
    WHEN state = 'failed' THEN 'failed'
    WHEN rotation_state = 'awaiting_approval' THEN 'awaiting-approval'
    WHEN rotation_state IN ('promoted', 'grace', 'revoking', 'verified_dead') THEN 'in-grace'
    WHEN rotation_state <> 'orphaned' THEN 'rotating'
    WHEN origin = 'discovered' THEN 'unmanaged'
    WHEN rotator_kind = 'none' AND coalesce(rule ->> 'managedBy', CASE class
        WHEN 'tls-certificate' THEN 'cert-manager' WHEN 'workload-identity' THEN 'workload-identity'
        WHEN 'user-password' THEN 'user' ELSE 'console' END) IN ('console', 'nobody') THEN 'unmanaged'
    ELSE 'healthy' END
$$;

-- The order of the dashboard: what is stuck, what waits for a person, then everything alive by its limit.
CREATE FUNCTION app.binding_urgency(standing text) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT CASE standing WHEN 'leaked' THEN 0 WHEN 'orphaned' THEN 1 WHEN 'failed' THEN 2
    WHEN 'missing' THEN 3 WHEN 'awaiting-approval' THEN 4 WHEN 'retired' THEN 9 ELSE 5 END
$$;

REVOKE ALL ON FUNCTION app.binding_limit_seconds(text, jsonb), app.binding_time(timestamptz, double precision),
  app.binding_standing(text, timestamptz, timestamptz, text, text, text, text, jsonb), app.binding_urgency(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.binding_limit_seconds(text, jsonb), app.binding_time(timestamptz, double precision),
  app.binding_standing(text, timestamptz, timestamptz, text, text, text, text, jsonb), app.binding_urgency(text)
  TO console_tenant, console_worker;

-- The state of its unfinished rotation, or `orphaned` when the last one ended so. Kept by a trigger.
ALTER TABLE secret_binding ADD COLUMN rotation_state text;
ALTER TABLE secret_binding NO FORCE ROW LEVEL SECURITY;
ALTER TABLE rotation NO FORCE ROW LEVEL SECURITY;
UPDATE secret_binding b SET rotation_state = CASE
    WHEN r.finished_at IS NOT NULL THEN 'orphaned'
    WHEN r.state = 'awaiting_approval' AND r.approved_at IS NOT NULL THEN 'requested' ELSE r.state END
  FROM (SELECT DISTINCT ON (tenant_id, binding_id) * FROM rotation ORDER BY tenant_id, binding_id, created_at DESC) r
  WHERE r.tenant_id = b.tenant_id AND r.binding_id = b.binding_id AND (r.finished_at IS NULL OR r.state = 'orphaned');
ALTER TABLE rotation FORCE ROW LEVEL SECURITY;

ALTER TABLE secret_binding
  ADD COLUMN standing text NOT NULL GENERATED ALWAYS AS (app.binding_standing(state, leaked_at, missing_since, rotation_state, origin, rotator ->> 'kind', class, rule)) STORED,
  ADD COLUMN urgency integer NOT NULL GENERATED ALWAYS AS (app.binding_urgency(app.binding_standing(state, leaked_at, missing_since, rotation_state, origin, rotator ->> 'kind', class, rule))) STORED,
  -- When the value reaches its age limit, and from when on that is soon: a week before, or the last tenth of a short life.
  ADD COLUMN limit_key timestamptz NOT NULL GENERATED ALWAYS AS (app.binding_time(last_rotated_at, app.binding_limit_seconds(class, rule))) STORED,
  ADD COLUMN soon_key timestamptz NOT NULL GENERATED ALWAYS AS (app.binding_time(last_rotated_at,
    app.binding_limit_seconds(class, rule) - least(604800, app.binding_limit_seconds(class, rule) / 10.0))) STORED,
  -- What the table is ordered by: never null.
  ADD COLUMN rotated_key timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(last_rotated_at, '-infinity')) STORED,
  ADD COLUMN next_key timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(next_rotation_at, 'infinity')) STORED,
  ADD COLUMN name_key text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
  ADD COLUMN owner_key text NOT NULL GENERATED ALWAYS AS (lower(owner)) STORED,
  ADD COLUMN region_key text NOT NULL GENERATED ALWAYS AS (coalesce(region, '')) STORED;

CREATE INDEX secret_binding_by_urgency ON secret_binding (tenant_id, urgency, limit_key, binding_id);
-- Counting and narrowing read this index alone.
CREATE INDEX secret_binding_by_standing ON secret_binding (tenant_id, standing, limit_key, binding_id)
  INCLUDE (soon_key, class, environment, region_key, rotated_key, next_key);
CREATE INDEX secret_binding_by_name_key ON secret_binding (tenant_id, name_key, binding_id);
CREATE INDEX secret_binding_by_rotated ON secret_binding (tenant_id, rotated_key, binding_id);
CREATE INDEX secret_binding_by_next ON secret_binding (tenant_id, next_key, binding_id) INCLUDE (standing);
CREATE INDEX secret_binding_by_class ON secret_binding (tenant_id, class, binding_id);
CREATE INDEX secret_binding_by_owner ON secret_binding (tenant_id, owner_key, binding_id);
CREATE INDEX secret_binding_by_environment ON secret_binding (tenant_id, environment, binding_id);
CREATE INDEX secret_binding_by_region ON secret_binding (tenant_id, region_key, binding_id);
DROP INDEX secret_binding_by_name;

CREATE FUNCTION app.note_rotation_state() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  noted text := CASE
    WHEN NEW.finished_at IS NOT NULL THEN CASE WHEN NEW.state = 'orphaned' THEN 'orphaned' END
    WHEN NEW.state = 'awaiting_approval' AND NEW.approved_at IS NOT NULL THEN 'requested'
    ELSE NEW.state END;
BEGIN
  UPDATE public.secret_binding b SET rotation_state = noted
  WHERE b.tenant_id = NEW.tenant_id AND b.binding_id = NEW.binding_id AND b.rotation_state IS DISTINCT FROM noted;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.note_rotation_state() FROM PUBLIC;
-- A rotation that is over changes nothing any more: another may be under way.
CREATE TRIGGER rotation_state_made AFTER INSERT ON rotation
  FOR EACH ROW WHEN (NEW.finished_at IS NULL OR NEW.state = 'orphaned') EXECUTE FUNCTION app.note_rotation_state();
CREATE TRIGGER rotation_state_changed AFTER UPDATE OF state, approved_at, finished_at ON rotation
  FOR EACH ROW WHEN (OLD.finished_at IS NULL) EXECUTE FUNCTION app.note_rotation_state();

------------------------------------------------------------------------------------------------
-- Search by a part of the name, path or owner. No leakproof operator does it, so an index under
-- RLS can't: the words stand in a table of their own, with a digest of each three letters together
-- with the tenant, and a function that gives keys only (DESIGN §5).
------------------------------------------------------------------------------------------------

CREATE TABLE secret_binding_text (
  tenant_id text NOT NULL,
  binding_id uuid NOT NULL,
  words text NOT NULL,
  grams bigint[] NOT NULL,
  PRIMARY KEY (tenant_id, binding_id),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id)
);
CREATE INDEX secret_binding_text_grams ON secret_binding_text USING gin (grams);

CREATE FUNCTION app.text_grams(tenant text, words text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT coalesce(array_agg(DISTINCT hashtextextended(tenant || '/' || substr(words, i, 3), 0)), '{}')
  FROM generate_series(1, length(words) - 2) i
$$;

CREATE FUNCTION app.note_binding_text() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  noted text := lower(NEW.name || E'\n' || NEW.path || E'\n' || NEW.owner);
BEGIN
  INSERT INTO public.secret_binding_text (tenant_id, binding_id, words, grams)
  VALUES (NEW.tenant_id, NEW.binding_id, noted, app.text_grams(NEW.tenant_id, noted))
  ON CONFLICT (tenant_id, binding_id) DO UPDATE SET words = excluded.words, grams = excluded.grams;
  RETURN NULL;
END $$;
CREATE TRIGGER binding_text_made AFTER INSERT ON secret_binding FOR EACH ROW EXECUTE FUNCTION app.note_binding_text();
CREATE TRIGGER binding_text_changed AFTER UPDATE OF name, path, owner ON secret_binding
  FOR EACH ROW WHEN ((OLD.name, OLD.path, OLD.owner) IS DISTINCT FROM (NEW.name, NEW.path, NEW.owner))
  EXECUTE FUNCTION app.note_binding_text();

INSERT INTO secret_binding_text (tenant_id, binding_id, words, grams)
  SELECT tenant_id, binding_id, words, app.text_grams(tenant_id, words)
  FROM (SELECT tenant_id, binding_id, lower(name || E'\n' || path || E'\n' || owner) AS words FROM secret_binding) b;
ALTER TABLE secret_binding FORCE ROW LEVEL SECURITY;
CALL app.protect('secret_binding_text', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE', false);

CREATE POLICY dispatch_rows ON secret_binding_text FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, binding_id, words, grams) ON secret_binding_text TO console_dispatch;

-- At most `max_rows` credentials of the current tenant whose name, path or owner has this part.
CREATE FUNCTION app.bindings_with_text(part text, max_rows integer) RETURNS TABLE (id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  here text := app.current_tenant();
  wanted text := lower(part);
  grams_of_part bigint[] := app.text_grams(here, wanted);
BEGIN
  IF grams_of_part = '{}' THEN
    RETURN QUERY SELECT t.binding_id FROM public.secret_binding_text t
      WHERE t.tenant_id = here AND position(wanted IN t.words) > 0 LIMIT max_rows;
  ELSE
    RETURN QUERY SELECT t.binding_id FROM public.secret_binding_text t
      WHERE t.tenant_id = here AND t.grams @> grams_of_part AND position(wanted IN t.words) > 0 LIMIT max_rows;
  END IF;
END $$;

REVOKE ALL ON FUNCTION app.text_grams(text, text), app.note_binding_text(), app.bindings_with_text(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.text_grams(text, text) TO console_tenant, console_worker, console_dispatch;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.bindings_with_text(text, integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
GRANT EXECUTE ON FUNCTION app.bindings_with_text(text, integer) TO console_tenant;

------------------------------------------------------------------------------------------------
-- Views of a table that a person keeps under a name: the parameters of its URL.
------------------------------------------------------------------------------------------------

CREATE TABLE saved_view (
  tenant_id text NOT NULL REFERENCES tenant,
  view_id uuid NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  page text NOT NULL CHECK (page IN ('rotations')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  params text NOT NULL CHECK (length(params) <= 2000),
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, view_id),
  UNIQUE (tenant_id, issuer, subject, page, name)
);
CALL app.protect('saved_view', 'SELECT, INSERT, UPDATE, DELETE', '', false);
