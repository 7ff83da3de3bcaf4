import { createHash } from "node:crypto";
import type { z } from "zod";
import { reviewApproval } from "#server/features/approvals/index.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { remediationDetail } from "../queries.ts";
import type { ClaimedRemediation, DryRun } from "../schema.ts";
import { beginApply } from "../verbs/begin-apply.ts";
import { claimRemediation } from "../verbs/claim-remediation.ts";
import { proposeRemediation } from "../verbs/propose-remediation.ts";
import { recordApply } from "../verbs/record-apply.ts";
import { recordDryRun } from "../verbs/record-dry-run.ts";
import { settleRemediation } from "../verbs/settle-remediation.ts";

export const sha = (text: string) => createHash("sha256").update(text).digest("hex");
export const SEEN = { liveDigest: sha("live"), desiredDigest: sha("desired") };

export const worker = (tenant: AuthorizedTenantId) =>
  workerOf(tenant, ["runtime.remediations.execute"]);
export const proposer = (tenant: AuthorizedTenantId) =>
  userOf(tenant, "proposer", { roles: ["org-admin"] });

/** A finding as a look at drift records it. */
export async function oneFinding(
  tenant: AuthorizedTenantId,
  fields: {
    name?: string;
    kind?: string;
    api_version?: string;
    rule?: string;
    severity?: string;
    cluster?: string;
  } = {},
): Promise<string> {
  const { name = "web", kind = "ConfigMap", api_version = "v1" } = fields;
  const { rule = "field-drift", severity = "medium", cluster = "muscat" } = fields;
  const [row] = await asSuperuser<{ id: string }>(
    `INSERT INTO drift_finding (tenant_id, finding_id, fingerprint, group_id, rule, severity, environment, cluster,
       api_version, kind, namespace, name, reason, search_text, content_digest, state, first_seen_at, last_seen_at)
     VALUES ($1, gen_random_uuid(), sha256(convert_to($2 || $3 || $5, 'UTF8')), repeat('a', 32), $5, $6, 'prod', $7,
       $4, $3, 'shop-prod', $2, 'none', $2, sha256('c'), 'open', now(), now()) RETURNING finding_id AS id`,
    [tenant, name, kind, api_version, rule, severity, cluster],
  );
  return row?.id ?? "";
}

export async function propose(tenant: AuthorizedTenantId, findingId: string): Promise<string> {
  const input = { findingId, reason: "it drifted" };
  return (await runVerb(proposeRemediation, proposer(tenant), input)).remediationId;
}

/** Claims it, whenever it is due. */
export async function claim(
  tenant: AuthorizedTenantId,
  remediationId: string,
): Promise<ClaimedRemediation> {
  await asSuperuser(
    "UPDATE remediation SET due_at = clock_timestamp(), lease_until = NULL WHERE remediation_id = $1",
    [remediationId],
  );
  const input = { remediationId, owner: "w", leaseSeconds: 60 };
  const { claimed } = await runVerb(claimRemediation, worker(tenant), input);
  if (!claimed) throw new Error("it could not be claimed");
  return claimed;
}

export async function held(tenant: AuthorizedTenantId, remediationId: string) {
  const { fence } = await claim(tenant, remediationId);
  return { remediationId, fence };
}

export function planOf(more: Partial<z.input<typeof DryRun>> = {}): z.input<typeof DryRun> {
  return {
    ...SEEN,
    action: "apply",
    source: "folder",
    revision: "abc",
    changes: [{ path: "/data/a", kind: "changed", desired: "1", live: "2" }],
    differenceDigest: sha("difference"),
    overrides: ["kubectl-edit"],
    uid: "u-1",
    command: "kubectl apply",
    ...more,
  };
}

/** Proposed and dry-run: it waits for its approval. */
export async function planned(
  tenant: AuthorizedTenantId,
  more: Partial<z.input<typeof DryRun>> = {},
): Promise<string> {
  const remediationId = await propose(tenant, await oneFinding(tenant));
  const result = { how: "planned" as const, canApply: true, plan: planOf(more) };
  await runVerb(recordDryRun, worker(tenant), { ...(await held(tenant, remediationId)), result });
  return remediationId;
}

export function detail(tenant: AuthorizedTenantId, remediationId: string) {
  return withTenant(tenant, "tenant", (tx) =>
    remediationDetail(tx, proposer(tenant), remediationId, []),
  );
}

export async function decide(
  tenant: AuthorizedTenantId,
  remediationId: string,
  decision: "approve" | "reject" = "approve",
  subject = "officer",
): Promise<void> {
  const { approval } = await detail(tenant, remediationId);
  await runVerb(reviewApproval, userOf(tenant, subject), {
    requestId: approval?.requestId ?? "",
    subjectDigest: approval?.subjectDigest ?? "",
    decision,
    comment: "looked at it",
  });
}

export const rolesOf = (tenant: AuthorizedTenantId, roles: string[] = ["security-officer"]) => [
  { issuer: `https://idp.test/realms/${tenant}`, subject: "officer", roles },
];

/** Approved by another, and settled. */
export async function approved(tenant: AuthorizedTenantId): Promise<string> {
  const remediationId = await planned(tenant);
  await decide(tenant, remediationId);
  await runVerb(settleRemediation, worker(tenant), {
    ...(await held(tenant, remediationId)),
    seen: SEEN,
  });
  return remediationId;
}

/** Approved, and the act about to be made; gives what the worker holds. */
export async function begun(tenant: AuthorizedTenantId) {
  const remediationId = await approved(tenant);
  const holding = await held(tenant, remediationId);
  await runVerb(beginApply, worker(tenant), { ...holding, ...beginning(tenant) });
  return holding;
}

export const beginning = (tenant: AuthorizedTenantId) => ({
  leaseSeconds: 60,
  seen: SEEN,
  approvers: rolesOf(tenant),
  previous: { data: { a: "2" } },
  resourceVersion: "7",
});

/** Applied: it waits to be judged. */
export async function applied(tenant: AuthorizedTenantId): Promise<string> {
  const holding = await begun(tenant);
  const result = { how: "applied" as const, afterDigest: sha("after") };
  await runVerb(recordApply, worker(tenant), { ...holding, result });
  return holding.remediationId;
}

/** Both looks, begun after what was applied; the finding is gone unless told otherwise. */
export async function looked(
  tenant: AuthorizedTenantId,
  { isGone = true }: { isGone?: boolean } = {},
): Promise<void> {
  await asSuperuser(
    `INSERT INTO drift_cluster (tenant_id, cluster, inputs_digest, live_seen_at, compared_at)
     VALUES ($1, 'muscat', sha256('i'), clock_timestamp(), clock_timestamp())
     ON CONFLICT (tenant_id, cluster) DO UPDATE SET live_seen_at = clock_timestamp(), compared_at = clock_timestamp()`,
    [tenant],
  );
  await asSuperuser(
    `INSERT INTO isolation_look (tenant_id, due_at, started_at, finished_at)
     VALUES ($1, 'infinity', clock_timestamp(), clock_timestamp() + interval '1 second')
     ON CONFLICT (tenant_id) DO UPDATE SET started_at = clock_timestamp(), finished_at = clock_timestamp() + interval '1 second'`,
    [tenant],
  );
  if (!isGone) return;
  await asSuperuser(
    "UPDATE drift_finding SET state = 'resolved', resolved_at = clock_timestamp() WHERE tenant_id = $1 AND state = 'remediating'",
    [tenant],
  );
}
