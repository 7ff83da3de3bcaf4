-- An erasure also takes the content out of rows of other features that said the same (ADR 45). Of tables that the
-- worker only read or added to, it may change just that: what was there gives way to `[erased]`.

CREATE FUNCTION app.only_redacts() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF current_user = 'console_worker' AND EXISTS (
    SELECT FROM jsonb_each(to_jsonb(NEW)) AS made JOIN jsonb_each(to_jsonb(OLD)) AS was USING (key)
    WHERE made.value IS DISTINCT FROM was.value
      AND (key <> ALL (TG_ARGV)
        -- In the query of an address it is written another way.
        OR (strpos(made.value::text, '[erased]') = 0 AND strpos(made.value::text, '%5Berased%5D') = 0)))
  THEN
    RAISE EXCEPTION 'of % the worker changes only what an erasure takes', TG_TABLE_NAME USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION app.only_redacts() FROM PUBLIC;

DO $$
DECLARE
  each record;
BEGIN
  FOR each IN SELECT * FROM (VALUES
    ('admission_credential', 'added_by_name'),
    ('admission_namespace', 'reason saved_by_name'),
    ('alert', 'detail acknowledged_by'),
    ('approval_review', 'comment reviewer_name'),
    ('break_glass_use', 'reason review_text reviewed_by_name'),
    ('compliance_state_change', 'params evidence'),
    ('deployment_attachment', 'attached_by_name'),
    ('deployment_comment', 'body author_name'),
    ('deployment_history', 'note actor_name'),
    ('deployment_revision', 'reason change_ref evidence'),
    ('dr_promotion_check', 'evidence ticked_by'),
    ('drift_change', 'note by_name'),
    ('drift_ignore_rule', 'reason saved_by_name'),
    ('drift_ignore_rule_version', 'reason saved_by_name'),
    ('elevation_history', 'note actor_name'),
    ('elevation_policy_version', 'reason saved_by_name'),
    ('environment_policy', 'freeze_reason'),
    ('environment_policy_version', 'reason saved_by_name'),
    ('event_source_token', 'added_by_name'),
    ('idempotency_key', 'response'),
    ('manual_completion', 'settle_note completed_by evidence settled_by'),
    ('remediation_breaker', 'reset_reason reset_by_name'),
    ('remediation_policy', 'reason saved_by_name'),
    ('remediation_step', 'note actor_name'),
    ('rotation_step', 'note'),
    ('runtime_tenant_binding', 'reason saved_by_name'),
    ('saved_view', 'name params saved_by_name'),
    ('security_key', 'name')
  ) AS listed (name, columns) LOOP
    EXECUTE format('GRANT SELECT, UPDATE ON %I TO console_worker', each.name);
    EXECUTE format('CREATE TRIGGER only_redacts BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION app.only_redacts(%s)',
      each.name, (SELECT string_agg(quote_literal(c), ', ') FROM string_to_table(each.columns, ' ') AS c));
  END LOOP;
END $$;

-- What was approved is proved by its digest, which stands in the log; its words may be gone.
ALTER TABLE approval_request DROP CONSTRAINT approval_request_digest_of_subject;
ALTER TABLE approval_request ADD CONSTRAINT approval_request_digest_of_subject CHECK (
  subject_digest = sha256(convert_to(subject, 'UTF8')) OR strpos(subject, '[erased]') > 0);
