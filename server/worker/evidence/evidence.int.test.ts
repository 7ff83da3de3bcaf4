import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Disclosure } from "#server/engines/evidence/pack-format.ts";
import { openPack } from "#server/engines/evidence/sealed-pack.ts";
import { verifyPack } from "#server/engines/evidence/verify-pack.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { logVerifierKey, sealPendingAudit } from "#server/features/audit/index.ts";
import { indexTenant } from "#server/features/audit/search/indexing/index-tenant.ts";
import { emitIn } from "#server/features/audit/testing/audit-fixture.ts";
import { packOf } from "#server/features/evidence/queries.ts";
import { askPack } from "#server/features/evidence/verbs/ask-pack.ts";
import { endPacks } from "#server/features/evidence/verbs/end-packs.ts";
import { takePack } from "#server/features/evidence/verbs/take-pack.ts";
import { folderStore } from "#server/integrations/content-store/folder.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { copyDueTiles, tendEvidence } from "../jobs/evidence.ts";

const directory = mkdtempSync(join(tmpdir(), "evidence-"));
const store = folderStore(directory);
const making = { store, witnesses: [], owner: "w1", leaseSeconds: 60 };
afterAll(() => rm(directory, { recursive: true, force: true }));

let tenant: AuthorizedTenantId;
const auditor = () => userOf(tenant, "auditor", { roles: ["compliance"] });

beforeAll(async () => {
  tenant = await newTenant("evidence");
  const time = new Date();
  await withTenant(tenant, "tenant", (tx) =>
    Promise.all(
      Array.from({ length: 640 }, (_, at) =>
        emitIn(tx, tenant, {
          type: at % 2 === 0 ? "runtime.secrets.rotated" : "runtime.access.denied",
          subject: `secret-binding/${at}`,
          outcome: at % 10 === 0 ? "denied" : "succeeded",
          payload: { region: at % 3 === 0 ? "muscat" : "salalah" },
          at: time,
        }),
      ),
    ),
  );
  while ((await sealPendingAudit(tenant))?.isFull) {
    // The next batch.
  }
  await indexTenant(tenant);
  // Some leaves beyond what the index covers.
  await withTenant(tenant, "tenant", async (tx) => {
    for (let at = 640; at < 700; at += 1) {
      await emitIn(tx, tenant, { outcome: "denied", payload: { region: "muscat" } });
    }
  });
  await sealPendingAudit(tenant);
});

async function made(query: string, disclosure: Disclosure) {
  const { packId } = await runVerb(askPack, auditor(), { query, disclosure });
  await tendEvidence(making);
  const pack = await withTenant(tenant, "tenant", (tx) => packOf(tx, tenant, packId));
  return { packId, pack };
}

async function taken(packId: string): Promise<Buffer> {
  const { digest, storedDigest, bytes, packKey } = await runVerb(takePack, auditor(), { packId });
  const stored = await store.get(storedDigest);
  const parts: Uint8Array[] = [];
  for await (const part of openPack(Buffer.from(packKey, "hex"), packId, present(stored), {
    size: bytes,
    start: 0,
    end: bytes,
  })) {
    parts.push(part);
  }
  const pack = Buffer.concat(parts);
  expect(createHash("sha256").update(pack).digest("hex")).toBe(digest);
  return pack;
}

const verified = (pack: Buffer) =>
  verifyPack(
    (async function* () {
      yield pack;
    })(),
    { log: [parseVerifierKey(logVerifierKey(tenant))], witnesses: [] },
  );

test("the worker makes what was asked for, and a stranger verifies it", async () => {
  for (const disclosure of ["matches", "envelopes", "payloads"] as const) {
    const { packId, pack } = await made("outcome:denied payload.region:muscat", disclosure);
    expect(pack).toMatchObject({ state: "ready", failure: null, from: "0" });
    const verdict = await verified(await taken(packId));
    expect(verdict.faults).toEqual([]);
    // 22 of the first 640 (each tenth and each third), and all of the last 60.
    expect(verdict.counts.matches).toBe(82);
    expect(pack.matches).toBe(82);
    if (disclosure === "payloads") expect(verdict.counts.said).toBe(0);
  }
  const types = (await eventsOf(tenant)).map(({ type }) => type);
  expect(types.filter((type) => type.startsWith("runtime.evidence.")).slice(0, 3)).toEqual([
    "runtime.evidence.pack-requested",
    "runtime.evidence.pack-made",
    "runtime.evidence.pack-taken",
  ]);
});

test("the range is as narrow as the query demands", async () => {
  const { pack } = await made("index:[300 TO 310] outcome:succeeded", "envelopes");
  expect(pack).toMatchObject({ state: "ready", from: "256", to: "512", matches: 9 });
});

test("what is erased afterwards ends the packs that hold it, and their keys", async () => {
  const { packId } = await made("index:<200", "matches");
  const { pack: other } = await made("index:>=600", "matches");
  const stored = (await runVerb(takePack, auditor(), { packId })).storedDigest;
  const worker = workerOf(tenant, ["runtime.evidence.make"]);
  const { ended } = await runVerb(endPacks, worker, { from: "10", to: "11" });
  expect(ended).toBeGreaterThan(0);
  await expect(runVerb(takePack, auditor(), { packId })).rejects.toMatchObject({
    code: "not_found",
  });
  await tendEvidence(making);
  const rows = await asSuperuser<{ state: string; removed_at: Date | null }>(
    "SELECT state, removed_at FROM evidence_pack WHERE pack_id = $1",
    [packId],
  );
  expect(rows).toEqual([{ state: "expired", removed_at: expect.any(Date) }]);
  expect(await store.size(stored)).toBeUndefined();
  const still = await withTenant(tenant, "tenant", (tx) => packOf(tx, tenant, other.packId));
  expect(still.state).toBe("ready");
});

test("full tiles and bundles are copied once, and what was altered since is told", async () => {
  await copyDueTiles(making);
  await copyDueTiles(making);
  const copies = await asSuperuser<{ level: number; tile_index: string; digest: Buffer }>(
    "SELECT level, tile_index, digest FROM audit_tile_copy WHERE tenant_id = $1 ORDER BY level, tile_index",
    [tenant],
  );
  expect(copies.slice(0, 2).map(({ level, tile_index }) => `${level}/${tile_index}`)).toEqual([
    "-1/0",
    "-1/1",
  ]);
  const tiles = copies.filter(({ level }) => level === 0);
  expect(await store.size(tiles[0]?.digest.toString("hex") ?? "")).toBe(256 * 32);
});

test("a log that was altered gives no pack", async () => {
  await asSuperuser("ALTER TABLE audit_event DISABLE TRIGGER USER", []);
  await asSuperuser(
    `UPDATE audit_event SET envelope = replace(envelope, 'secret-binding/20"', 'secret-binding/21"')
     WHERE tenant_id = $1 AND subject = 'secret-binding/20'`,
    [tenant],
  );
  const { packId, pack } = await made("index:<256", "envelopes");
  expect(pack.state).toBe("requested");
  for (let attempt = 1; attempt < 5; attempt += 1) {
    await asSuperuser("UPDATE evidence_pack SET lease_until = now() WHERE pack_id = $1", [packId]);
    await tendEvidence(making);
  }
  const failed = await withTenant(tenant, "tenant", (tx) => packOf(tx, tenant, packId));
  expect(failed).toMatchObject({ state: "failed", failure: "not-verified" });
});

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the content store does not have it");
  return value;
}
