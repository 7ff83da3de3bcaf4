import { describe, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { forcePreview } from "../force-preview.ts";
import { bind, force, newRig, REASON, type Rig } from "../testing/rotation-rig.ts";
import { BindingFilter } from "../views.ts";
import { forceRotateMany } from "./force-rotate-many.ts";

const NONE = { kind: "none" as const, missing: "no provider." };
const KEY = {
  class: "signing-key" as const,
  rotator: { kind: "openbao-transit" as const, mount: "transit", key: "orders", trim: false },
};

const preview = (rig: Rig, filter: Partial<BindingFilter> = {}) =>
  withTenant(rig.tenant, "tenant", (tx) =>
    forcePreview(tx, rig.tenant, BindingFilter.parse(filter)),
  );
const rotateMany = (rig: Rig, bindingIds: string[]) =>
  runVerb(forceRotateMany, rig.officer, { bindingIds, reason: REASON, filter: "class=api-token" });

async function mixedRig() {
  const rig = await newRig({ name: "role" });
  const key = await bind(rig.tenant, { name: "key", ...KEY });
  const none = await bind(rig.tenant, { name: "none", class: "api-token", rotator: NONE });
  const running = await bind(rig.tenant, { name: "running" });
  await force({ ...rig, bindingId: running.bindingId });
  return { rig, key: key.bindingId, none: none.bindingId, running: running.bindingId };
}

test("the preview says how many, why not the others, and exactly which", async () => {
  const { rig, key } = await mixedRig();
  const seen = await preview(rig);
  expect(seen).toMatchObject({
    matching: 4,
    rotatable: 2,
    needApproval: 1,
    outsideWindow: 0,
    isTooMany: false,
    byClass: [
      {
        class: "api-token",
        matching: 1,
        rotatable: 0,
        obstacles: [{ why: "not-automatic", count: 1 }],
      },
      {
        class: "database-credential",
        matching: 2,
        rotatable: 1,
        obstacles: [{ why: "running", count: 1 }],
      },
      { class: "signing-key", matching: 1, rotatable: 1, needApproval: 1, obstacles: [] },
    ],
  });
  expect([...seen.bindingIds].sort()).toEqual([rig.bindingId, key].sort());
  expect(await preview(rig, { classes: ["signing-key"] })).toMatchObject({
    matching: 1,
    bindingIds: [key],
  });
});

test("more than a thousand are not begun: the preview names none", async () => {
  const rig = await newRig();
  await asSuperuser(`INSERT INTO secret_binding (tenant_id, binding_id, name, class, environment, store, path, owner, rotator, created_at, updated_at)
    SELECT tenant_id, gen_random_uuid(), name || n, class, environment, store, path || n, owner, rotator, created_at, updated_at
    FROM secret_binding, generate_series(1, 1000) n WHERE tenant_id = '${rig.tenant}'`);
  expect(await preview(rig)).toMatchObject({ rotatable: 1_001, isTooMany: true, bindingIds: [] });
});

describe("the list", () => {
  test("is rotated, asked approval for, or refused one by one, with an event for each", async () => {
    const { rig, key, none, running } = await mixedRig();
    const done = await rotateMany(rig, [rig.bindingId, key, none, running, key]);
    expect(done).toMatchObject({ opened: 1, asked: 1 });
    expect(done.refused.map(({ name, why }) => [name, why]).sort()).toEqual([
      ["none", "The console can't rotate this credential: no provider."],
      ["running", "A rotation of this credential is already under way."],
    ]);
    const events = await asSuperuser<{ type: string; subject: string; cause: string | null }>(
      `SELECT type, subject, envelope::jsonb ->> 'causationid' AS cause FROM audit_event
       WHERE tenant_id = '${rig.tenant}' AND type LIKE 'runtime.secrets.rotation%requested' ORDER BY recorded_at`,
    );
    const bulk = events.find((event) => event.type === "runtime.secrets.rotations-requested");
    expect(bulk?.subject).toMatch(/^secret-bindings\//);
    const each = events.filter((event) => event.cause !== null).map((event) => event.subject);
    expect(each.sort()).toEqual(
      [`secret-binding/${rig.bindingId}`, `secret-binding/${key}`].sort(),
    );
    const decisions = await asSuperuser(
      `SELECT 1 FROM policy_decision WHERE tenant_id = '${rig.tenant}' AND action = 'RotateSecret'`,
    );
    // The one forced before, and the three that were judged here: what has no rotator never is.
    expect(decisions).toHaveLength(4);
    expect(await preview(rig)).toMatchObject({ rotatable: 0 });
  });

  test("is refused as a whole when any of it is another tenant's, and nothing has begun", async () => {
    const rig = await newRig();
    const other = await newTenant("rotation");
    const foreign = await bind(other);
    const mixed = rotateMany(rig, [rig.bindingId, foreign.bindingId]);
    await expect(mixed).rejects.toMatchObject({ code: "not_found" });
    expect(await preview(rig)).toMatchObject({ rotatable: 1 });
  });

  test("needs the scope and a reason", async () => {
    const rig = await newRig();
    const nobody = {
      ...userOf(rig.tenant, "auditor"),
      scopes: new Set(["runtime.secrets.read"] as const),
    };
    const ask = { bindingIds: [rig.bindingId], reason: REASON };
    await expect(runVerb(forceRotateMany, nobody, ask)).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(
      runVerb(forceRotateMany, rig.officer, { ...ask, reason: "short" }),
    ).rejects.toMatchObject({ code: "invalid", details: { field: "reason" } });
  });
});
