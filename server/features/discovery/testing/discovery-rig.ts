import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import type { RecordDiscoveryInput } from "../schema.ts";
import { beginDiscovery } from "../verbs/begin-discovery.ts";
import { noteFound } from "../verbs/note-found.ts";
import { recordDiscovery } from "../verbs/record-discovery.ts";

export const discoverer = (tenant: AuthorizedTenantId) =>
  workerOf(tenant, ["runtime.secrets.discover"]);

export async function begin(tenant: AuthorizedTenantId, leaseSeconds = 60) {
  const input = { owner: "w1", leaseSeconds };
  const { begun } = await runVerb(beginDiscovery, discoverer(tenant), input);
  return begun;
}

/** A whole run that finds these paths below the tenant's prefix, and is due again at once. */
export async function find(
  tenant: AuthorizedTenantId,
  paths: readonly string[],
  over: Partial<RecordDiscoveryInput> = {},
) {
  const begun = await begin(tenant);
  if (!begun) throw new Error("not begun");
  const place = `${tenant}/`;
  const found = paths.map(secretAt);
  const turn = { fence: begun.fence, leaseSeconds: 60 };
  if (found.length > 0) await runVerb(noteFound, discoverer(tenant), { ...turn, found });
  const recorded = await runVerb(recordDiscovery, discoverer(tenant), {
    ...turn,
    nextInSeconds: 1,
    sources: [{ source: "openbao-kv", place, failure: null, found: paths.length }],
    whole: [{ store: "openbao", prefix: place }],
    found,
    references: [],
    ...over,
  });
  await dueNow(tenant);
  return recorded;
}

export function secretAt(path: string) {
  return {
    store: "openbao" as const,
    path,
    name: path.split("/").at(-1) ?? path,
    class: "manual" as const,
    environment: "prod" as const,
  };
}

/** The tenant's secrets by path: standing and origin. */
export async function standings(tenant: AuthorizedTenantId): Promise<Record<string, string>> {
  const rows = await withTenant(tenant, "tenant", (tx) =>
    tx.query<{ path: string; standing: string }>(
      "SELECT path, standing FROM secret_binding WHERE tenant_id = $1 ORDER BY path",
      [tenant],
    ),
  );
  return Object.fromEntries(rows.map(({ path, standing }) => [path, standing]));
}

/** Lets the next run come now. */
export async function dueNow(tenant: AuthorizedTenantId): Promise<void> {
  await withTenant(tenant, "worker", (tx) =>
    tx.query(
      "UPDATE discovery_run SET due_at = clock_timestamp() - interval '1 second' WHERE tenant_id = $1",
      [tenant],
    ),
  );
}
