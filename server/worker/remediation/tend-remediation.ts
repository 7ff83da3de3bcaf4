import "server-only";
import { rolesNow } from "#server/features/identity/index.ts";
import type { ClaimedRemediation } from "#server/features/remediation/schema.ts";
import { beginApply } from "#server/features/remediation/verbs/begin-apply.ts";
import { claimRemediation } from "#server/features/remediation/verbs/claim-remediation.ts";
import { recordApply } from "#server/features/remediation/verbs/record-apply.ts";
import { recordDryRun } from "#server/features/remediation/verbs/record-dry-run.ts";
import { recordRollBack } from "#server/features/remediation/verbs/record-roll-back.ts";
import { recordVerdict } from "#server/features/remediation/verbs/record-verdict.ts";
import { recordWaiting } from "#server/features/remediation/verbs/record-waiting.ts";
import { resolveRemediation } from "#server/features/remediation/verbs/resolve-remediation.ts";
import { settleRemediation } from "#server/features/remediation/verbs/settle-remediation.ts";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { makeDoor } from "./act.ts";
import { applyApproved, previousOf } from "./apply-approved.ts";
import { askCluster, readAgain } from "./ask-cluster.ts";
import { dryRun } from "./dry-run.ts";
import { lookAtObject } from "./look-at-object.ts";
import { AwayError, type RemediationPlaces } from "./remediation-places.ts";
import { rollBack } from "./roll-back.ts";

export interface RemediationDependencies {
  places: RemediationPlaces;
  owner: string;
  leaseSeconds: number;
  failpoint?: string | undefined;
}

/** Takes one due remediation a step further: claims it, acts, records (law 2). */
export async function tendRemediation(
  dependencies: RemediationDependencies,
  { tenant_id: tenantId, id: remediationId }: { tenant_id: string; id: string },
): Promise<void> {
  const scopes = ["runtime.remediations.execute"] as const;
  const caller = workerCaller({ tenantId, name: "remediation", scopes });
  const { owner, leaseSeconds } = dependencies;
  const input = { remediationId, owner, leaseSeconds };
  const { claimed } = await runVerb(claimRemediation, caller, input);
  if (claimed) await step(dependencies, caller, claimed);
}

async function step(
  { places, leaseSeconds, failpoint }: RemediationDependencies,
  caller: Caller,
  claim: ClaimedRemediation,
): Promise<void> {
  const held = { remediationId: claim.remediationId, fence: claim.fence };
  switch (claim.state) {
    case "dry_run":
      await runVerb(recordDryRun, caller, {
        ...held,
        result: await dryRun(places, claim, caller.tenant),
      });
      return;
    case "awaiting_approval":
    case "by_hand": {
      const seen = await seenOrNull(places, claim);
      await runVerb(settleRemediation, caller, { ...held, seen });
      return;
    }
    case "approved":
      try {
        await apply({ places, leaseSeconds, failpoint }, caller, claim);
      } catch (error) {
        if (!(error instanceof AwayError)) throw error;
        await runVerb(recordWaiting, caller, { ...held, trouble: error.message });
      }
      return;
    case "verifying":
      await runVerb(recordVerdict, caller, { ...held, ...(await readAgain(places, claim)) });
      return;
    case "indeterminate":
      await runVerb(resolveRemediation, caller, {
        ...held,
        truth: await askCluster(places, claim),
      });
      return;
    case "rolling_back": {
      const writer = places.writer(claim.cluster);
      const door = makeDoor(leaseSeconds, failpoint);
      const result = writer
        ? await rollBack(writer, door, claim)
        : { how: "unknown" as const, trouble: "There is no way to the cluster now." };
      await runVerb(recordRollBack, caller, { ...held, result });
      return;
    }
    default:
      throw new Error(`nothing is to be done about a remediation that is ${claim.state}`);
  }
}

async function apply(
  { places, leaseSeconds, failpoint }: Omit<RemediationDependencies, "owner">,
  caller: Caller,
  claim: ClaimedRemediation,
): Promise<void> {
  const held = { remediationId: claim.remediationId, fence: claim.fence };
  const writer = places.writer(claim.cluster);
  if (!writer) throw new AwayError(`there is no way to ${claim.cluster} now`);
  const look = await lookAtObject(places, claim.cluster, claim.object);
  const approvers =
    claim.mode === "review" ? await rolesNow(caller.tenant, claim.approvers, "leave-out") : [];
  const door = makeDoor(leaseSeconds, failpoint);
  const { mayApply } = await runVerb(beginApply, caller, {
    ...held,
    leaseSeconds,
    seen: look.seen,
    approvers,
    previous: previousOf(look, claim.action),
    resourceVersion: look.live ? String(look.live.metadata.resourceVersion) : null,
  });
  if (!mayApply) return;
  const result = await applyApproved(writer, door, claim, look);
  await runVerb(recordApply, caller, { ...held, result });
}

/** While something can't be read, nobody says that it changed. */
async function seenOrNull(places: RemediationPlaces, { cluster, object }: ClaimedRemediation) {
  try {
    return (await lookAtObject(places, cluster, object)).seen;
  } catch (error) {
    if (error instanceof AwayError) return null;
    throw error;
  }
}
