import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { stopTenant } from "./stop-tenant.ts";

test("no credential rotates any more, a rotation under way is waited for; done again it changes nothing", async () => {
  const tenant = await newTenant();
  const worker = workerOf(tenant, ["runtime.tenants.carry-out"]);
  const [binding] = await asSuperuser<{ binding_id: string }>(
    `INSERT INTO secret_binding (tenant_id, binding_id, name, class, environment, store, path, owner, rotator, next_rotation_at, created_at, updated_at)
     VALUES ($1, gen_random_uuid(), 'n', 'api-token', 'dev', 'openbao', 'p', 'o', '{"kind": "none"}', now(), now(), now()) RETURNING binding_id`,
    [tenant],
  );
  await asSuperuser(
    `INSERT INTO rotation (tenant_id, rotation_id, binding_id, state, trigger, requested_by, cause_event_id, due_at, grace_seconds,
       lease_until, created_at, updated_at)
     VALUES ($1, gen_random_uuid(), $2, 'staged', 'forced', '{}', gen_random_uuid(), now(), 0, now() + interval '1 minute', now(), now())`,
    [tenant, binding?.binding_id],
  );
  expect(await runVerb(stopTenant, worker, {})).toMatchObject({
    credentials: 1,
    busyRotations: 1,
    unfinishedRotations: 1,
  });
  await asSuperuser("UPDATE rotation SET lease_until = NULL WHERE tenant_id = $1", [tenant]);
  expect(await runVerb(stopTenant, worker, {})).toMatchObject({ credentials: 0, busyRotations: 0 });
  const types = (await eventsOf(tenant)).map(({ type }) => type);
  expect(types).toEqual(["runtime.tenants.stopped"]);
  const admin = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
  await expect(runVerb(stopTenant, admin, {})).rejects.toMatchObject({ code: "forbidden" });
});
