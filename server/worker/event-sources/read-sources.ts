import "server-only";
import { type Entrance, receiveEvents, takeWritten } from "#server/features/ingest/index.ts";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import { findDueKeys, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { auditFileReader } from "./audit-file-reader.ts";
import { keycloakReader } from "./keycloak-reader.ts";
import type { EventReader } from "./reading.ts";
import { reportsReader } from "./reports-reader.ts";
import type { SourceConfig } from "./sources-config.ts";
import { streamReader } from "./stream-reader.ts";

/** Readings of one source in one turn; then others have theirs. */
const MOST_READINGS = 20;

/** A source that the worker reads for the Sovereign, which routes each event to whose it is. */
export interface ReadSource {
  readonly config: SourceConfig;
  readonly reader: EventReader;
}

export function openSources(
  configs: readonly SourceConfig[],
  clusters: readonly ClusterSource[],
): ReadSource[] {
  return configs.map((config) => ({ config, reader: readerOf(config, clusters) }));
}

function readerOf(config: SourceConfig, clusters: readonly ClusterSource[]): EventReader {
  switch (config.kind) {
    case "openbao-audit":
      return auditFileReader(config);
    case "nats":
      return streamReader(config);
    case "keycloak":
      return keycloakReader(config);
    case "reports":
      return reportsReader(config, clusters);
  }
}

const caller = (tenantId: string) =>
  workerCaller({ tenantId, name: "event-sources", scopes: ["runtime.events.write"] });

const ENTRANCE: Entrance = {
  caller,
  async ownersOf(cluster, namespaces) {
    const rows = await findDueKeys<{ namespace: string; owner: string }>(
      "app.event_homes($1, $2)",
      [cluster, namespaces],
    );
    return new Map(rows.map(({ namespace, owner }) => [namespace, owner]));
  },
  async tenantsAmong(names) {
    const rows = await findDueKeys<{ tenant_id: string }>("app.event_tenants($1)", [names]);
    return new Set(rows.map(({ tenant_id }) => tenant_id));
  },
};

/**
 * Reads a source until it has nothing more, and takes what it tells: first the events, then the cursor and
 * the source's acknowledgement. Whoever dies in between reads some again, and takes none twice. Gives how
 * many were read.
 */
export async function readSource(
  { config, reader }: ReadSource,
  signal: AbortSignal,
): Promise<number> {
  const owner = env().SOVEREIGN;
  const source = { how: "worker" as const, kind: config.kind, name: config.name };
  const cluster = config.kind === "reports" ? config.cluster : null;
  let count = 0;
  for (let turn = 0; turn < MOST_READINGS && !signal.aborted; turn++) {
    const reading = await reader.read(await cursorOf(source), signal);
    await takeWritten({ owner, source, cluster }, reading.events, ENTRANCE);
    if (reading.cursor !== undefined) {
      const { cursor } = reading;
      await runVerb(receiveEvents, caller(owner), { source, events: [], cursor });
    }
    await reading.kept?.();
    count += reading.events.length;
    if (!reading.isFull) break;
  }
  return count;
}

async function cursorOf({ name }: { name: string }): Promise<string | null> {
  const { tenant } = caller(env().SOVEREIGN);
  const [row] = await withTenant(
    tenant,
    "worker",
    (tx) =>
      tx.query<{ cursor: string | null }>(
        "SELECT cursor FROM event_source WHERE tenant_id = $1 AND how = 'worker' AND name = $2",
        [tenant, name],
      ),
    { readOnly: true },
  );
  return row?.cursor ?? null;
}
