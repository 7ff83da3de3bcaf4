import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { consumersOf } from "#server/features/rotation/consumers/consumers-query.ts";
import { lookFacts } from "#server/features/rotation/consumers/look-facts.ts";
import { overrideRevoke } from "#server/features/rotation/verbs/override-revoke.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { newDynamicRole } from "../rotation/testing/database-engine-fixture.ts";
import { type RotationFixture, rotationFixture } from "../rotation/testing/rotation-fixture.ts";
import { comesTo, forceOne, rotationState } from "../rotation/testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "../rotation/testing/worker-process.ts";
import { oldUsesOrUnknown } from "./old-uses.ts";

/** Old logins with leases: a real target, a vault in a process of its own, a worker. */
let fixture: RotationFixture;
let worker: WorkerProcess;

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  worker = startWorker({ ...fixture.env, WORKER_LOOPS: "rotations,consumers" });
});
afterAll(async () => {
  await worker.stop();
  await nobody.close();
  await fixture.stop();
});

/** Where no vault listens. */
const nobody = new OpenBaoClient({
  address: "http://127.0.0.1:9",
  token: SecretValue.of("none"),
});
const officer = () => userOf(fixture.tenant, "officer");
const SCOPES = new Set(["runtime.secrets.read", "runtime.secrets.override"] as const);

test("a live lease of which nothing tells whether it is used holds its end, until an officer says why not", async () => {
  const bound = await newDynamicRole(fixture, { canLogIn: false });
  await bound.issue();
  const before = await bound.login();
  const rotationId = await forceOne(fixture.tenant, bound.bindingId);
  await heldFor(rotationId, "old_value_in_use");
  const told = await toldOf(bound.bindingId);
  expect(told.rotation).toMatchObject({ held: { code: "old_value_in_use" }, mayOverride: true });
  expect(told.rotation?.oldUses).toEqual([
    expect.objectContaining({
      source: "leases",
      state: "in-use",
      reason: "lease-live",
      heldBy: bound.workload,
      endsAt: expect.any(Date),
      lastUsedAt: expect.any(Date),
    }),
  ]);
  // A vault that does not answer makes it unknown, which holds it as well.
  const facts = await withTenant(fixture.tenant, "worker", (tx) =>
    lookFacts(tx, fixture.tenant, rotationId),
  );
  if (!facts) throw new Error("no facts");
  const { leases } = nobody;
  expect(await oldUsesOrUnknown({ kv: fixture.client.kv, leases }, facts)).toMatchObject([
    { source: "leases", state: "unknown", reason: "vault-unreachable", heldBy: bound.workload },
  ]);
  const reason = "the exporter was switched off this morning";
  await runVerb(overrideRevoke, officer(), { rotationId, reason });
  await comesTo(fixture.tenant, rotationId, "done");
  expect((await probeLogin(fixture.target, before)).kind).toBe("refused");
  expect((await toldOf(bound.bindingId)).rotation?.overridden?.reason).toBe(reason);
});

test("where the database can be asked, a session holds it, and so does a renewal after the promotion; a lease that is over does not", async () => {
  const bound = await newDynamicRole(fixture);
  await bound.issue();
  const { username: user, password, leaseRef } = await bound.login();
  const session = new pg.Client({ ...fixture.target, user, password: password.reveal() });
  session.on("error", () => undefined);
  await session.connect();
  const rotationId = await forceOne(fixture.tenant, bound.bindingId);
  await heldFor(rotationId, "old_value_in_use");
  expect((await toldOf(bound.bindingId)).rotation?.oldUses).toMatchObject([
    { source: "leases", state: "in-use", reason: "lease-live" },
    { source: "sessions", state: "in-use", uses: 1 },
  ]);
  await fixture.client.leases.renew(leaseRef, 3_000);
  await session.end();
  await waitFor(
    async () => {
      const uses = (await toldOf(bound.bindingId)).rotation?.oldUses ?? [];
      return (
        uses.some(({ state, reason }) => state === "in-use" && reason === "lease-renewed") &&
        uses.some(({ source, state }) => source === "sessions" && state === "unused")
      );
    },
    { timeout: 60_000, message: "the renewal to be seen" },
  );
  expect((await rotationState(fixture.tenant, rotationId)).state).toBe("grace");
  await fixture.client.leases.revoke(leaseRef);
  await comesTo(fixture.tenant, rotationId, "done");
});

function toldOf(bindingId: string) {
  return withTenant(fixture.tenant, "tenant", (tx) =>
    consumersOf(tx, fixture.tenant, bindingId, SCOPES),
  );
}

function heldFor(rotationId: string, code: string) {
  return waitFor(
    async () => {
      const { state, error_code } = await rotationState(fixture.tenant, rotationId);
      if (state === "done") throw new Error("the old value was ended");
      return state === "grace" && error_code === code;
    },
    { timeout: 60_000, message: `it to be held for ${code}; ${worker.output().slice(-2_000)}` },
  );
}
