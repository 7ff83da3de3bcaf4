import { expect, test } from "vitest";
import { register } from "#server/features/rotation-targets/testing/target-fixture.ts";
import { findDueKeys, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { begin, find } from "../testing/discovery-rig.ts";
import { beginDiscovery } from "./begin-discovery.ts";

const isDue = async (tenant: string) =>
  (await findDueKeys<{ tenant_id: string }>("app.due_discoveries($1)", [10_000])).some(
    (row) => row.tenant_id === tenant,
  );

test("one worker at a time; a dead one's turn is taken over with a new fence", async () => {
  const tenant = await newTenant("discovery");
  expect(await isDue(tenant)).toBe(true);
  const first = await begin(tenant);
  expect(first?.fence).toBe("1");
  expect(await begin(tenant)).toBeNull();
  expect(await isDue(tenant)).toBe(false);
  await withTenant(tenant, "worker", (tx) =>
    tx.query("UPDATE discovery_run SET lease_until = clock_timestamp() WHERE tenant_id = $1", [
      tenant,
    ]),
  );
  expect(await isDue(tenant)).toBe(true);
  expect((await begin(tenant))?.fence).toBe("2");
});

test("after a record it is not due until its time", async () => {
  const tenant = await newTenant("discovery");
  await find(tenant, []);
  expect(await begin(tenant)).not.toBeNull();
});

test("gives the shared mounts and vaults of this tenant, its name in their prefix", async () => {
  const [tenant, other] = [await newTenant("discovery"), await newTenant("discovery")];
  const engine = { kind: "openbao", mount: `db-${tenant}`, engine: "database" } as const;
  await register({ tenants: [tenant, other], address: { ...engine, prefix: "{tenant}." } });
  await register({ tenants: [other], address: { ...engine, mount: "theirs", prefix: "" } });
  const ours = (await begin(tenant))?.targets.filter((target) => target.kind === "openbao");
  expect(ours).toContainEqual({ ...engine, prefix: `${tenant}.` });
  expect(ours?.some(({ mount }) => mount === "theirs")).toBe(false);
});

test("no person looks for secrets", async () => {
  const tenant = await newTenant("discovery");
  const input = { owner: "me", leaseSeconds: 60 };
  const officer = userOf(tenant, "officer");
  await expect(runVerb(beginDiscovery, officer, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  const scoped = userOf(tenant, "officer", { scopes: ["runtime.secrets.discover"] });
  await expect(runVerb(beginDiscovery, scoped, input)).rejects.toMatchObject({
    code: "forbidden",
  });
});
