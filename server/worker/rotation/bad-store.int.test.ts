import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { bindingDetail } from "#server/features/rotation/queries.ts";
import { retryRotation } from "#server/features/rotation/verbs/retry-rotation.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { type BadVault, badVault, type Call, type Misdeed } from "#test/harness/bad-vault.ts";
import { type RotationFixture, rotationFixture } from "./testing/rotation-fixture.ts";
import { comesTo, forceOne, rotationState, statesOf } from "./testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "./testing/worker-process.ts";

/*
 * A store that is sealed, standby, slow, half-answers, lies or refuses: what the user sees, and that
 * nothing is lost (the old value works, or the new one) and nothing done twice.
 */
let fixture: RotationFixture;
let store: BadVault;
let worker: WorkerProcess;

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  store = await badVault(fixture.vault.address);
  const env = { ...fixture.env, OPENBAO_ADDR: store.address, WORKER_LOOPS: "rotations" };
  worker = startWorker({ ...env, WORKER_LEASE_SECONDS: "60" });
});
afterEach(() => store.misbehave(null));
afterAll(async () => {
  await worker.stop();
  await store.close();
  await fixture.stop();
});

/** A secret whose rotation meets a bad store at some of its calls. */
async function meet(misdeed: Misdeed, when: (call: Call, path: string) => boolean) {
  const { tenant, client } = fixture;
  const { bindingId, path } = await fixture.newSecret();
  const valueAt = async (version = 0) => {
    const found = await client.kv.read(path, version);
    return found.kind === "found" ? found.fields.value?.reveal() : undefined;
  };
  const before = await valueAt();
  store.misbehave((call) => (when(call, path) ? misdeed : null));
  const rotationId = await forceOne(tenant, bindingId);
  return { bindingId, path, rotationId, valueAt, before };
}

/** What the page of the credential shows of its newest rotation. */
async function shown(bindingId: string) {
  const { tenant } = fixture;
  const detail = await withTenant(tenant, "tenant", (tx) => bindingDetail(tx, tenant, bindingId));
  const [newest] = detail.rotations;
  return { state: newest?.state, errorCode: newest?.errorCode, errorText: newest?.errorText };
}

async function showsTrouble(bindingId: string, errorCode: string, errorText: string) {
  await vi.waitFor(
    async () => expect(await shown(bindingId)).toMatchObject({ errorCode, errorText }),
    { timeout: 60_000, interval: 100 },
  );
}

/** The store is well again, and a person does not wait for the pause. */
async function mend(rotationId: string) {
  store.misbehave(null);
  const { attempt } = (await rotationState(fixture.tenant, rotationId)) as { attempt?: number };
  if (attempt === 0) return;
  await runVerb(retryRotation, userOf(fixture.tenant, "officer"), { rotationId }).catch(() => null);
}

async function endsWell(subject: Awaited<ReturnType<typeof meet>>) {
  await comesTo(fixture.tenant, subject.rotationId, "done");
  expect(await subject.valueAt()).not.toBe(subject.before);
  const versions = (await fixture.client.kv.metadata(subject.path))?.versions ?? [];
  expect(versions.map((each) => [each.version, each.isDestroyed])).toEqual([
    [1, true],
    [2, false],
  ]);
  expect(await fixture.client.kv.metadata(`${subject.path}.staged`)).toBeNull();
}

const refuses = (status: number, ...errors: string[]): Misdeed => ({
  kind: "answer",
  status,
  errors,
});
const isMain = ({ path: asked }: Call, path: string) => asked.endsWith(`/data/${path}`);
const isPromotion = (call: Call, path: string) => call.method === "POST" && isMain(call, path);
const isStaging = ({ method, path: asked }: Call, path: string) =>
  method === "POST" && asked.endsWith(`/data/${path}.staged`);

describe.each([
  ["sealed", refuses(503, "Vault is sealed"), "sealed (HTTP 503)"],
  [
    "a standby",
    refuses(500, "local node not active but active cluster node not found"),
    "standby (HTTP 500)",
  ],
  ["refusing", refuses(403, "1 error occurred: permission denied"), "permission_denied (HTTP 403)"],
  [
    "out of quota",
    refuses(429, "request path: rate limit quota exceeded"),
    "rate_limited (HTTP 429)",
  ],
])("a store that is %s", (_, misdeed, said) => {
  const code = `vault_${said.split(" ")[0]}`;

  test("is named on the rotation, the old value goes on working, and it goes on by itself", async () => {
    const subject = await meet(misdeed, isMain);
    await showsTrouble(subject.bindingId, code, `OpenBao kv read: ${said}`);
    expect(await subject.valueAt()).toBe(subject.before);
    expect((await fixture.client.kv.metadata(subject.path))?.currentVersion).toBe(1);
    await mend(subject.rotationId);
    await endsWell(subject);
  });

  test("at the promotion: nothing was written, and it is written once afterwards", async () => {
    const subject = await meet(misdeed, isPromotion);
    await showsTrouble(subject.bindingId, code, `OpenBao kv write: ${said}`);
    expect(await shown(subject.bindingId)).toMatchObject({ state: "verified" });
    expect(await subject.valueAt()).toBe(subject.before);
    await mend(subject.rotationId);
    await endsWell(subject);
  });
});

describe("a store whose answer to a write can't be trusted", () => {
  test.each([
    ["cut in the middle", { kind: "half" } as Misdeed, ""],
    ["slower than we wait", { kind: "late", millis: 7_000 } as Misdeed, ""],
    [
      "another version than cas allows",
      {
        kind: "lie",
        about: (body) => ({
          ...(body as object),
          data: { version: 99, created_time: "", deletion_time: "", destroyed: false },
        }),
      } as Misdeed,
      "contradicts what it said before",
    ],
  ])("%s, at the promotion: in doubt, asked about, promoted once", async (_, misdeed, words) => {
    let isOnce = true;
    const subject = await meet(misdeed, (call, path) => {
      if (!isOnce || !isPromotion(call, path)) return false;
      isOnce = false;
      return true;
    });
    await comesTo(fixture.tenant, subject.rotationId, "done");
    const states = await statesOf(fixture.tenant, subject.rotationId);
    expect(states).toContain("indeterminate");
    expect(states.filter((state) => state === "promoted")).toHaveLength(1);
    expect(await doubtOf(subject.rotationId)).toContain(words);
    await endsWell(subject);
  });

  test("cut in the middle while staging: in doubt, and staged once", async () => {
    let isOnce = true;
    const subject = await meet({ kind: "half" }, (call, path) => {
      if (!isOnce || !isStaging(call, path)) return false;
      isOnce = false;
      return true;
    });
    await comesTo(fixture.tenant, subject.rotationId, "done");
    expect(await statesOf(fixture.tenant, subject.rotationId)).toContain("indeterminate");
    await endsWell(subject);
  });
});

test("a store that half-answers every read is named, and nothing is changed on its word", async () => {
  const subject = await meet(
    { kind: "half" },
    (call, path) => call.method === "GET" && isMain(call, path),
  );
  await vi.waitFor(
    async () =>
      expect(await shown(subject.bindingId)).toMatchObject({ errorCode: "vault_outcome_unknown" }),
    { timeout: 60_000, interval: 100 },
  );
  expect(await subject.valueAt()).toBe(subject.before);
  await mend(subject.rotationId);
  await endsWell(subject);
});

test("a store whose version goes back: the old value is not destroyed, and a person must look", async () => {
  const { tenant, client } = fixture;
  const { bindingId, path } = await fixture.newSecret({ graceSeconds: 2 });
  const before = await client.kv.read(path);
  if (before.kind !== "found") throw new Error("no value");
  const old = before.fields.value?.reveal() ?? "";
  const rotationId = await forceOne(tenant, bindingId);
  await comesTo(tenant, rotationId, "grace");
  store.misbehave((call) =>
    call.method === "GET" && isMain(call, path)
      ? {
          kind: "lie",
          about: (body) => {
            const { data } = body as { data: { metadata: object } };
            return { data: { data: { value: old }, metadata: { ...data.metadata, version: 1 } } };
          },
        }
      : null,
  );
  await comesTo(tenant, rotationId, "orphaned");
  expect(await shown(bindingId)).toMatchObject({
    errorCode: "vault_moved_on",
    errorText:
      "Somebody put the old value back into the vault's main path, so it was not destroyed.",
  });
  expect((await client.kv.read(path, 1)).kind).toBe("found");
  expect((await client.kv.read(path, 2)).kind).toBe("found");
});

/** What was written down when it was in doubt. */
async function doubtOf(rotationId: string): Promise<string> {
  const { eventsOf } = await import("#test/fixtures/audit-log.ts");
  const events = await eventsOf(fixture.tenant);
  const doubt = events.find(
    (event) =>
      event.type === "runtime.secrets.rotation-indeterminate" &&
      event.payload.rotationId === rotationId,
  );
  return String(doubt?.payload.errorText);
}
