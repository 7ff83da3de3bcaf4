import "server-only";
import {
  evidenceToJudge,
  judgeEvidence,
  recordEvidence,
} from "#server/features/deployments/index.ts";
import type { PinnedRoot } from "#server/integrations/sigstore/trusted-root.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";

/**
 * Looks at what is attached to a request, where nobody has yet, and records what it proves. The work on
 * signatures is done between two transactions.
 */
export async function checkEvidence(
  caller: Caller,
  deploymentId: string,
  root: PinnedRoot | null,
): Promise<void> {
  const { tenant } = caller;
  const asked = await withTenant(
    tenant,
    "worker",
    (tx) => evidenceToJudge(tx, tenant, deploymentId),
    { readOnly: true },
  );
  if (!asked) return;
  await runVerb(recordEvidence, caller, {
    deploymentId,
    revision: asked.revision,
    policyVersion: asked.policyVersion,
    attachments: asked.attachments.map(({ digest }) => digest),
    trustedRoot: root?.digest ?? null,
    images: judgeEvidence(asked, root),
  });
}
