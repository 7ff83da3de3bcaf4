import "server-only";
import { lookFacts } from "#server/features/rotation/consumers/look-facts.ts";
import { recordConsumerLook } from "#server/features/rotation/verbs/record-consumer-look.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { clusterSources } from "../clusters/cluster-sources.ts";
import { clusterLook } from "./cluster-look.ts";
import { oldUses, oldUsesOrUnknown } from "./old-uses.ts";

/**
 * Looks at who uses the old value of a rotation, outside any transaction, and notes it by a verb.
 * With `mustKnow` a vault or target that can't be asked is thrown, else it is noted as unknown.
 */
export async function lookAtConsumers(
  { caller, vault }: { caller: Caller; vault: OpenBaoClient },
  rotationId: string,
  { mustKnow }: { mustKnow: boolean },
): Promise<void> {
  const { tenant } = caller;
  const facts = await withTenant(tenant, "worker", (tx) => lookFacts(tx, tenant, rotationId), {
    readOnly: true,
  });
  if (!facts) return;
  const ask = mustKnow ? oldUses : oldUsesOrUnknown;
  const uses = facts.isOver ? [] : await ask(vault, facts);
  const cluster = await clusterLook(clusterSources(), tenant, facts);
  // Right before the end there is nothing to note where nobody is known and nothing can be asked.
  if (mustKnow && uses.length === 0 && !cluster && !facts.hasConsumers) return;
  const input = { rotationId, cluster, oldUses: uses };
  await runVerb(recordConsumerLook, caller, input);
}
