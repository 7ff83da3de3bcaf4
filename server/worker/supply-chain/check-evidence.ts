import "server-only";
import {
  evidenceToJudge,
  judgeEvidence,
  recordEvidence,
} from "#server/features/deployments/index.ts";
import type { Gitea } from "#server/integrations/gitea/gitea.ts";
import type { PinnedRoot } from "#server/integrations/sigstore/trusted-root.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { resolveMerge } from "./resolve-merge.ts";

/** What evidence is held against, and where merges are looked up. */
export interface Checking {
  root: PinnedRoot | null;
  forge: Gitea | null;
}

/**
 * Looks at the evidence of a request, where nobody has yet, and records what it proves. The work on
 * signatures, and the call of the forge, are done between two transactions. Throws where the forge gives
 * no sound answer: nothing is recorded, and it is tried again.
 */
export async function checkEvidence(
  caller: Caller,
  deploymentId: string,
  { root, forge }: Checking,
): Promise<void> {
  const { tenant } = caller;
  const asked = await withTenant(
    tenant,
    "worker",
    (tx) => evidenceToJudge(tx, tenant, deploymentId),
    { readOnly: true },
  );
  if (!asked) return;
  const { policy, service, changeRef: change } = asked;
  const repositories = (policy.supplyChain?.sources ?? [])
    .filter((source) => source.service === null || source.service === service)
    .map(({ repository }) => repository);
  const merge = policy.mergeApprovals ? await resolveMerge(forge, { change, repositories }) : null;
  await runVerb(recordEvidence, caller, {
    deploymentId,
    revision: asked.revision,
    policyVersion: asked.policyVersion,
    attachments: asked.attachments.map(({ digest }) => digest),
    trustedRoot: root?.digest ?? null,
    images: judgeEvidence(asked, root),
    merge,
  });
}
