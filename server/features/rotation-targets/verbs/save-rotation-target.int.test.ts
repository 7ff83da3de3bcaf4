import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { listRotationTargets, targetsHere } from "../queries.ts";
import {
  newTargetName,
  REASON,
  register,
  sovereignAdmin,
  targetInput,
} from "../testing/target-fixture.ts";
import { saveRotationTarget } from "./save-rotation-target.ts";

const mount = (prefix: string) => ({
  kind: "openbao" as const,
  mount: "transit",
  engine: "transit" as const,
  prefix,
});

test("registered once, changed by its name; the Sovereign's log says so", async () => {
  const name = newTargetName();
  expect(await register({ name })).toMatchObject({ name, outcome: "created" });
  const again = await register({ name, environments: ["prod", "prod"] });
  expect(again.outcome).toBe("unchanged");
  expect((await register({ name, environments: ["staging", "prod"] })).outcome).toBe("changed");
  const events = (await eventsOf(sovereignTenant())).filter(
    (event) => event.subject === `rotation-target/${again.targetId}`,
  );
  expect(events.map((event) => event.payload)).toMatchObject([
    { name, outcome: "created", reason: REASON },
    { name, outcome: "changed", environments: ["prod", "staging"] },
  ]);
});

test("is readable where it applies, and nowhere else", async () => {
  const [tenant, other] = [await newTenant("targets"), await newTenant("targets")];
  const name = newTargetName();
  await register({ name, tenants: [tenant], address: mount("keys/") });
  const seenBy = (who: typeof tenant) =>
    withTenant(who, "tenant", async (tx) => ({
      here: (await targetsHere(tx)).filter((target) => target.name === name),
      register: (await listRotationTargets(tx, who)).targets,
    }));
  expect(await seenBy(tenant)).toMatchObject({
    here: [{ name, address: mount("keys/"), environments: ["prod"], isShared: false }],
    register: [],
  });
  expect(await seenBy(other)).toEqual({ here: [], register: [] });
  expect((await seenBy(sovereignTenant())).register.map((target) => target.name)).toContain(name);
});

test("from inside an organization the policy forbids it; without the scope it is forbidden too", async () => {
  const tenant = await newTenant("targets");
  const inside = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
  await expect(runVerb(saveRotationTarget, inside, targetInput())).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("the Sovereign's to say"),
  });
  const officer = userOf(sovereignTenant(), "officer");
  await expect(runVerb(saveRotationTarget, officer, targetInput())).rejects.toMatchObject({
    code: "forbidden",
  });
  const tried = withTenant(tenant, "tenant", (tx) =>
    tx.query(
      `INSERT INTO rotation_target (tenant_id, target_id, name, kind, address, for_every, tenants, environments, created_at, updated_at)
       VALUES ($1, gen_random_uuid(), 'x', 'file', '{"kind":"file"}', true, '{}', '{prod}', now(), now())`,
      [sovereignTenant()],
    ),
  );
  await expect(tried).rejects.toMatchObject({ code: "42501" });
});

test("a target of one kind does not become one of another", async () => {
  const name = newTargetName();
  await register({ name });
  await expect(register({ name, address: mount("{tenant}/") })).rejects.toMatchObject({
    code: "conflict",
    details: { field: "address.kind" },
  });
});

test.each([
  [{ tenants: [] }, "tenants"],
  [{ tenants: ["acme", "acme-shop"], address: mount("acme-") }, "tenants"],
  [{ tenants: "every", address: mount("") }, "tenants"],
  [{ tenants: "every", address: { kind: "file", folder: "certificates" } }, "tenants"],
  [{ address: mount("{tenant}-") }, "address.prefix"],
  [{ address: { ...mount(""), mount: "../sys" } }, "address.mount"],
  [{ environments: [] }, "environments"],
  [
    { address: { kind: "postgres", host: "db/x", port: 1, tls: "disable", databases: ["a"] } },
    "address.host",
  ],
  [{ name: "Not A Name" }, "name"],
  [{ reason: "short" }, "reason"],
])("bad input names the field: %o", async (over, field) => {
  await expect(
    runVerb(saveRotationTarget, await sovereignAdmin(), targetInput(over as never)),
  ).rejects.toMatchObject({ code: "invalid", details: { field } });
});
