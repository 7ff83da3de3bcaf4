import { expect, test } from "vitest";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { withTenantSet } from "#server/platform/db/tenant-transaction.ts";
import {
  type AuthorizedTenantId,
  mintAuthorizedTenantSet,
} from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { recordTenantQuotas } from "#server/worker/isolation/record-quotas.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { quotas } from "../queries.ts";
import { recordQuotas } from "./record-quotas.ts";

const SCOPES = ["runtime.quotas.observe", "runtime.alerts.raise"] as const;

test("both sides of a crowding stand in their own tenant; who knows both sees one line, a stranger no name", async () => {
  const [noisy, quiet] = [await newTenant("noisy"), await newTenant("quiet")];
  await look([noisy, quiet], "requests: { cpu: 3 }");
  const [both, one] = [await seen([noisy, quiet]), await seen([quiet])];
  expect(
    both.neighbours.map(({ cause, noisy: who, crowded, sharePercent }) => ({
      cause,
      who,
      crowded,
      sharePercent,
    })),
  ).toEqual([
    { cause: "no-limits", who: noisy, crowded: [quiet], sharePercent: 75 },
    { cause: "no-limits", who: noisy, crowded: [quiet], sharePercent: 0 },
    { cause: "share", who: noisy, crowded: [quiet], sharePercent: 75 },
  ]);
  expect(one.neighbours.map((each) => each.noisy)).toEqual([null, null, null]);
  const rows = await asSuperuser("SELECT * FROM quota_crowding WHERE tenant_id = $1", [quiet]);
  expect(JSON.stringify(rows)).not.toContain(noisy);
  expect(
    both.rows.find(({ tenant, resource }) => tenant === noisy && resource === "requests.cpu"),
  ).toMatchObject({
    declared: 2,
    hard: 2,
    used: 1.5,
    requested: 3,
    allocatable: 4,
    unlimited: 1,
    history: [{ used: 1.5, requested: 3 }],
  });
  // It lasts: told once, on both sides. It ends: gone, with an event.
  const age =
    "UPDATE quota_crowding SET first_seen_at = now() - interval '1 hour' WHERE tenant_id = ANY ($1)";
  await asSuperuser(age, [[noisy, quiet]]);
  await look([noisy, quiet], "requests: { cpu: 3 }");
  await look([noisy, quiet], "requests: { cpu: 3 }");
  const alerts = await asSuperuser<{ kind: string }>(
    "SELECT kind FROM alert WHERE tenant_id = ANY ($1) ORDER BY kind",
    [[noisy, quiet]],
  );
  expect(new Set(alerts.map(({ kind }) => kind))).toEqual(
    new Set(["crowded-by-neighbour", "noisy-neighbour"]),
  );
  expect(alerts).toHaveLength(6);
  await look([noisy, quiet], "requests: { cpu: 1 }, limits: { cpu: 1, memory: 1Gi }");
  expect((await seen([noisy, quiet])).neighbours).toEqual([]);
  const types = (await eventsOf(noisy)).map(({ type }) => type);
  expect(types.filter((type) => type === "runtime.quotas.crowding-began")).toHaveLength(3);
  expect(types.filter((type) => type === "runtime.quotas.crowding-ended")).toHaveLength(3);
  // A cluster that can't be read changes nothing of what is known.
  await recordTenantQuotas(workerOf(noisy, SCOPES), [], []);
  expect((await seen([noisy])).rows.length).toBeGreaterThan(0);
});

test("only the worker records", async () => {
  const tenant = await newTenant();
  const input = {
    clusters: [],
    uses: [],
    crowdings: [],
    tellAfterSeconds: 0,
    sampleEverySeconds: 1,
  };
  await expect(
    runVerb(recordQuotas, userOf(tenant, "admin", { roles: ["sovereign-admin"] }), input),
  ).rejects.toMatchObject({ code: "forbidden" });
});

async function look([noisy, quiet]: [AuthorizedTenantId, AuthorizedTenantId], resources: string) {
  const space = (name: string, tenant: string) =>
    `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: { catalyst.openova.io/tenant: ${tenant}, catalyst.openova.io/environment: prod } }`;
  const pod = (name: string, namespace: string, needs: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: { nodeName: node-1, containers: [{ name: app, image: app, resources: { ${needs} } }] }`;
  const text = [
    space("a", noisy),
    space("b", quiet),
    "apiVersion: v1\nkind: Node\nmetadata: { name: node-1 }\nstatus: { allocatable: { cpu: 4, memory: 8Gi, pods: 110 } }",
    'apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: q, namespace: a }\nspec: { hard: { requests.cpu: "2" } }\nstatus: { used: { requests.cpu: 1500m } }',
    pod("one", "a", resources),
    pod("two", "b", "requests: { cpu: 500m }, limits: { cpu: 1, memory: 1Gi }"),
  ].join("\n---\n");
  const { manifests } = readManifests("cluster.yaml", text);
  const tenancy = clusterTenancy({ name: "east", manifests, isComplete: true });
  const declared = [
    { environment: "prod", declaration: { quota: { hard: { "requests.cpu": "2" } } } },
  ];
  for (const tenant of [noisy, quiet]) {
    await recordTenantQuotas(workerOf(tenant, SCOPES), [tenancy], tenant === noisy ? declared : []);
  }
}

function seen(tenants: AuthorizedTenantId[]) {
  const set = mintAuthorizedTenantSet(tenants);
  return withTenantSet(set, (tx) => quotas(tx, set, { environment: "prod" }));
}
