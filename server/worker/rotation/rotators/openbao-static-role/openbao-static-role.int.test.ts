import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { newStaticRole } from "../../testing/database-engine-fixture.ts";
import { type RotationFixture, rotationFixture } from "../../testing/rotation-fixture.ts";
import { comesTo, forceOne, rotationState, statesOf } from "../../testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "../../testing/worker-process.ts";

/** Static roles of the database engine: a real worker, target, and a vault in a process of its own. */
let fixture: RotationFixture;
let worker: WorkerProcess;

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  worker = startWorker({ ...fixture.env, WORKER_LOOPS: "rotations" });
});
afterAll(async () => {
  await worker.stop();
  await fixture.stop();
});

const notes = (rotationId: string) =>
  asSuperuser<{ state_to: string; note: string }>(
    "SELECT state_to, note FROM rotation_step WHERE rotation_id = $1 ORDER BY step_no",
    [rotationId],
  );

test("without a login to try, OpenBao's own record is the proof, and says so", async () => {
  const bound = await newStaticRole(fixture, { canLogIn: false });
  const before = await bound.login();
  const rotationId = await forceOne(fixture.tenant, bound.bindingId);
  await comesTo(fixture.tenant, rotationId, "done");
  const proof = (await notes(rotationId)).find((step) => step.state_to === "verified_dead")?.note;
  expect(proof).toContain("by OpenBao's record");
  expect(proof).toContain(before.lastRotatedAt);
  expect((await probeLogin(fixture.target, before)).kind).toBe("refused");
});

test("with one the old value is tried, whatever grace was asked for there is none, and nothing stays behind", async () => {
  const bound = await newStaticRole(fixture);
  const rotationId = await forceOne(fixture.tenant, bound.bindingId);
  await comesTo(fixture.tenant, rotationId, "done");
  const said = await notes(rotationId);
  expect(said.find((step) => step.state_to === "verified_dead")?.note).toContain("was refused");
  expect(said.find((step) => step.state_to === "grace")?.note).toContain("no grace");
  expect(await fixture.client.kv.metadata(bound.evidencePath)).toBeNull();
});

test("a rotation that OpenBao goes on trying by itself is indeterminate until its record says when it was done", async () => {
  const bound = await newStaticRole(fixture);
  const before = await bound.login();
  const { tenant } = fixture;
  // The target is asked to set the password, and refuses: OpenBao says that it retries.
  await trigger(bound.username, true);
  const rotationId = await forceOne(tenant, bound.bindingId);
  await comesTo(tenant, rotationId, "indeterminate");
  expect(await rotationState(tenant, rotationId)).toMatchObject({
    error_code: "vault_outcome_unknown",
  });
  expect((await rotationState(tenant, rotationId)).error_text).toContain("in the background");
  await trigger(bound.username, false);
  await bound.engine.rotateStaticRole(bound.role);
  const itself = (await bound.login()).lastRotatedAt;
  await comesTo(tenant, rotationId, "done");
  // It was found done, and not done again.
  expect((await bound.login()).lastRotatedAt).toBe(itself);
  const states = await statesOf(tenant, rotationId);
  expect(states.slice(-6)).toEqual([
    "indeterminate",
    "promoted",
    "grace",
    "revoking",
    "verified_dead",
    "done",
  ]);
  expect((await probeLogin(fixture.target, before)).kind).toBe("refused");
});

test("a role that is not there is refused before anything is done", async () => {
  const bound = await newStaticRole(fixture);
  await asSuperuser(
    `UPDATE secret_binding SET rotator = jsonb_set(rotator, '{role}', '"no-such-role"') WHERE binding_id = $1`,
    [bound.bindingId],
  );
  const rotationId = await forceOne(fixture.tenant, bound.bindingId);
  await comesTo(fixture.tenant, rotationId, "rolled_back");
  expect(await rotationState(fixture.tenant, rotationId)).toMatchObject({
    error_code: "role_missing",
  });
});

/** Takes from the engine's login the right to change a user, or gives it back. */
async function trigger(username: string, isBroken: boolean): Promise<void> {
  const admin = new pg.Client({ connectionString: fileDatabase().urls.superuser });
  await admin.connect();
  try {
    const vault = `"${fixture.tenant}-vault"`;
    await admin.query(
      isBroken
        ? `REVOKE "${username}" FROM ${vault}`
        : `GRANT "${username}" TO ${vault} WITH ADMIN TRUE, INHERIT TRUE`,
    );
  } finally {
    await admin.end();
  }
}
