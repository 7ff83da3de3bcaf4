import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { logCheckProofCommand } from "#server/cli/commands/log-check-proof.ts";
import { logVerifyCommand } from "#server/cli/commands/log-verify.ts";
import { formatAddCheckpoint } from "#server/engines/merkle/add-checkpoint.ts";
import { openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { cosigner } from "#server/engines/merkle/cosigner-key.ts";
import { followKeys, type LogKeyList } from "#server/engines/merkle/follow-keys.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { parseNote } from "#server/engines/merkle/signed-note.ts";
import { formatTilePath, tileWidth } from "#server/engines/merkle/tile-path.ts";
import { reviewApproval } from "#server/features/approvals/index.ts";
import {
  latestCheckpoint,
  logKeyList,
  logTile,
  logVerifierKey,
  sealPendingAudit,
  verifyStoredLog,
} from "#server/features/audit/index.ts";
import { auditEvent } from "#server/features/audit/queries.ts";
import { checkLog } from "#server/features/audit/testing/check-log.ts";
import { shredTenant } from "#server/features/onboarding/verbs/shred-tenant.ts";
import {
  askForLogKey,
  tenantWithKeys,
} from "#server/features/retention/testing/retention-fixture.ts";
import { renewKey } from "#server/features/retention/verbs/renew-key.ts";
import { rotateLogKey } from "#server/features/retention/verbs/rotate-log-key.ts";
import { proveAtProvider } from "#server/features/step-up/testing/step-up-rig.ts";
import { FollowedLogs } from "#server/integrations/witness/followed-logs.ts";
import { witnessServer } from "#server/integrations/witness/witness-server.ts";
import { WitnessStore } from "#server/integrations/witness/witness-store.ts";
import { forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { auditLogRows } from "../compliance/audit-log-rows.ts";
import { type RetentionDependencies, tendRetention } from "../retention/tend-retention.ts";
import { tendLogKeys } from "./tend-log-keys.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let folder: string;
let tenant: AuthorizedTenantId;
let retention: RetentionDependencies;
const servers: { server: Server; store: WitnessStore }[] = [];
const tending = () => ({ mostDays: 365, aheadDays: 30, folder: join(folder, "lists") });
const officer = () => userOf(tenant, "officer");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "log-keys-"));
  retention = {
    keeper: "local",
    backups: join(folder, "key-backups"),
    leaseSeconds: 60,
    rolesOf: async (_tenant, identities) =>
      identities.map((each) => ({ ...each, roles: ["security-officer"] })),
  };
  tenant = await tenantWithKeys();
});
afterAll(() => {
  for (const { server, store } of servers) {
    server.closeAllConnections();
    server.close();
    store.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

test("a log changes its key: both sign, then the new one alone, and whoever held the first follows", async () => {
  await seal();
  const first = parseVerifierKey(logVerifierKey(tenant));
  const old = await witness("old", () => [first]);
  const followed = await witness("followed", () => [first], join(folder, "lists"));
  expect(await old.ask()).toBe(200);
  expect(await followed.ask()).toBe(200);

  const input = { overlapDays: 30, reason: "a year is over" };
  const { actId } = await askForLogKey(officer(), input);
  await expect(runVerb(rotateLogKey, officer(), input)).rejects.toMatchObject({
    code: "conflict",
    details: { said: { key: "logKey.asked" } },
  });
  await tendRetention(retention);
  expect(await states()).toEqual(["current"]);
  await approve(actId);
  await tendRetention(retention);
  expect(await states()).toEqual(["current", "announced"]);
  // Not before its announcement is sealed, and that under the old key alone.
  await tendLogKeys(tending());
  expect(await states()).toEqual(["current", "announced"]);
  await seal();
  expect(await signersOf()).toEqual([1]);
  await tendLogKeys(tending());
  expect(await states()).toEqual(["retiring", "current"]);
  await seal();
  expect(await signersOf()).toEqual([2, 1]);
  await expect(runVerb(rotateLogKey, officer(), input)).rejects.toMatchObject({
    details: { said: { key: "logKey.overlapping" } },
  });

  // In the overlap nobody has to know the new key: not a witness, not an auditor.
  expect(await old.ask()).toBe(200);
  expect(await followed.ask()).toBe(200);
  expect((await verify([logVerifierKey(tenant)])).code).toBe(0);
  const overlapping = await headNote();

  // The wrapping of the seed goes with the tenant's key.
  await runVerb(renewKey, officer(), { reason: "as every year" });
  await tendRetention(retention);
  forgetTenantKeys(tenant);
  await seal();
  expect(await signersOf()).toEqual([2, 1]);

  await endOverlap();
  expect(await states()).toEqual(["retired", "current"]);
  await seal();
  expect(await signersOf()).toEqual([2]);
  expect(await typesOf(tenant)).toEqual(
    expect.arrayContaining([
      "runtime.audit.log-key-announced",
      "runtime.audit.log-key-begun",
      "runtime.audit.log-key-ended",
    ]),
  );
  expect(await old.ask()).toBe(403);
  expect(await followed.ask()).toBe(200);

  const alone = await verify([logVerifierKey(tenant)]);
  expect(alone).toMatchObject({ code: 1, text: expect.stringContaining("not signed by the log") });
  const told = await verify([logVerifierKey(tenant)], await list());
  expect(told).toMatchObject({
    code: 0,
    text: expect.stringContaining("key 2 is believed by the handover"),
  });
  expect(openCheckpoint(overlapping, first.name, first).size).toBeGreaterThan(0n);

  // The whole of it holds, as auditors, the browser's page and the installation itself look at it.
  await checkLog(tenant);
  const kept = { note: overlapping, key: followKeys([first], await list()).keys };
  const verdict = await withTenant(tenant, "worker", (tx) => verifyStoredLog(tx, tenant, kept));
  expect(verdict.faults).toEqual([]);
  const [event] = await asSuperuser<{ event_id: string }>(
    "SELECT event_id FROM audit_leaf WHERE tenant_id = $1 ORDER BY leaf_index LIMIT 1",
    [tenant],
  );
  const detail = await withTenant(tenant, "tenant", (tx) =>
    auditEvent(tx, tenant, event?.event_id ?? ""),
  );
  if (detail?.proof.status !== "proven") throw new Error("the event is not proven");
  const checked = await checkProof(detail.proof.logProof, detail.envelope);
  expect(checked).toMatchObject({ code: 0, text: expect.stringContaining("valid: an entry of") });
  const other = await checkProof(detail.proof.logProof, `${detail.envelope} `);
  expect(other.code).toBe(1);
});

test("the audit of all rows, which compliance runs, goes by every key", async () => {
  expect(await auditLogRows(tenant)).toBe(0);
});

test("a superuser who edits the table of keys stops the log, and is found", async () => {
  await seal();
  const note = await headNote();
  const forge = async (change: string) => {
    const [row] = await asSuperuser<Record<string, unknown>>(
      "SELECT * FROM audit_log_key WHERE tenant_id = $1 AND number = 2",
      [tenant],
    );
    await superuserOnKeys(change);
    await event();
    await expect(sealPendingAudit(tenant)).rejects.toThrow();
    await superuserOnKeys("DELETE FROM audit_log_key WHERE tenant_id = $1 AND number = 2");
    await restore(row ?? {});
    await seal();
  };
  await forge(
    "UPDATE audit_log_key SET public_key = sha256('mine') WHERE tenant_id = $1 AND number = 2",
  );
  await forge(
    "UPDATE audit_log_key SET wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1) WHERE tenant_id = $1 AND number = 2",
  );
  await forge("UPDATE audit_log_key SET first_size = 1 WHERE tenant_id = $1 AND number = 2");
  await forge("DELETE FROM audit_log_key WHERE tenant_id = $1 AND number = 2");
  expect(await headNote()).not.toBe(note);
});

test("a compromised key is revoked at once, and nobody follows its handover", async () => {
  const before = await list();
  const input = { overlapDays: 0, compromised: true, reason: "its host was broken into" };
  const { actId } = await askForLogKey(officer(), input);
  await approve(actId);
  await tendRetention(retention);
  expect(await states()).toEqual(["retired", "revoked", "current"]);
  await seal();
  expect(await signersOf()).toEqual([3]);
  await checkLog(tenant);
  const published = await list();
  const refused = await verify([before.keys[1]?.vkey ?? ""], published);
  expect(refused).toMatchObject({ code: 1, text: expect.stringContaining("was revoked") });
  const newest = published.keys[2]?.vkey ?? "";
  expect((await verify([before.keys[1]?.vkey ?? "", newest], published)).code).toBe(0);
});

test("a log takes its last entries when the keys of its organization are destroyed", async () => {
  await asSuperuser("UPDATE tenant SET state = 'offboarding' WHERE tenant_id = $1", [tenant]);
  const worker = workerOf(tenant, ["runtime.tenants.carry-out"]);
  await runVerb(shredTenant, worker, {});
  forgetTenantKeys(tenant);
  const note = await headNote();
  expect((await sealPendingAudit(tenant))?.sealed).toBeGreaterThan(0);
  expect(await headNote()).not.toBe(note);
  expect(await signersOf()).toEqual([3]);
  await checkLog(tenant);
});

test("a key that is near the end of its year is told of once", async () => {
  await asSuperuser(
    "UPDATE tenant SET created_at = created_at - interval '336 days' WHERE tenant_id = $1",
    [await tenantWithKeys().then((old) => (tenant = old))],
  );
  await tendLogKeys(tending());
  await tendLogKeys(tending());
  const alerts = await asSuperuser(
    "SELECT subject_ref FROM alert WHERE tenant_id = $1 AND kind = 'log-key-due'",
    [tenant],
  );
  expect(alerts).toEqual([{ subject_ref: "log-key/1" }]);
});

async function event(): Promise<void> {
  const { emit } = await import("#server/features/audit/testing/audit-fixture.ts");
  await emit(tenant, { type: "runtime.things.happened" });
}

async function seal(): Promise<void> {
  await event();
  for (let batch = await sealPendingAudit(tenant); batch?.isFull; )
    batch = await sealPendingAudit(tenant);
}

async function headNote(): Promise<string> {
  const head = await withTenant(tenant, "worker", (tx) => latestCheckpoint(tx, tenant));
  return head?.note ?? "";
}

const list = (): Promise<LogKeyList> =>
  withTenant(tenant, "worker", (tx) => logKeyList(tx, tenant));
const states = async () => (await list()).keys.map((key) => key.state);

/** The numbers of the keys that signed the newest head, in the order of its lines. */
async function signersOf(): Promise<number[]> {
  const { keys } = await list();
  const ids = keys.map(({ vkey }) => Buffer.from(parseVerifierKey(vkey).keyId).toString("hex"));
  return parseNote(await headNote()).signatures.map(
    ({ keyId }) => ids.indexOf(Buffer.from(keyId).toString("hex")) + 1,
  );
}

async function approve(actId: string | null): Promise<void> {
  const [act] = await asSuperuser<{ approval_id: string }>(
    "SELECT approval_id FROM retention_act WHERE act_id = $1",
    [actId],
  );
  const requestId = act?.approval_id ?? "";
  const [approval] = await asSuperuser<{ digest: string }>(
    "SELECT encode(subject_digest, 'hex') AS digest FROM approval_request WHERE request_id = $1",
    [requestId],
  );
  const second = userOf(tenant, "second");
  const subjectDigest = approval?.digest ?? "";
  await proveAtProvider(second, { act: "approvals.review", digest: subjectDigest });
  await runVerb(reviewApproval, second, {
    requestId,
    subjectDigest,
    decision: "approve",
  });
}

/** As if its thirty days had gone by: the handover is signed anew for a time that is over. */
async function endOverlap(): Promise<void> {
  const { signHandover } = await import("#server/engines/merkle/key-notes.ts");
  const { logKeyRows, signerOf } = await import("#server/features/audit/sealing/log-keys.ts");
  const over = new Date(Date.now() - 1_000).toISOString();
  const note = await withTenant(tenant, "worker", async (tx) => {
    const rows = await logKeyRows(tx, tenant);
    const [from, to] = rows.map((row) => signerOf(tenant, row));
    if (!from || !to) throw new Error("two keys");
    const firstSize = BigInt(rows[1]?.first_size ?? 0);
    return signHandover(from, to, { firstSize, time: over, overlapUntil: over });
  });
  await asSuperuser("UPDATE audit_log_key SET handover = $2 WHERE tenant_id = $1 AND number = 2", [
    tenant,
    note,
  ]);
  await asSuperuser(
    "UPDATE audit_log_key SET overlap_ends_at = $2 WHERE tenant_id = $1 AND number = 1",
    [tenant, over],
  );
  await tendLogKeys(tending());
}

async function superuserOnKeys(statement: string): Promise<void> {
  await asSuperuser("ALTER TABLE audit_log_key DISABLE TRIGGER stays_destroyed");
  try {
    await asSuperuser(statement, [tenant]);
  } finally {
    await asSuperuser("ALTER TABLE audit_log_key ENABLE TRIGGER stays_destroyed");
  }
}

async function restore(row: Record<string, unknown>): Promise<void> {
  const names = Object.keys(row);
  await asSuperuser(
    `INSERT INTO audit_log_key (${names.join(", ")}) VALUES (${names.map((_, at) => `$${at + 1}`).join(", ")})`,
    Object.values(row),
  );
}

/** The command, over the tiles as they are served. */
async function verify(vkeys: string[], published?: LogKeyList) {
  const note = await headNote();
  const { size } = openCheckpoint(
    note,
    logName(),
    (await list()).keys.map((key) => parseVerifierKey(key.vkey)),
  );
  const tiles = join(folder, "tiles");
  for (let level = 0; level === 0 || size >> BigInt(level * 8) > 0n; level += 1) {
    for (let index = 0n; tileWidth(level, index, size) > 0; index += 1n) {
      const width = tileWidth(level, index, size);
      for (const kind of level === 0 ? ([level, "entries"] as const) : [level]) {
        const address = { level: kind, index, width };
        const bytes = await withTenant(tenant, "worker", (tx) => logTile(tx, tenant, address));
        const file = join(tiles, formatTilePath(address));
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, bytes ?? "");
      }
    }
  }
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const lines: string[] = [];
  const args = ["--checkpoint", put("checkpoint", note), "--tiles", tiles];
  args.push("--vkey", put("vkey", vkeys.join("\n")));
  if (published) args.push("--keys", put("keys.json", JSON.stringify(published)));
  const code = await logVerifyCommand.run(args, { out: (line) => lines.push(line), err() {} });
  return { code, text: lines.join("\n") };
}

/** With the first key and the published list alone. */
async function checkProof(logProof: string, entry: string) {
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const lines: string[] = [];
  const args = [put("proof", logProof), "--vkey", put("vkey", logVerifierKey(tenant))];
  args.push(
    "--keys",
    put("keys.json", JSON.stringify(await list())),
    "--entry",
    put("entry", entry),
  );
  const code = await logCheckProofCommand.run(args, { out: (line) => lines.push(line), err() {} });
  return { code, text: lines.join("\n") };
}

const logName = () => parseVerifierKey(logVerifierKey(tenant)).name;

/** A witness over HTTP; `ask` sends it the newest head and gives the status of its answer. */
async function witness(
  name: string,
  told: ConstructorParameters<typeof FollowedLogs>[0],
  lists?: string,
) {
  const store = new WitnessStore(join(folder, name));
  const signer = cosigner(`witness.test/${name}`, new Uint8Array(32).fill(name.length));
  const server = witnessServer({ signer, store, logs: new FollowedLogs(told, lists) });
  servers.push({ server, store });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async ask(): Promise<number> {
      const { consistencyProof } = await import("#server/engines/merkle/build-proof.ts");
      const { consistencyRanges, tilesForRanges } = await import(
        "#server/engines/merkle/proof-ranges.ts"
      );
      const { proofTiles } = await import("#server/features/audit/index.ts");
      const note = await headNote();
      const size = BigInt(parseNote(note).text.split("\n")[1] ?? 0);
      const oldSize = store.last(logName())?.size ?? 0n;
      const proof =
        oldSize === 0n || oldSize === size
          ? []
          : consistencyProof(
              oldSize,
              size,
              await withTenant(tenant, "worker", (tx) =>
                proofTiles(tx, tenant, tilesForRanges(consistencyRanges(oldSize, size))),
              ),
            );
      const body = formatAddCheckpoint({ oldSize, proof, note });
      const answer = await fetch(`http://127.0.0.1:${port}/add-checkpoint`, {
        method: "POST",
        body,
      });
      return answer.status;
    },
  };
}
