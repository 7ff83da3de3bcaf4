import { existsSync } from "node:fs";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { listPacks } from "#server/features/evidence/queries.ts";
import { askPack } from "#server/features/evidence/verbs/ask-pack.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { demoPeople } from "./demo-people.ts";

interface EvidenceSeed {
  sovereign: string;
  tenant: string;
  identityFile: string;
}

/** Asks for an evidence pack of the demo's own history, once; the worker makes it. */
export async function seedEvidence(seed: EvidenceSeed): Promise<void> {
  const { sovereign, tenant, identityFile } = seed;
  if (!existsSync(identityFile)) return;
  const { person } = demoPeople(sovereign, tenant, identityFile);
  const auditor = person(tenant, "compliance", "compliance");
  const { packs } = await withTenant(auditor.tenant, "tenant", (tx) =>
    listPacks(tx, auditor.tenant, { limit: 1 }),
  );
  if (packs.length > 0) return;
  // A pack is of a signed head: this one seals what was seeded so far.
  await sealPendingAudit(auditor.tenant);
  await runVerb(askPack, auditor, { query: "kind:user", disclosure: "envelopes" });
}
