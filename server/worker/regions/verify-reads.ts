import "server-only";
import { recordRegionRead } from "#server/features/regions/verbs/record-region-read.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "../jobs/each-due.ts";
import type { RegionClients } from "./region-clients.ts";

const BATCH = 200;

interface Reference {
  [column: string]: unknown;
  path: string;
  rotator: { kind: string; mount?: string; key?: string };
  current_version: number | null;
}

type Result = { kind: "read"; seenVersion: number } | { kind: "unknown"; reason: string };

/**
 * Reads in each region which version of a credential it has: numbers alone, from metadata. Gives how
 * many it looked at.
 */
export function verifyDueReads(clients: RegionClients): Promise<number> {
  return eachDue<DueKey & { region: string }>("app.due_region_reads($1)", [BATCH], async (due) => {
    const scopes = ["runtime.regions.observe"] as const;
    const caller = workerCaller({ tenantId: due.tenant_id, name: "regions", scopes });
    const reference = await referenceOf(caller, due.id);
    if (!reference || reference.current_version === null) return;
    const result = await readVersion(clients, due.region, reference);
    await runVerb(recordRegionRead, caller, {
      bindingId: due.id,
      region: due.region,
      expectedVersion: reference.current_version,
      result,
    });
  });
}

function referenceOf({ tenant }: Caller, bindingId: string): Promise<Reference | undefined> {
  return withTenant(
    tenant,
    "worker",
    async (tx) => {
      const [row] = await tx.query<Reference>(
        "SELECT path, rotator, current_version FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2",
        [tenant, bindingId],
      );
      return row;
    },
    { readOnly: true },
  );
}

/** Asks the nodes of a region one by one, until one of them tells. */
async function readVersion(
  clients: RegionClients,
  region: string,
  reference: Reference,
): Promise<Result> {
  let last: Result = { kind: "unknown", reason: "not-configured" };
  for (const { client } of clients.of(region)) {
    try {
      const version = await versionIn(client, reference);
      return version === null
        ? { kind: "read", seenVersion: 0 }
        : { kind: "read", seenVersion: version };
    } catch (error) {
      const reason = error instanceof OpenBaoError ? error.failure : "failed";
      last = { kind: "unknown", reason };
      if (!(error instanceof OpenBaoError)) throw error;
    }
  }
  return last;
}

/** The newest version that the region has; null when it has none. Only metadata is read. */
async function versionIn(
  client: OpenBaoClient,
  { path, rotator }: Reference,
): Promise<number | null> {
  if (rotator.kind === "openbao-transit") {
    const key = await client.transit(rotator.mount).read(rotator.key ?? "");
    return key?.latestVersion ?? null;
  }
  return (await client.kv.metadata(path))?.currentVersion ?? null;
}
