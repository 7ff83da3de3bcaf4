import type { z } from "zod";
import { CHECKLISTS, type PromotionKind } from "#server/engines/dr-promotion/checklist.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { reviewApproval } from "../../approvals/verbs/review-approval.ts";
import { PROMOTION_COLUMNS, type PromotionRow } from "../promotion-rows.ts";
import { regionsOf, storesOf } from "../region-rows.ts";
import type { ApplyRegionsInput, RecordObservationInput, StoreFacts } from "../schema.ts";
import { applyRegions } from "../verbs/apply-regions.ts";
import { beginObservation } from "../verbs/begin-observation.ts";
import { recordObservation } from "../verbs/record-observation.ts";
import { requestPromotion } from "../verbs/request-promotion.ts";
import { settlePromotion } from "../verbs/settle-promotion.ts";
import { submitPromotion } from "../verbs/submit-promotion.ts";
import { tickCheck } from "../verbs/tick-check.ts";

export const REASON = "the data centre moves on Friday";

/** A tenant of one test's own with two regions, and everybody who takes part in a promotion. */
export interface RegionRig {
  tenant: AuthorizedTenantId;
  operator: Caller;
  admin: Caller;
  officer: Caller;
  worker: Caller;
}

export const REGIONS: z.input<typeof ApplyRegionsInput>["regions"] = [
  {
    name: "muscat",
    displayName: "Muscat",
    addresses: ["http://127.0.0.1:1"],
    role: "primary",
    replication: "none",
    maxLagSeconds: 900,
  },
  {
    name: "salalah",
    displayName: "Salalah",
    addresses: ["http://127.0.0.1:2"],
    role: "read-only",
    replication: "storage-snapshot",
    maxLagSeconds: 300,
  },
];

export function rigOf(tenant: AuthorizedTenantId): RegionRig {
  return {
    tenant,
    operator: userOf(tenant, "operator", { roles: ["platform-operator"] }),
    admin: userOf(tenant, "admin", { roles: ["sovereign-admin"] }),
    officer: userOf(tenant, "officer", { roles: ["security-officer"] }),
    worker: workerOf(tenant, [
      "runtime.regions.configure",
      "runtime.regions.observe",
      "runtime.regions.settle",
      "runtime.approvals.consume",
    ]),
  };
}

export async function newRegions(regions = REGIONS): Promise<RegionRig> {
  const rig = rigOf(await newTenant("regions"));
  await runVerb(applyRegions, rig.worker, { regions });
  return rig;
}

export const FACTS: StoreFacts = {
  version: "2.7.2",
  clusterName: "muscat",
  isRaft: true,
  nodes: [
    {
      id: "bao-1",
      address: "10.0.0.1:8201",
      isLeader: true,
      isVoter: true,
      isHealthy: true,
      state: "active",
      lastIndex: 1_000,
      lagByIndex: 0,
    },
  ],
  autopilot: { isHealthy: true, failureTolerance: 1 },
  committedIndex: 1_000,
  appliedIndex: 1_000,
};

/** Takes the store up whatever its time, and records what the test says was seen. */
export async function observe(
  rig: RegionRig,
  region: string,
  seen: Partial<z.input<typeof RecordObservationInput>> = {},
) {
  const storeId = `openbao/${region}`;
  await asSuperuser(
    "UPDATE store_observation SET next_observation_at = clock_timestamp(), lease_until = NULL WHERE tenant_id = $1 AND store_id = $2",
    [rig.tenant, storeId],
  );
  const { task } = await runVerb(beginObservation, rig.worker, { storeId });
  if (!task) throw new Error("not taken");
  const recorded = await runVerb(recordObservation, rig.worker, {
    storeId,
    fence: task.fence,
    state: "active",
    facts: FACTS,
    marker: task.marker ?? "none",
    ...seen,
  });
  return { task, recorded };
}

export function readRegions(rig: RegionRig) {
  return withTenant(rig.tenant, "tenant", async (tx) => ({
    regions: await regionsOf(tx, rig.tenant),
    stores: await storesOf(tx, rig.tenant),
  }));
}

export async function storeOf(rig: RegionRig, region: string) {
  const { stores } = await readRegions(rig);
  const found = stores.find((store) => store.region === region);
  if (!found) throw new Error("no such store");
  return found;
}

export async function promotionOf(rig: RegionRig, promotionId: string): Promise<PromotionRow> {
  const [row] = await withTenant(rig.tenant, "tenant", (tx) =>
    tx.query<PromotionRow>(
      `SELECT ${PROMOTION_COLUMNS} FROM dr_promotion WHERE tenant_id = $1 AND promotion_id = $2`,
      [rig.tenant, promotionId],
    ),
  );
  if (!row) throw new Error("no such promotion");
  return row;
}

/** A promotion to salalah, asked for by the operator. */
export async function ask(rig: RegionRig, kind: PromotionKind = "planned-switchover") {
  const { regions } = await readRegions(rig);
  const target = regions.find(({ role }) => role === "read-only");
  const { promotionId } = await runVerb(requestPromotion, rig.operator, {
    kind,
    targetRegionId: target?.region_id ?? "",
    reason: REASON,
  });
  return promotionId;
}

export async function tickAll(rig: RegionRig, promotionId: string): Promise<void> {
  const { kind } = await promotionOf(rig, promotionId);
  for (const item of CHECKLISTS[kind]) {
    await runVerb(tickCheck, rig.operator, {
      promotionId,
      item,
      evidence: `seen by hand: ${item}`,
    });
  }
}

export async function submitted(rig: RegionRig, kind?: PromotionKind): Promise<string> {
  const promotionId = await ask(rig, kind);
  await tickAll(rig, promotionId);
  await runVerb(submitPromotion, rig.operator, { promotionId });
  return promotionId;
}

/** Approved by a sovereign-admin and a security-officer, neither of whom asked for it. */
export async function approved(rig: RegionRig, kind?: PromotionKind): Promise<string> {
  const promotionId = await submitted(rig, kind);
  await review(rig, promotionId, rig.admin);
  await review(rig, promotionId, rig.officer);
  await runVerb(settlePromotion, rig.worker, { promotionId });
  return promotionId;
}

export async function review(
  rig: RegionRig,
  promotionId: string,
  by: Caller,
  decision: "approve" | "reject" = "approve",
) {
  const row = await promotionOf(rig, promotionId);
  return runVerb(reviewApproval, by, {
    requestId: row.approval_id ?? "",
    subjectDigest: row.subject_digest?.toString("hex") ?? "",
    decision,
    comment: decision === "reject" ? "not today" : "",
  });
}

/** The approvers with the roles that they have now. */
export function approversOf(rig: RegionRig) {
  return [rig.admin, rig.officer].map(({ actor }) => {
    if (actor.kind !== "user") throw new Error("an approver is a person");
    return { issuer: actor.issuer, subject: actor.subject, roles: [...actor.roles] };
  });
}

/** As if the time until the next step had passed. */
export async function makeDue(rig: RegionRig, promotionId: string): Promise<void> {
  await asSuperuser(
    "UPDATE dr_promotion SET due_at = clock_timestamp() WHERE tenant_id = $1 AND promotion_id = $2",
    [rig.tenant, promotionId],
  );
}

export async function eventsOf(rig: RegionRig, subject: string): Promise<string[]> {
  const rows = await withTenant(rig.tenant, "tenant", (tx) =>
    tx.query<{ type: string }>(
      "SELECT type FROM audit_event WHERE tenant_id = $1 AND subject = $2 ORDER BY event_id",
      [rig.tenant, subject],
    ),
  );
  return rows.map(({ type }) => type);
}
