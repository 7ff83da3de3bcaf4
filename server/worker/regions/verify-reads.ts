import "server-only";
import { recordRegionRead } from "#server/features/regions/verbs/record-region-read.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import type { Caller } from "#server/platform/actor.ts";
import { findDueKeys, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue, eachOf } from "../jobs/each-due.ts";
import type { RegionClients } from "./region-clients.ts";

const BATCH = 200;
/** Credentials in one part of the walk, and parts in one look while nothing is found. */
const PART = 500;
const MOST_PARTS = 10;
const NIL = "00000000-0000-0000-0000-000000000000";

type Due = DueKey & { region: string };

interface Reference {
  [column: string]: unknown;
  path: string;
  rotator: { kind: string; mount?: string; key?: string };
  current_version: number | null;
}

type Result = { kind: "read"; seenVersion: number } | { kind: "unknown"; reason: string };

/** Where a walk through all credentials goes on. */
export interface ReadsWalk {
  tenant: string;
  id: string;
}

export const newWalk = (): ReadsWalk => ({ tenant: "", id: NIL });

/**
 * Reads in each region which version of a credential it has: numbers alone, from metadata. What is
 * due, and a few parts of a walk through all the others; `walk` is moved on. Gives how many it looked at.
 */
export async function verifyDueReads(clients: RegionClients, walk: ReadsWalk): Promise<number> {
  const verify = (due: Due) => verifyRead(clients, due);
  let looked = await eachDue<Due>("app.due_region_reads($1)", [BATCH], verify);
  for (let part = 0; part < MOST_PARTS; part++) {
    const found = await findDueKeys<DueKey & { region: string | null }>(
      "app.missing_region_reads($1, $2, $3)",
      [walk.tenant, walk.id, PART],
    );
    const end = found.find(({ region }) => region === null);
    Object.assign(walk, end ? { tenant: end.tenant_id, id: end.id } : newWalk());
    const missing = found.filter((due): due is Due => due.region !== null);
    looked += await eachOf(missing, "app.missing_region_reads", verify);
    // What took time to read ends the look; so does the end of the walk.
    if (missing.length > 0 || !end) break;
  }
  return looked;
}

async function verifyRead(clients: RegionClients, due: Due): Promise<void> {
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
