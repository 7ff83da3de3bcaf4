import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { setRotationPolicy } from "#server/embedded/demo/ensure-keycloak-client.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { type KeycloakFixture, keycloakOf } from "../../testing/keycloak-fixture.ts";
import { type RotationFixture, rotationFixture } from "../../testing/rotation-fixture.ts";
import { comesTo, forceOne, rotationState } from "../../testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "../../testing/worker-process.ts";

/** Client secrets: a real worker, a vault and an identity provider in processes of their own. */
let fixture: RotationFixture;
let keycloak: KeycloakFixture;
let worker: WorkerProcess;

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  keycloak = await keycloakOf(fixture);
  worker = startWorker({ ...fixture.env, WORKER_LOOPS: "rotations" });
});
afterAll(async () => {
  await worker.stop();
  await fixture.stop();
});

const noteOf = async (rotationId: string, state: string) => {
  const [row] = await asSuperuser<{ note: string }>(
    "SELECT note FROM rotation_step WHERE rotation_id = $1 AND state_to = $2",
    [rotationId, state],
  );
  return row?.note;
};

test("both secrets are accepted in the grace; then the old one is ended, refused and destroyed", async () => {
  const client = await keycloak.newClient({ graceSeconds: 3 });
  const before = await client.value();
  if (!before) throw new Error("there is no secret");
  const rotationId = await forceOne(fixture.tenant, client.bindingId);
  await comesTo(fixture.tenant, rotationId, "grace");
  const now = await client.value();
  if (!now) throw new Error("there is no secret");
  expect(now.reveal()).not.toBe(before.reveal());
  expect(await client.probe(before)).toBe("accepted");
  expect(await client.probe(now)).toBe("accepted");
  expect(await noteOf(rotationId, "grace")).toContain("accepts the old secret until");
  await comesTo(fixture.tenant, rotationId, "done");
  expect(await client.probe(before)).toBe("refused");
  expect(await client.probe(now)).toBe("accepted");
  expect(await noteOf(rotationId, "verified_dead")).toContain("refused the old secret");
  expect((await fixture.client.kv.read(client.path, 1)).kind).toBe("destroyed");
});

test("a realm without a grace is refused before anything, with the remedy, unless that is what was bound", async () => {
  await setRotationPolicy(keycloak.seed, null);
  try {
    const careful = await keycloak.newClient({ graceSeconds: 60 });
    const before = await careful.value();
    const refused = await forceOne(fixture.tenant, careful.bindingId);
    await comesTo(fixture.tenant, refused, "rolled_back");
    const state = await rotationState(fixture.tenant, refused);
    expect(state.error_code).toBe("no_grace");
    expect(state.error_text).toContain("secret-rotation");
    expect((await careful.value())?.reveal()).toBe(before?.reveal());

    const bold = await keycloak.newClient({ withoutGrace: true });
    const old = await bold.value();
    const rotationId = await forceOne(fixture.tenant, bold.bindingId);
    await comesTo(fixture.tenant, rotationId, "done");
    expect(await noteOf(rotationId, "grace")).toBe("the old secret has no grace");
    expect(await bold.probe(old ?? SecretValue.of(""))).toBe("refused");
  } finally {
    await setRotationPolicy(keycloak.seed, 600);
  }
});

test("a path that doesn't hold the client's secret, and a disabled client, are left alone", async () => {
  const other = await keycloak.newClient();
  await fixture.client.kv.write(other.path, { client_secret: SecretValue.of("another value") }, 1);
  const differs = await forceOne(fixture.tenant, other.bindingId);
  await comesTo(fixture.tenant, differs, "rolled_back");
  expect((await rotationState(fixture.tenant, differs)).error_code).toBe("current_differs");

  const off = await keycloak.newClient();
  const before = await off.value();
  await enable(off.clientId, false);
  const disabled = await forceOne(fixture.tenant, off.bindingId);
  await comesTo(fixture.tenant, disabled, "rolled_back");
  expect((await rotationState(fixture.tenant, disabled)).error_code).toBe("current_refused");
  expect((await off.value())?.reveal()).toBe(before?.reveal());
});

test("somebody who rotates it in Keycloak during the grace does not lose what consumers use", async () => {
  const client = await keycloak.newClient({ graceSeconds: 3 });
  const rotationId = await forceOne(fixture.tenant, client.bindingId);
  await comesTo(fixture.tenant, rotationId, "grace");
  const given = await client.value();
  if (!given) throw new Error("there is no secret");
  const { id } = await named(client.clientId);
  await keycloak.admin("POST", `clients/${id}/client-secret`);
  await waitFor(
    async () => (await rotationState(fixture.tenant, rotationId)).state === "revoke_failed",
    { timeout: 60_000, message: "the revocation to be refused" },
  );
  expect((await rotationState(fixture.tenant, rotationId)).error_code).toBe("target_moved_on");
  expect(await client.probe(given)).toBe("accepted");
});

async function named(clientId: string): Promise<{ id: string }> {
  const answer = await keycloak.admin("GET", `clients?clientId=${clientId}`);
  const [found] = (await answer.json()) as { id: string }[];
  if (!found) throw new Error(`no client ${clientId}`);
  return found;
}

async function enable(clientId: string, enabled: boolean): Promise<void> {
  const { id } = await named(clientId);
  await keycloak.admin("PUT", `clients/${id}`, { enabled });
}
