-- Witnesses of a tenant's log: what each cosigned, and how the last question went.

-- A cosignature is a witness's word about one head. Kept for ever, like the head.
CREATE TABLE audit_cosignature (
  tenant_id text NOT NULL,
  tree_size bigint NOT NULL CHECK (tree_size > 0),
  witness text NOT NULL CHECK (length(witness) BETWEEN 1 AND 300),
  -- By the witness's clock.
  cosigned_at timestamptz NOT NULL,
  -- `— name base64(keyId ‖ timestamp ‖ signature)`
  line text NOT NULL CHECK (line ~ '^— ' AND length(line) <= 1000),
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, tree_size, witness),
  FOREIGN KEY (tenant_id, tree_size) REFERENCES audit_checkpoint (tenant_id, tree_size)
);
CALL app.protect('audit_cosignature', 'SELECT', 'SELECT, INSERT', true, true);
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON audit_cosignature FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON audit_cosignature FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();

CREATE TABLE audit_witness (
  tenant_id text NOT NULL,
  witness text NOT NULL CHECK (length(witness) BETWEEN 1 AND 300),
  -- The size that it is known to have cosigned last; the next question begins there.
  known_size bigint NOT NULL DEFAULT 0 CHECK (known_size >= 0),
  asked_at timestamptz NOT NULL,
  -- Why the last question was not answered by a cosignature.
  trouble text CHECK (trouble IN ('unreachable', 'refused', 'bad-answer', 'ahead', 'forked')),
  trouble_since timestamptz,
  PRIMARY KEY (tenant_id, witness),
  CHECK ((trouble IS NULL) = (trouble_since IS NULL))
);
CALL app.protect('audit_witness', 'SELECT', 'SELECT, INSERT, UPDATE');

-- Tenants whose newest head a witness has not cosigned, and that it was not asked about lately: keys only.
CREATE POLICY dispatch_rows ON audit_witness FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, witness, known_size, asked_at, trouble) ON audit_witness TO console_dispatch;
CREATE FUNCTION app.tenants_to_witness(witness_name text, pause_seconds integer, max_rows integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t
  CROSS JOIN LATERAL (SELECT max(c.tree_size) AS size FROM public.audit_checkpoint c WHERE c.tenant_id = t.tenant_id) head
  LEFT JOIN public.audit_witness w ON w.tenant_id = t.tenant_id AND w.witness = witness_name
  WHERE head.size > 0 AND (w.tenant_id IS NULL
    OR ((head.size > w.known_size OR w.trouble IS NOT NULL) AND w.asked_at <= clock_timestamp() - make_interval(secs => pause_seconds)))
  ORDER BY w.asked_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.tenants_to_witness(text, integer, integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.tenants_to_witness(text, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.tenants_to_witness(text, integer, integer) TO console_worker;
