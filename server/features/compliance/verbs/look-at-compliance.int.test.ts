import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHECK_IDS, type CheckId } from "#server/engines/compliance/judge-checks.ts";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { emitMany } from "#server/features/audit/testing/audit-fixture.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { auditLogRows } from "#server/worker/compliance/audit-log-rows.ts";
import { lookAtDueCompliance } from "#server/worker/jobs/compliance.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { checkHistory, checkStates, complianceOverview } from "../queries.ts";
import { healthyTenant } from "../testing/healthy-tenant.ts";
import { lookAtCompliance } from "./look-at-compliance.ts";

type Healthy = Awaited<ReturnType<typeof healthyTenant>>;
let healthy: Healthy;

const SCOPES = ["runtime.compliance.observe"] as const;
const look = () =>
  runVerb(lookAtCompliance, workerOf(healthy.tenant, SCOPES), { nextInSeconds: 3_600 });
const stateOf = async (checkId: CheckId) => {
  const all = await withTenant(healthy.tenant, "tenant", (tx) => checkStates(tx, healthy.tenant));
  return all.find((check) => check.checkId === checkId);
};

beforeAll(async () => {
  healthy = await healthyTenant();
  await auditLogRows(healthy.tenant);
  await look();
}, 120_000);
afterAll(() => healthy?.[Symbol.asyncDispose]());

/** What breaks the cause of each check, and what mends it; `$1` is the tenant. */
interface Case {
  break: string;
  mend: string;
  /** `failing` unless said otherwise. */
  state?: "unknown";
  /** Whether the rows of the log are audited anew before each look. */
  isAudited?: true;
}

const of = (table: string, set: string, where = "") =>
  `UPDATE ${table} SET ${set} WHERE tenant_id = $1${where && ` AND ${where}`}`;
const spec = (patch: string) => of("environment_policy_version", `spec = spec || '${patch}'`);
const finding = (rule: string, severity: string, since: string) => ({
  break: `INSERT INTO drift_finding (tenant_id, finding_id, fingerprint, group_id, rule, severity, environment, cluster,
      api_version, kind, name, reason, search_text, content_digest, state, first_seen_at, last_seen_at)
    VALUES ($1, gen_random_uuid(), sha256('${rule}'), repeat('0', 32), '${rule}', '${severity}', 'prod', 'muscat', 'apps/v1',
      'Deployment', 'orders', 'none', 'orders', sha256('c'), 'open', now() - interval '${since}', now())`,
  mend: of("drift_finding", "state = 'resolved', resolved_at = now()", `rule = '${rule}'`),
});
const cell = (layer: string) => ({
  break: of("isolation_cell", "state = 'violated'", `layer = '${layer}'`),
  mend: of("isolation_cell", "state = 'verified'", `layer = '${layer}'`),
});

const CASES: Partial<Record<CheckId, Case[]>> = {
  "rotation-on-time": [
    {
      break: of("secret_binding", "last_rotated_at = now() - interval '200 days'"),
      mend: of("secret_binding", "last_rotated_at = now()"),
    },
    {
      break: of("secret_binding", "rotation_state = 'indeterminate'"),
      mend: of("secret_binding", "rotation_state = NULL"),
    },
  ],
  "credentials-managed": [
    {
      break: of("secret_binding", "origin = 'discovered'"),
      mend: of("secret_binding", "origin = 'bound'"),
    },
    {
      break: of("discovery_source", "failing_since = now(), failure_code = 'sealed'"),
      mend: of("discovery_source", "failing_since = NULL, failure_code = NULL"),
      state: "unknown",
    },
  ],
  "old-values-dead": [
    {
      break: of("rotation_step", "state_to = 'done'"),
      mend: of("rotation_step", "state_to = 'verified_dead'"),
    },
    {
      break: of(
        "rotation",
        "state = 'grace', finished_at = NULL, grace_until = now() - interval '2 hours'",
      ),
      mend: of("rotation", "state = 'done', finished_at = now(), grace_until = NULL"),
    },
  ],
  "leaks-contained": [
    {
      break: of("leak_incident", "state = 'open', contained_at = NULL, proof_rotation_id = NULL"),
      mend: of(
        "leak_incident",
        "state = 'contained', contained_at = now(), proof_rotation_id = rotation_id",
      ),
    },
  ],
  "approvals-quorum": [
    {
      break: of("approval_review", "reviewer_roles = '{developer}'"),
      mend: of("approval_review", "reviewer_roles = '{security-officer}'"),
    },
    {
      break: of("approval_review", "subject_digest = sha256('another')"),
      mend: of("approval_review", "subject_digest = sha256('subject')"),
    },
  ],
  "no-self-approval": [
    {
      break: of("approval_review", "reviewer_subject = 'asker'"),
      mend: of("approval_review", "reviewer_subject = 'officer'"),
    },
    {
      break: of("approval_request", "human_issuer = 'i', human_subject = 'officer'"),
      mend: of("approval_request", "human_issuer = NULL, human_subject = NULL"),
    },
  ],
  "production-guarded": [
    { break: spec('{"stepUp": "none"}'), mend: spec('{"stepUp": "mfa"}') },
    { break: spec('{"requiresElevation": false}'), mend: spec('{"requiresElevation": true}') },
    { break: spec('{"provenance": "none"}'), mend: spec('{"provenance": "slsa-2"}') },
  ],
  "deployments-approved": [
    {
      break: of("approval_request", "state = 'rejected'"),
      mend: of("approval_request", "state = 'executed'"),
    },
  ],
  "images-verified": [
    {
      break: of(
        "deployment_verdict",
        "verdict = 'refused', attestation_digest = NULL, signer = NULL",
      ),
      mend: of(
        "deployment_verdict",
        "verdict = 'verified', attestation_digest = sha256('a'), signer = 'builder'",
      ),
    },
    {
      break: of(
        "deployment_verdict",
        "verdict = 'unknown', attestation_digest = NULL, signer = NULL",
      ),
      mend: of(
        "deployment_verdict",
        "verdict = 'verified', attestation_digest = sha256('a'), signer = 'builder'",
      ),
      state: "unknown",
    },
  ],
  "elevation-time-boxed": [
    {
      break: of("elevation_grant", "starts_at = ends_at - interval '3 hours'", "kind = 'jit'"),
      mend: of("elevation_grant", "starts_at = ends_at - interval '1 hour'", "kind = 'jit'"),
    },
  ],
  "elevation-step-up": [
    {
      break: of("elevation_grant", "proof_method = NULL"),
      mend: of("elevation_grant", "proof_method = 'oidc'"),
    },
  ],
  "elevation-withdrawn": [
    {
      break: `WITH g AS (${of("elevation_grant", "ends_at = now() - interval '20 minutes'", "kind = 'jit'")})
        ${of("elevation_projection", "state = 'revoking', gone_at = NULL")}`,
      mend: of("elevation_projection", "state = 'gone', gone_at = now()"),
    },
  ],
  "break-glass-reviewed": [
    {
      break: of(
        "break_glass_use",
        `review = 'due', reviewed_at = NULL, reviewed_by_issuer = NULL, reviewed_by_subject = NULL,
          started_at = started_at - interval '4 days', ends_at = ends_at - interval '4 days'`,
      ),
      mend: of(
        "break_glass_use",
        "review = 'justified', reviewed_at = now(), reviewed_by_issuer = 'i', reviewed_by_subject = 'other'",
      ),
    },
  ],
  "access-reviews-on-time": [
    {
      break: of(
        "access_campaign",
        "started_at = now() - interval '9 days', due_at = now() - interval '2 days'",
      ),
      mend: of("access_campaign", "due_at = now() + interval '2 days'"),
    },
    {
      break: of("access_review_policy", "is_enabled = false"),
      mend: of("access_review_policy", "is_enabled = true"),
    },
    {
      break: of("access_directory", "failing_since = now(), failure_code = 'unreachable'"),
      mend: of("access_directory", "failing_since = NULL, failure_code = NULL"),
      state: "unknown",
    },
  ],
  "access-removed": [
    {
      break: of(
        "access_item",
        "revocation = 'to-do', gone_at = NULL, revocation_since = now() - interval '8 days'",
      ),
      mend: of("access_item", "revocation = 'gone', gone_at = now()"),
    },
  ],
  "keys-not-copied": [
    {
      break: of("security_key", "suspected_at = now()"),
      mend: of("security_key", "suspected_at = NULL"),
    },
  ],
  "isolation-verified": [
    cell("network"),
    {
      break: of("isolation_look", "finished_at = now() - interval '2 hours'"),
      mend: of("isolation_look", "finished_at = now()"),
      state: "unknown",
    },
  ],
  "residency-kept": [cell("residency")],
  "drift-age": [
    finding("missing", "high", "8 days"),
    finding("field-drift", "critical", "25 hours"),
  ],
  "images-recorded": [finding("unexpected-image", "medium", "1 minute")],
  "hardening-kept": [finding("weakened-hardening", "medium", "1 minute")],
  "policies-kept": [finding("weaker-policy", "medium", "1 minute")],
  "neighbours-quiet": [
    {
      break: `INSERT INTO quota_crowding (tenant_id, environment, crowding_id, side, cluster, pool, resource, cause, peer,
          first_seen_at, observed_at)
        VALUES ($1, 'prod', substr(sha256('c'), 1, 16), 'crowded', 'muscat', 'shared', 'cpu', 'no-limits',
          substr(sha256('p'), 1, 16), now(), now())`,
      mend: "DELETE FROM quota_crowding WHERE tenant_id = $1",
    },
  ],
  "row-security-forced": [
    {
      break: "ALTER TABLE quota_sample NO FORCE ROW LEVEL SECURITY",
      mend: "ALTER TABLE quota_sample FORCE ROW LEVEL SECURITY",
    },
  ],
  "log-sealed": [
    {
      break: `INSERT INTO audit_pending (tenant_id, event_id, recorded_at)
        SELECT $1, gen_random_uuid(), now() - interval '2 minutes'`,
      mend: "DELETE FROM audit_pending WHERE tenant_id = $1 AND recorded_at < now() - interval '90 seconds'",
    },
  ],
  "log-intact": [
    {
      break: of("audit_event", "outcome = 'denied'", "type = 'runtime.secrets.rotated'"),
      mend: of("audit_event", "outcome = 'succeeded'", "type = 'runtime.secrets.rotated'"),
      isAudited: true,
    },
  ],
  "log-witnessed": [
    {
      break: of("audit_witness", "trouble = 'forked', trouble_since = now()"),
      mend: of("audit_witness", "trouble = NULL, trouble_since = NULL"),
    },
    {
      break: of("audit_witness", "trouble = 'unreachable', trouble_since = now()"),
      mend: of("audit_witness", "trouble = NULL, trouble_since = NULL"),
      state: "unknown",
    },
  ],
  "log-delivered": [
    {
      break: of("sink", "lagging_since = now() - interval '20 minutes'"),
      mend: of("sink", "lagging_since = NULL"),
    },
    {
      break: of("sink", "state = 'paused', changed_at = now() - interval '2 days'"),
      mend: of("sink", "state = 'active', changed_at = now()"),
    },
  ],
  "dead-letters-settled": [
    {
      break: of("sink_dead_letter", "state = 'waiting', settled_at = NULL"),
      mend: of("sink_dead_letter", "state = 'discarded', settled_at = now()"),
    },
  ],
  "erasure-on-time": [
    {
      break: of(
        "retention_act",
        "state = 'acting', finished_at = NULL, due_at = now() - interval '2 days'",
      ),
      mend: of("retention_act", "state = 'done', finished_at = now()"),
    },
    {
      break: of("retention_look", "looked_at = now() - interval '2 days'"),
      mend: of("retention_look", "looked_at = now()"),
      state: "unknown",
    },
  ],
  "payloads-encrypted": [
    {
      break: `UPDATE audit_payload SET key_id = 'elsewhere' WHERE tenant_id = $1 AND event_id = (SELECT event_id
        FROM audit_event WHERE tenant_id = $1 ORDER BY recorded_at, event_id LIMIT 1)`,
      mend: `UPDATE audit_payload SET key_id = (SELECT key_id FROM tenant_key WHERE tenant_id = $1 LIMIT 1)
        WHERE tenant_id = $1 AND key_id = 'elsewhere'`,
    },
  ],
  "alerts-answered": [
    {
      break: of(
        "alert",
        "acknowledged_at = NULL, acknowledged_by = NULL, created_at = now() - interval '25 hours'",
      ),
      mend: of("alert", "acknowledged_at = now(), acknowledged_by = 'n'"),
    },
  ],
  "alerts-delivered": [
    {
      break: `INSERT INTO webhook_delivery (tenant_id, delivery_id, endpoint_id, event_id, state, attempt, next_attempt_at, finished_at)
        SELECT tenant_id, gen_random_uuid(), endpoint_id, gen_random_uuid(), 'dead', 8, now(), now()
        FROM webhook_endpoint WHERE tenant_id = $1`,
      mend: "DELETE FROM webhook_delivery WHERE tenant_id = $1",
    },
  ],
  "regions-ready": [
    {
      break: of("region_read", "state = 'behind'"),
      mend: of("region_read", "state = 'verified'"),
    },
    {
      break: of("region_read", "state = 'unknown'"),
      mend: of("region_read", "state = 'verified'"),
      state: "unknown",
    },
  ],
};
/** A setting of the process, not a row: the engine's own test flips it. */
const ELSEWHERE: CheckId[] = ["tokens-bound"];

test("every check is met by the healthy tenant: none is red or unknown by itself", async () => {
  const all = await withTenant(healthy.tenant, "tenant", (tx) => checkStates(tx, healthy.tenant));
  expect(all.filter(({ state }) => state !== "met")).toEqual([]);
  const { frameworks } = await withTenant(healthy.tenant, "tenant", (tx) =>
    complianceOverview(tx, healthy.tenant),
  );
  for (const { controls } of frameworks) {
    expect(controls.filter(({ state }) => state !== "met")).toEqual([]);
  }
});

test("every check has a case that breaks its cause", () => {
  expect([...Object.keys(CASES), ...ELSEWHERE].sort()).toEqual([...CHECK_IDS].sort());
});

describe("breaking its cause turns a check, mending it turns it back", () => {
  const cases = Object.entries(CASES).flatMap(([checkId, all]) =>
    all.map((each, at) => ({ checkId: checkId as CheckId, at, ...each })),
  );
  test.each(cases)("$checkId ($at)", async ({ checkId, state = "failing", isAudited, ...sql }) => {
    const lookAgain = async () => {
      if (isAudited) await auditLogRows(healthy.tenant);
      return await look();
    };
    await healthy.run(sql.break);
    const broken = await lookAgain();
    expect(await stateOf(checkId)).toMatchObject({ checkId, state });
    expect(broken.flips).toContainEqual(expect.objectContaining({ checkId, before: "met", state }));
    await healthy.run(sql.mend);
    await lookAgain();
    expect(await stateOf(checkId)).toMatchObject({ checkId, state: "met" });
  });
});

test("approvals are judged however many there are: one of thousands without its quorum is found", async () => {
  const copies = 2_100;
  const copied = (table: string, own: string) => `INSERT INTO ${table}
    SELECT (jsonb_populate_record(r, jsonb_build_object('request_id', md5(n::text)::uuid, ${own}))).*
    FROM ${table} r, generate_series(1, ${copies}) n WHERE r.tenant_id = $1`;
  const quorum = async () => {
    await look();
    return await stateOf("approvals-quorum");
  };
  await healthy.run(copied("approval_request", "'subject_ref', 'deployment/' || n"));
  await healthy.run(copied("approval_review", "'review_id', md5('k' || n)::uuid"));
  expect(await quorum()).toMatchObject({ state: "met", params: { total: copies + 1 } });
  const one = "request_id = md5('7')::uuid";
  await healthy.run(of("approval_review", "reviewer_roles = '{developer}'", one));
  expect(await quorum()).toMatchObject({ state: "failing", params: { bad: 1, total: copies + 1 } });
  const made = `request_id IN (SELECT md5(n::text)::uuid FROM generate_series(1, ${copies}) n)`;
  await healthy.run(`DELETE FROM approval_review WHERE tenant_id = $1 AND ${made}`);
  await healthy.run(`DELETE FROM approval_request WHERE tenant_id = $1 AND ${made}`);
  expect(await quorum()).toMatchObject({ state: "met", params: { total: 1 } });
});

test("each change of a state is in the history, with an event that names the controls that flipped", async () => {
  const { entries } = await withTenant(healthy.tenant, "tenant", (tx) =>
    checkHistory(tx, healthy.tenant, ["keys-not-copied"]),
  );
  expect(entries.map(({ before, state }) => [before, state])).toEqual([
    ["failing", "met"],
    ["met", "failing"],
    [null, "met"],
  ]);
  const events = await eventsOf(healthy.tenant);
  const told = events.find(({ eventId }) => eventId === entries[1]?.eventId);
  expect(told).toMatchObject({
    type: "runtime.compliance.flipped",
    subject: "compliance-check/keys-not-copied",
  });
  expect(entries[1]?.evidence).toMatchObject([{ kind: "security-key" }]);
  // What it began with is one event of all checks.
  const judged = events.filter(({ type }) => type === "runtime.compliance.judged");
  expect(judged.map(({ eventId }) => eventId)).toEqual([entries[2]?.eventId]);
  expect(judged[0]?.payload).toMatchObject({ checks: CHECK_IDS.map((check) => ({ check })) });
});

test("a second look at the same rows changes nothing and tells nothing", async () => {
  await look();
  const before = (await eventsOf(healthy.tenant)).length;
  expect((await look()).flips).toEqual([]);
  expect((await eventsOf(healthy.tenant)).length).toBe(before);
});

test("the worker comes by when the log has grown, and what is lost is alerted once", async () => {
  const { tenant } = healthy;
  const alerts = () =>
    withTenant(tenant, "tenant", (tx) =>
      tx.query<{ subject_ref: string; event_id: string }>(
        "SELECT subject_ref, event_id FROM alert WHERE tenant_id = $1 AND kind = 'compliance-failing'",
        [tenant],
      ),
    );
  // Its turn by the clock is an hour away.
  const times = { everySeconds: 3_600, leastSeconds: 0 };
  await sealPendingAudit(tenant);
  await lookAtDueCompliance(times);
  await sealPendingAudit(tenant);
  await healthy.run(of("security_key", "suspected_at = now()"));
  expect((await stateOf("keys-not-copied"))?.state).toBe("met");
  await emitMany(tenant, 1);
  await sealPendingAudit(tenant);
  await lookAtDueCompliance(times);
  expect((await stateOf("keys-not-copied"))?.state).toBe("failing");
  const raised = await alerts();
  expect(raised.map((each) => each.subject_ref)).toEqual(["compliance-check/keys-not-copied"]);
  await sealPendingAudit(tenant);
  await lookAtDueCompliance(times);
  expect(await alerts()).toEqual(raised);
  await healthy.run(of("security_key", "suspected_at = NULL"));
});

test("a tenant with nothing is never green: what nobody looked at is unknown", async () => {
  const tenant = await newTenant("empty");
  await runVerb(lookAtCompliance, workerOf(tenant, SCOPES), { nextInSeconds: 60 });
  const all = await withTenant(tenant, "tenant", (tx) => checkStates(tx, tenant));
  const state = (id: CheckId) => all.find(({ checkId }) => checkId === id)?.state;
  expect(state("isolation-verified")).toBe("unknown");
  expect(state("drift-age")).toBe("unknown");
  expect(state("rotation-on-time")).toBe("not-applicable");
  expect(state("access-reviews-on-time")).toBe("failing");
});

test("only the worker judges", async () => {
  const person = userOf(healthy.tenant, "officer");
  await expect(runVerb(lookAtCompliance, person, { nextInSeconds: 60 })).rejects.toMatchObject({
    code: "forbidden",
  });
});
