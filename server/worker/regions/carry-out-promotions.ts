import "server-only";
import { approvalInBrief } from "#server/features/approvals/index.ts";
import { freshSessionOf } from "#server/features/identity/index.ts";
import {
  beginPromotion,
  type PromotionTask,
} from "#server/features/regions/verbs/begin-promotion.ts";
import { recordPromotion } from "#server/features/regions/verbs/record-promotion.ts";
import { settlePromotion } from "#server/features/regions/verbs/settle-promotion.ts";
import type { DrHook, HookAnswer } from "#server/integrations/dr-hook/dr-hook.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "../jobs/each-due.ts";
import { observeRegion } from "./observe-region.ts";
import type { RegionClients } from "./region-clients.ts";

const BATCH = 20;
const SCOPES = ["runtime.regions.settle", "runtime.approvals.consume"] as const;

export interface PromotionDependencies {
  clients: RegionClients;
  /** Null: none is configured, so nothing can be carried out. */
  hook: Pick<DrHook, "promote" | "status"> | null;
  /** The approvers' roles as they are now (law 10); default: their newest sessions. */
  rolesOf?: (
    caller: Caller,
    identity: { issuer: string; subject: string },
  ) => Promise<readonly string[]>;
}

/**
 * Lets promotions follow their approvals, and carries out those that a person let go ahead: begin, the
 * operator's hook, record. The console promotes nothing itself. Gives how many it looked at.
 */
export function carryOutPromotions(dependencies: PromotionDependencies): Promise<number> {
  return eachDue<DueKey & { state: string }>("app.due_promotions($1)", [BATCH], async (due) => {
    const caller = workerCaller({ tenantId: due.tenant_id, name: "promotions", scopes: SCOPES });
    if (due.state === "awaiting_approval" || due.state === "approved") {
      await runVerb(settlePromotion, caller, { promotionId: due.id });
      return;
    }
    const approvers = await approversOf(caller, due.id, dependencies.rolesOf ?? sessionRoles);
    const { task } = await runVerb(beginPromotion, caller, { promotionId: due.id, approvers });
    if (!task) return;
    const { answer, detail } = await act(task, dependencies);
    await runVerb(recordPromotion, caller, {
      promotionId: due.id,
      fence: task.fence,
      answer,
      detail,
    });
  });
}

async function act(
  task: PromotionTask,
  { hook, clients }: PromotionDependencies,
): Promise<HookAnswer> {
  if (!hook) {
    const detail = "No operator hook is configured (DR_HOOK_URL). Nothing was done.";
    return { answer: task.act === "call" ? "failed" : "unknown", detail };
  }
  const { promotionId, kind, from, target } = task;
  const said =
    task.act === "call"
      ? await hook.promote({ promotionId, kind, from, target })
      : await hook.status(promotionId);
  if (said.answer !== "succeeded") return said;
  // Its word is not enough: rotations are about to be written there.
  const { state } = await observeRegion(clients.of(target));
  if (state === "active") return said;
  return {
    answer: "running",
    detail: `The hook says that it succeeded, but ${target} is ${state.replaceAll("_", " ")}.`,
  };
}

async function approversOf(
  caller: Caller,
  promotionId: string,
  rolesOf: NonNullable<PromotionDependencies["rolesOf"]>,
) {
  const identities = await withTenant(caller.tenant, "worker", async (tx) => {
    const [row] = await tx.query<{ approval_id: string | null; approval_used_at: Date | null }>(
      "SELECT approval_id, approval_used_at FROM dr_promotion WHERE tenant_id = $1 AND promotion_id = $2",
      [caller.tenant, promotionId],
    );
    if (!row?.approval_id || row.approval_used_at) return [];
    return (await approvalInBrief(tx, caller.tenant, row.approval_id))?.approvers ?? [];
  });
  const approvers = [];
  for (const { issuer, subject } of identities) {
    approvers.push({ issuer, subject, roles: [...(await rolesOf(caller, { issuer, subject }))] });
  }
  return approvers;
}

async function sessionRoles(caller: Caller, identity: { issuer: string; subject: string }) {
  return (await freshSessionOf({ ...identity, tenant: caller.tenant }))?.roles ?? [];
}
