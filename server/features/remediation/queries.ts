import "server-only";
import type { z } from "zod";
import { DRIFT_RULES } from "#server/engines/drift/finding.ts";
import { approvalDetails } from "#server/features/approvals/index.ts";
import { findingInBrief, unhide } from "#server/features/drift/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { openBreakerOf } from "./breaker-rows.ts";
import { objectDigest } from "./object-digest.ts";
import { DEFAULT_POLICY, modeFor, policiesInForce, policyInForce } from "./policies-in-force.ts";
import { findRemediation, REMEDIATION_COLUMNS, type RemediationRow } from "./remediation-rows.ts";
import { mayWithdraw, viewOf } from "./remediation-view.ts";
import type {
  Breakers,
  OfFinding,
  Policies,
  RemediationDetail,
  RemediationPage,
  RemediationsInput,
} from "./views.ts";
import { waitingFor } from "./waiting-for.ts";
import { whyNotRemedied } from "./why-not-remedied.ts";

/** Remediations, the newest first (their ids are in the order of time). */
export async function remediations(
  tx: TenantTx,
  viewer: Caller,
  { findingId, states, show, cursor, limit }: RemediationsInput,
): Promise<z.input<typeof RemediationPage>> {
  const rows = await tx.query<RemediationRow>(
    `SELECT ${REMEDIATION_COLUMNS} FROM remediation
     WHERE tenant_id = $1 AND ($2::uuid IS NULL OR remediation_id < $2)
       AND ($3::uuid IS NULL OR finding_id = $3)
       AND ($4::text[] IS NULL OR state = ANY ($4)) AND ($5 OR finished_at IS NULL)
     ORDER BY remediation_id DESC LIMIT $6`,
    [
      viewer.tenant,
      cursor ?? null,
      findingId ?? null,
      states?.length ? states : null,
      show === "all" || Boolean(states?.length) || findingId !== undefined,
      limit + 1,
    ],
  );
  const page = rows.slice(0, limit);
  return {
    asOf: await tx.startedAt(),
    items: page.map((row) => viewOf(row, viewer)),
    nextCursor: rows.length > limit ? (page.at(-1)?.remediation_id ?? null) : null,
  };
}

/** One with its plan, its approval and everything that happened; of other tenants only the `known` are named. Throws `not_found`. */
export async function remediationDetail(
  tx: TenantTx,
  viewer: Caller,
  remediationId: string,
  known: readonly string[],
): Promise<z.input<typeof RemediationDetail>> {
  const { tenant } = viewer;
  const row = await findRemediation(tx, tenant, remediationId);
  if (!row) throw notFound("remediation");
  const approvalIds = row.approval_id ? [row.approval_id] : [];
  const approvals = await approvalDetails(tx, tenant, approvalIds, viewer);
  const steps = await tx.query<z.input<typeof RemediationDetail>["steps"][number]>(
    `SELECT step_id AS "stepId", state_from AS "from", state_to AS "to", note, actor_kind AS "byKind",
       actor_name AS "byName", event_id AS "eventId", at
     FROM remediation_step WHERE tenant_id = $1 AND remediation_id = $2 ORDER BY step_id`,
    [tenant, remediationId],
  );
  return {
    ...viewOf(row, viewer),
    asOf: await tx.startedAt(),
    changes: unhide(row.plan?.changes ?? null, known),
    overrides: row.plan?.overrides ?? [],
    desiredSource: row.plan?.source ?? null,
    desiredRevision: row.plan?.revision ?? null,
    desiredDigest: row.desired_digest?.toString("hex") ?? null,
    liveDigest: row.live_digest?.toString("hex") ?? null,
    differenceDigest: row.difference_digest?.toString("hex") ?? null,
    command: row.plan?.command ?? null,
    approval: approvals.get(row.approval_id ?? "") ?? null,
    appliedAt: row.applied_at,
    waitingFor: await waitingFor(tx, tenant, row),
    worse: row.worse,
    mayWithdraw: mayWithdraw(row, viewer),
    steps,
  };
}

/** What can be done about a finding, and what was. Throws `not_found`. */
export async function remediationsOfFinding(
  tx: TenantTx,
  viewer: Caller,
  findingId: string,
): Promise<z.input<typeof OfFinding>> {
  const { tenant } = viewer;
  const finding = await findingInBrief(tx, tenant, findingId);
  if (!finding) throw notFound("drift finding");
  const policy = await policyInForce(tx, finding.rule);
  const breaker = await openBreakerOf(tx, tenant, finding.cluster, objectDigest(finding.object));
  const rows = await tx.query<RemediationRow>(
    `SELECT ${REMEDIATION_COLUMNS} FROM remediation WHERE tenant_id = $1 AND finding_id = $2
     ORDER BY remediation_id DESC LIMIT 20`,
    [tenant, findingId],
  );
  const why = await whyNotRemedied(tx, tenant, finding, policy);
  return {
    asOf: await tx.startedAt(),
    mode: modeFor(policy, finding.object),
    blocked: why ?? (viewer.scopes.has("runtime.remediations.propose") ? null : "no-scope"),
    breaker: breaker
      ? { breakerId: breaker.breaker_id, openedAt: breaker.opened_at, count: breaker.count }
      : null,
    remediations: rows.map((row) => viewOf(row, viewer)),
  };
}

/** What applies here, rule by rule; who saved it only in the Sovereign's own context. */
export async function remediationPolicies(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof Policies>> {
  const [here] = await tx.query<{ kind: string }>("SELECT kind FROM tenant WHERE tenant_id = $1", [
    tenant,
  ]);
  const inForce = await policiesInForce(tx);
  const own = await tx.query<{ rule: string; reason: string; by: string }>(
    `SELECT DISTINCT ON (rule) rule, reason, saved_by_name AS by FROM remediation_policy
     WHERE tenant_id = $1 ORDER BY rule, version DESC`,
    [tenant],
  );
  return {
    asOf: await tx.startedAt(),
    isSovereign: here?.kind === "sovereign",
    policies: DRIFT_RULES.map((rule) => {
      const found = inForce.get(rule);
      const saved = own.find((each) => each.rule === rule);
      return {
        rule,
        version: found?.version ?? 0,
        spec: found?.spec ?? DEFAULT_POLICY,
        reason: saved?.reason ?? null,
        savedByName: saved?.by ?? null,
        savedAt: found?.savedAt ?? null,
      };
    }),
  };
}

const MOST_BREAKERS = 200;

export async function breakers(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof Breakers>> {
  type View = z.input<typeof Breakers>["breakers"][number];
  const rows = await tx.query<Omit<View, "object"> & View["object"]>(
    `SELECT breaker_id AS "breakerId", cluster, rule, api_version AS "apiVersion", kind, namespace, name, count,
       window_seconds AS "windowSeconds", opened_at AS "openedAt", event_id AS "eventId", reset_at AS "resetAt",
       reset_by_name AS "resetByName", reset_reason AS "resetReason"
     FROM remediation_breaker WHERE tenant_id = $1
     ORDER BY (reset_at IS NOT NULL), breaker_id DESC LIMIT $2`,
    [tenant, MOST_BREAKERS],
  );
  return {
    asOf: await tx.startedAt(),
    breakers: rows.map(({ apiVersion, kind, namespace, name, ...rest }) => ({
      ...rest,
      object: { apiVersion, kind, namespace, name },
    })),
  };
}
