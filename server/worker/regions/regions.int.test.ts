import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "#server/embedded/postgres/free-port.ts";
import { type SpawnedVault, spawnVault } from "#server/embedded/vault/spawn-vault.ts";
import type { RegionConfig } from "#server/features/regions/regions-config.ts";
import {
  approved,
  approversOf,
  makeDue,
  promotionOf,
  type RegionRig,
  readRegions,
  rigOf,
  storeOf,
} from "#server/features/regions/testing/region-rig.ts";
import { applyRegions } from "#server/features/regions/verbs/apply-regions.ts";
import { executePromotion } from "#server/features/regions/verbs/execute-promotion.ts";
import { bind, force, type Rig } from "#server/features/rotation/testing/rotation-rig.ts";
import { claimRotation } from "#server/features/rotation/verbs/claim-rotation.ts";
import { ensureSovereign } from "#server/features/tenants/bootstrap.ts";
import { DrHook } from "#server/integrations/dr-hook/dr-hook.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { carryOutPromotions } from "./carry-out-promotions.ts";
import { observeDueStores } from "./observe-stores.ts";
import { primaryVault } from "./primary-vault.ts";
import { type RegionClients, regionClients } from "./region-clients.ts";
import { newWalk, verifyDueReads } from "./verify-reads.ts";

const directory = mkdtempSync(join(tmpdir(), "regions-"));
const vaults: Record<"muscat" | "salalah" | "sohar", SpawnedVault> = {} as never;
let hookPort: number;
let rig: RegionRig;
let clients: RegionClients;
let regions: RegionConfig[];
let primary: OpenBaoClient;

/** Three vaults: a primary, one that restores its storage, and one that nobody replicates to. */
beforeAll(async () => {
  await ensureSovereign("omantel", "Omantel");
  const of = (name: string) => join(directory, name);
  for (const name of ["muscat", "salalah", "sohar"]) mkdirSync(of(name));
  hookPort = await freePort(0, new Set());
  vaults.muscat = await spawnVault(of("muscat"));
  vaults.salalah = await spawnVault(of("salalah"), { follows: of("muscat"), hookPort });
  vaults.sohar = await spawnVault(of("sohar"));
  const region = (name: keyof typeof vaults, more: Partial<RegionConfig>): RegionConfig => ({
    name,
    displayName: name,
    addresses: [vaults[name].address],
    role: "read-only",
    replication: "none",
    maxLagSeconds: 60,
    tokenFile: vaults[name].tokenFile,
    ...more,
  });
  regions = [
    region("muscat", { role: "primary" }),
    region("salalah", { replication: "storage-snapshot" }),
    region("sohar", {}),
  ];
  clients = await regionClients(regions);
  rig = rigOf(sovereignTenant());
  await runVerb(applyRegions, rig.worker, {
    regions: regions.map(({ tokenFile: _, ...each }) => each),
  });
  const token = SecretValue.of(readFileSync(vaults.muscat.tokenFile, "utf8").trim());
  primary = new OpenBaoClient({ address: vaults.muscat.address, token });
}, 60_000);

afterAll(async () => {
  await clients?.close();
  await primary?.close();
  for (const vault of Object.values(vaults)) await vault.stop();
  rmSync(directory, { recursive: true, force: true });
});

const observeOther = async () => ({ state: "unknown" as const, detail: "" });

async function observeAll(with_: RegionClients = clients) {
  await asSuperuser(
    "UPDATE store_observation SET next_observation_at = clock_timestamp(), lease_until = NULL",
  );
  await observeDueStores({ clients: with_, observeOther });
}

async function callVault(vault: SpawnedVault, path: string, body: unknown = {}) {
  const answer = await fetch(`${vault.address}/v1/${path}`, {
    method: "POST",
    headers: { "x-vault-token": readFileSync(vault.tokenFile, "utf8").trim() },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBeLessThan(300);
}

test("each region is seen for itself; the lag is that of the marker which replication brought", async () => {
  await observeAll();
  expect(await storeOf(rig, "muscat")).toMatchObject({
    state: "active",
    lag: "none",
    lag_reason: "primary",
  });
  await waitFor(async () => {
    await observeAll();
    return (await storeOf(rig, "salalah")).lag === "within-limit";
  });
  expect(await storeOf(rig, "salalah")).toMatchObject({ state: "active", lag_reason: "seen" });
  expect(await storeOf(rig, "sohar")).toMatchObject({
    state: "active",
    lag: "unknown",
    lag_reason: "no-replication",
  });
  const { facts } = await storeOf(rig, "muscat");
  expect(facts).toMatchObject({ isRaft: false, autopilot: null, version: "2.7.2-development" });
  expect(facts.nodes).toMatchObject([{ isLeader: true, isVoter: null, lagByIndex: null }]);
  const [before] = await asSuperuser<{ count: string }>(
    "SELECT count(*) FROM audit_event WHERE type = 'runtime.regions.observed'",
  );
  await observeAll();
  const [after] = await asSuperuser<{ count: string }>(
    "SELECT count(*) FROM audit_event WHERE type = 'runtime.regions.observed'",
  );
  expect(after).toEqual(before);
});

test("a promoted version is looked for in every region: there, not there, or not to be told", async () => {
  const tenant = await newTenant("reads");
  const path = `${tenant}/prod/api-token`;
  await primary.kv.write(path, { value: SecretValue.of("one") }, 0);
  const rotator = {
    kind: "kv-generated",
    field: "value",
    bytes: 32,
    keep: [] as string[],
  } as const;
  const { bindingId } = await bind(tenant, {
    path,
    class: "api-token",
    rotator,
    currentVersion: 1,
  });
  const readsOf = () =>
    asSuperuser<{
      region: string;
      state: string;
      seen_version: number | null;
      reason: string;
      expected_version: number;
    }>(
      "SELECT region, state, seen_version, reason, expected_version FROM region_read WHERE binding_id = $1 ORDER BY region",
      [bindingId],
    );
  const look = async () => {
    await asSuperuser("UPDATE region_read SET next_check_at = clock_timestamp()");
    await verifyDueReads(clients, newWalk());
    return readsOf();
  };
  await waitFor(
    async () => (await look()).find(({ region }) => region === "salalah")?.state === "verified",
  );
  expect(await readsOf()).toMatchObject([
    { region: "muscat", state: "verified", seen_version: 1 },
    { region: "salalah", state: "verified", seen_version: 1 },
    { region: "sohar", state: "behind", seen_version: 0 },
  ]);
  await callVault(vaults.sohar, "sys/seal");
  // The next rotation promotes a version: every region is asked again, for that one.
  await primary.kv.write(path, { value: SecretValue.of("two") }, 1);
  await asSuperuser("UPDATE secret_binding SET current_version = 2 WHERE binding_id = $1", [
    bindingId,
  ]);
  await verifyDueReads(clients, newWalk());
  expect(await readsOf()).toMatchObject([
    { region: "muscat", state: "verified", expected_version: 2 },
    { region: "salalah", expected_version: 2 },
    { region: "sohar", state: "unknown", reason: "sealed", seen_version: null },
  ]);
});

test("sealed, out of reach and not permitted are told apart, each with its since-when", async () => {
  await observeAll();
  expect(await storeOf(rig, "sohar")).toMatchObject({ state: "sealed" });
  const token = SecretValue.of("s.not-a-token-that-anybody-knows");
  const stranger = new OpenBaoClient({ address: vaults.salalah.address, token });
  const nowhere = new OpenBaoClient({ address: "http://127.0.0.1:1", token, maxAttempts: 1 });
  const others: Record<string, OpenBaoClient> = { salalah: stranger, sohar: nowhere };
  const changed: RegionClients = {
    of: (name) =>
      others[name] ? [{ address: "http://127.0.0.1:1", client: others[name] }] : clients.of(name),
    close: clients.close,
  };
  await observeAll(changed);
  expect(await storeOf(rig, "salalah")).toMatchObject({
    state: "permission_denied",
    lag_reason: "not-readable",
  });
  expect(await storeOf(rig, "sohar")).toMatchObject({ state: "unreachable" });
  const alerts = await asSuperuser<{ subject_ref: string; detail: string }>(
    "SELECT subject_ref, detail FROM alert WHERE kind = 'store-not-serving'",
  );
  expect(alerts.map(({ subject_ref }) => subject_ref).sort()).toEqual([
    "store/openbao/salalah",
    "store/openbao/sohar",
  ]);
  await stranger.close();
  await nowhere.close();
  await observeAll();
  expect(await storeOf(rig, "salalah")).toMatchObject({ state: "active" });
});

test("a promotion goes from the checklist to the hook and back; rotations wait, then write to the new primary", async () => {
  await observeAll();
  const own = { address: vaults.muscat.address, vault: primary };
  const writes = primaryVault({ regions, clients, own });
  await writes.refresh();
  expect([writes.region, writes.vault === primary]).toEqual(["muscat", true]);
  const tenant = await newTenant("waits");
  const { bindingId } = await bind(tenant);
  const rotations: Rig = {
    tenant,
    bindingId,
    officer: userOf(tenant, "officer"),
    worker: workerOf(tenant, ["runtime.rotations.execute", "runtime.secrets.rotate"]),
  };
  const { rotationId } = await force(rotations);
  const claimFor = (writesTo: string) =>
    runVerb(claimRotation, rotations.worker, {
      rotationId,
      owner: "w1",
      leaseSeconds: 60,
      writesTo,
    });

  const { regions: rows } = await readRegions(rig);
  expect(rows.map(({ region }) => region)).toEqual(["muscat", "salalah", "sohar"]);
  const promotionId = await approved(rig);
  const subjectDigest = (await promotionOf(rig, promotionId)).subject_digest?.toString("hex") ?? "";
  await runVerb(executePromotion, rig.operator, { promotionId, subjectDigest });
  expect(await claimFor("muscat")).toEqual({ claimed: null });

  const hook = new DrHook({
    url: `http://127.0.0.1:${hookPort}/promote`,
    seed: new Uint8Array(32).fill(7),
  });
  const rolesOf = async (_: unknown, who: { subject: string }) =>
    approversOf(rig).find(({ subject }) => subject === who.subject)?.roles ?? [];
  await carryOutPromotions({ clients, hook, rolesOf });
  expect(await promotionOf(rig, promotionId)).toMatchObject({
    state: "succeeded",
    error_text: null,
  });
  expect((await readRegions(rig)).regions.map(({ region, role }) => [region, role])).toEqual([
    ["muscat", "read-only"],
    ["salalah", "primary"],
    ["sohar", "read-only"],
  ]);
  // A worker that still believes in the old primary gets nothing; it learns, and goes on in the new one.
  expect(await claimFor("muscat")).toEqual({ claimed: null });
  expect(await claimFor("")).toEqual({ claimed: null });
  await writes.refresh();
  expect([writes.region, writes.vault === primary]).toEqual(["salalah", false]);
  expect((await claimFor(writes.region)).claimed).toMatchObject({ rotationId });
  await observeAll();
  expect(await storeOf(rig, "salalah")).toMatchObject({ lag_reason: "primary" });
  expect(await storeOf(rig, "muscat")).toMatchObject({
    lag: "unknown",
    lag_reason: "no-replication",
  });
});

test("a hook whose word is not borne out by the region is asked again; without a hook nothing happens", async () => {
  const { regions: rows } = await readRegions(rig);
  expect(rows[1]).toMatchObject({ region: "salalah", role: "primary" });
  const dependencies = {
    clients,
    rolesOf: async (_: unknown, who: { subject: string }) =>
      approversOf(rig).find(({ subject }) => subject === who.subject)?.roles ?? [],
  };
  const go = async () => {
    const promotionId = await approved(rig, "disaster");
    const subjectDigest =
      (await promotionOf(rig, promotionId)).subject_digest?.toString("hex") ?? "";
    await runVerb(executePromotion, rig.operator, { promotionId, subjectDigest });
    return promotionId;
  };
  const none = await go();
  await carryOutPromotions({ ...dependencies, hook: null });
  expect(await promotionOf(rig, none)).toMatchObject({
    state: "failed",
    error_text: /DR_HOOK_URL/,
  });

  const promotionId = await go();
  const liar = {
    promote: async () => ({ answer: "succeeded" as const, detail: "" }),
    status: async () => ({ answer: "succeeded" as const, detail: "" }),
  };
  await callVault(vaults.muscat, "sys/seal");
  await carryOutPromotions({ ...dependencies, hook: liar });
  expect(await promotionOf(rig, promotionId)).toMatchObject({
    state: "executing",
    error_text: "The hook says that it succeeded, but muscat is sealed.",
  });
  expect((await readRegions(rig)).regions[1]).toMatchObject({ region: "salalah", role: "primary" });
  await callVault(vaults.muscat, "sys/unseal", {
    key: readFileSync(join(directory, "muscat", "unseal.key"), "utf8").trim(),
  });
  await makeDue(rig, promotionId);
  await carryOutPromotions({ ...dependencies, hook: liar });
  expect((await promotionOf(rig, promotionId)).state).toBe("succeeded");
});
