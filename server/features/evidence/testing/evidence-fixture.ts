import { sealPendingAudit } from "#server/features/audit/index.ts";
import { emitIn } from "#server/features/audit/testing/audit-fixture.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { askPack } from "../verbs/ask-pack.ts";
import { beginPack } from "../verbs/begin-pack.ts";
import { recordPack } from "../verbs/record-pack.ts";

export interface EvidenceFixture {
  tenant: AuthorizedTenantId;
  auditor: Caller;
  worker: Caller;
}

/** A tenant with so many sealed events, somebody who may export, and the worker. */
export async function sealedTenant(events = 10): Promise<EvidenceFixture> {
  const tenant = await newTenant("evidence");
  await withTenant(tenant, "tenant", async (tx) => {
    for (let at = 0; at < events; at += 1) await emitIn(tx, tenant, { subject: `session/${at}` });
  });
  await sealPendingAudit(tenant);
  return {
    tenant,
    auditor: userOf(tenant, "auditor", { roles: ["compliance"] }),
    worker: workerOf(tenant, ["runtime.evidence.make", "runtime.audit.export"]),
  };
}

export const SOME_DIGEST = "ab".repeat(32);
export const SOME_KEY = "cd".repeat(32);

/** A pack that a worker has recorded as ready. */
export async function readyPack({ auditor, worker }: EvidenceFixture): Promise<string> {
  const { packId } = await runVerb(askPack, auditor, { query: "", disclosure: "matches" });
  const { begun } = await runVerb(beginPack, worker, { packId, owner: "w1", leaseSeconds: 60 });
  await runVerb(recordPack, worker, {
    packId,
    fence: begun?.fence ?? "",
    report: {
      kind: "ready",
      entries: 10,
      matches: 10,
      digest: SOME_DIGEST,
      bytes: 1_000,
      storedDigest: SOME_DIGEST,
      expiresAt: new Date(Date.now() + 86_400_000),
      packKey: SOME_KEY,
    },
  });
  return packId;
}
