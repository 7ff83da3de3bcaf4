import { existsSync } from "node:fs";
import { sinks } from "#server/features/delivery/queries.ts";
import { saveSink } from "#server/features/delivery/verbs/save-sink.ts";
import { SOVEREIGN_REALM } from "#server/features/identity/realms/demo-sovereigns.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { demoPeople } from "./demo-people.ts";

interface DeliverySeed {
  sovereign: string;
  tenant: string;
  identityFile: string;
  /** Where the demo's receiver listens. */
  siem: string;
}

const NAME = "Demo SIEM";

/**
 * A sink of the demo's own, from the log's beginning, names of people masked. Doing it again changes
 * nothing, unless the receiver listens elsewhere now.
 */
export async function seedDelivery(seed: DeliverySeed): Promise<void> {
  const { sovereign, tenant, identityFile, siem } = seed;
  if (!existsSync(identityFile)) return;
  const { person } = demoPeople(sovereign, tenant, identityFile);
  const officer = person(SOVEREIGN_REALM, "security-officer", "security-officer");
  const url = `${siem}/${tenant}`;
  const { items } = await withTenant(officer.tenant, "tenant", (tx) => sinks(tx, officer.tenant));
  const known = items.find(({ name }) => name === NAME);
  if (known?.target === new URL(url).origin) return;
  await runVerb(saveSink, officer, {
    ...(known ? { sinkId: known.sinkId, revision: known.revision } : { from: "beginning" }),
    name: NAME,
    config: { kind: "webhook", url },
    masking: [{ at: "/data/actor/name", action: "hash" }],
  });
}
