import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { openCosignatures } from "#server/engines/merkle/cosignature.ts";
import {
  cosigner,
  formatCosignerKey,
  parseCosignerKey,
} from "#server/engines/merkle/cosigner-key.ts";
import {
  type NoteSigner,
  type NoteVerifier,
  noteSigner,
  parseVerifierKey,
} from "#server/engines/merkle/note-key.ts";
import { logVerifierKey, sealPendingAudit } from "#server/features/audit/index.ts";
import { cosignatureLines } from "#server/features/audit/log/cosignatures.ts";
import { latestCheckpoint } from "#server/features/audit/log/log-tree.ts";
import { auditEvent, logHead } from "#server/features/audit/queries.ts";
import { emitMany } from "#server/features/audit/testing/audit-fixture.ts";
import { witnessServer } from "#server/integrations/witness/witness-server.ts";
import { WitnessStore } from "#server/integrations/witness/witness-store.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { askWitnesses, readWitnesses } from "../jobs/witnesses.ts";

/** A real witness over HTTP, with its own key and folder. */
const root = mkdtempSync(join(tmpdir(), "witness-"));
afterAll(() => rmSync(root, { recursive: true }));
let tenant: AuthorizedTenantId;
let witness: RunningWitness;
let number = 0;

beforeEach(async () => {
  tenant = await newTenant("witnessed");
  witness = await startWitness(parseVerifierKey(logVerifierKey(tenant)));
});
afterEach(() => witness.stop());

test("a sealed event is witnessed once another installation has cosigned its head", async () => {
  const [eventId = ""] = await grow(3);
  expect(await stateOf(eventId)).toBe("sealed");
  await ask();
  expect(await stateOf(eventId)).toBe("witnessed");
  const first = await head();
  expect(first.witnesses).toMatchObject([
    { name: witness.key.name, treeSize: first.checkpoint?.treeSize, trouble: null },
  ]);
  // What is served carries the cosignature, and a stranger verifies it.
  const note = await withTenant(tenant, "tenant", async (tx) => {
    const newest = await latestCheckpoint(tx, tenant);
    if (!newest) throw new Error("no head");
    return newest.note + (await cosignatureLines(tx, tenant, newest.treeSize));
  });
  expect(openCosignatures(note, [witness.key])).toHaveLength(1);
  // The log grows: from the known size, with a proof; the newest event waits for its turn.
  const [later = ""] = await grow(300);
  expect([await stateOf(eventId), await stateOf(later)]).toEqual(["witnessed", "sealed"]);
  await ask();
  expect(await stateOf(later)).toBe("witnessed");
  expect(witness.answers).toEqual([200, 200]);
  // Nothing new: it is not asked again, and nothing was written into the log by it.
  await ask();
  expect(witness.answers).toEqual([200, 200]);
  expect((await head()).unsealed.events).toBe(0);
});

test("a database put back to an older state is found out: the witness has seen more", async () => {
  await grow(2);
  await ask();
  await grow(5);
  await ask();
  // An older backup: heads and leaves of the end are gone, and so is what was noted of the witness.
  const size = Number((await head()).checkpoint?.treeSize) - 5;
  await asSuperuserReplica([
    ["DELETE FROM audit_cosignature WHERE tenant_id = $1", [tenant]],
    ["DELETE FROM audit_witness WHERE tenant_id = $1", [tenant]],
    ["DELETE FROM audit_leaf WHERE tenant_id = $1 AND leaf_index >= $2", [tenant, size]],
    ["DELETE FROM audit_checkpoint WHERE tenant_id = $1 AND tree_size > $2", [tenant, size]],
    [
      "UPDATE audit_tile SET width = $2::int, hashes = substr(hashes, 1, $2::int * 32) WHERE tenant_id = $1",
      [tenant, size],
    ],
  ]);
  await ask();
  expect((await head()).witnesses).toMatchObject([{ treeSize: null, trouble: "ahead" }]);
  const alerts = await asSuperuser<{ severity: string; detail: string }>(
    "SELECT severity, detail FROM alert WHERE tenant_id = $1 AND kind = 'log-not-witnessed'",
    [tenant],
  );
  expect(alerts).toEqual([{ severity: "critical", detail: `${witness.key.name}: ahead` }]);
});

test("out of reach, unknown to it, and a cosignature that is none: each is told apart, none believed", async () => {
  const [eventId = ""] = await grow(2);
  await witness.stop();
  await ask();
  expect((await head()).witnesses).toMatchObject([{ trouble: "unreachable" }]);
  const stranger = await startWitness(noteSigner("log.test/other", new Uint8Array(32).fill(9)));
  await ask({ url: stranger.url, key: stranger.key });
  const impostor = cosigner(stranger.key.name, new Uint8Array(32).fill(8));
  await stranger.stop();
  const own = await startWitness(parseVerifierKey(logVerifierKey(tenant)), "witness.test/own");
  await ask({ url: own.url, key: { ...impostor, name: own.key.name, keyId: own.key.keyId } });
  await own.stop();
  const troubles = (await head()).witnesses.map(({ trouble }) => trouble);
  expect(troubles.sort()).toEqual(["bad-answer", "refused", "unreachable"]);
  expect(await stateOf(eventId)).toBe("sealed");
});

test("a witness never goes back, also after it was started anew; one folder, one witness", async () => {
  await grow(4);
  await ask();
  const { directory } = witness;
  const file = join(root, "witnesses.yaml");
  writeFileSync(file, `witnesses:\n  - { url: "${witness.url}", key: "${witness.vkey}" }\n`);
  expect(readWitnesses(file)).toMatchObject([
    { url: witness.url, key: { name: witness.key.name } },
  ]);
  writeFileSync(file, "witnesses:\n  - { url: ftp://x, key: nonsense }\n");
  expect(() => readWitnesses(file)).toThrow(/witnesses\.0\.url[\s\S]*witnesses\.0\.key/);
  await witness.stop();
  writeFileSync(join(directory, "lock"), String(process.ppid));
  expect(() => new WitnessStore(directory)).toThrow(/one witness a folder/);
  rmSync(join(directory, "lock"));
  witness = await startWitness(parseVerifierKey(logVerifierKey(tenant)), undefined, directory);
  await grow(1);
  await ask();
  expect((await head()).witnesses).toMatchObject([{ trouble: null }]);
  expect(witness.answers).toEqual([200]);
});

test("a witness as another installation runs it: one command, its key printed", async () => {
  await grow(2);
  const [keyFile, logs] = [join(root, "seed"), join(root, "logs")];
  writeFileSync(keyFile, `${"5a".repeat(32)}\n`);
  writeFileSync(logs, `# logs of the sovereign\n${logVerifierKey(tenant)}\n`);
  const args = [
    "--name",
    "witness.test/cli",
    "--key",
    keyFile,
    "--logs",
    logs,
    "--dir",
    join(root, "cli"),
  ];
  const child = spawn(
    process.execPath,
    ["--conditions=react-server", "server/cli/main.ts", "witness", "serve", ...args, "--port", "0"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const [, vkey = "", url = ""] =
      /^witness (\S+) at (\S+), of 1 logs/.exec(line.toString()) ?? [];
    await ask({ url, key: parseCosignerKey(vkey) });
    const mine = (await head()).witnesses.find(({ name }) => name === "witness.test/cli");
    expect(mine).toMatchObject({ trouble: null, treeSize: (await head()).checkpoint?.treeSize });
  } finally {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
  }
});

async function grow(count: number): Promise<string[]> {
  const ids = await emitMany(tenant, count);
  await sealPendingAudit(tenant);
  return ids;
}

async function ask(of: { url: string; key: NoteVerifier } = witness): Promise<void> {
  // Other tests' tenants rest.
  await asSuperuser(
    "UPDATE audit_witness SET asked_at = 'infinity' WHERE tenant_id <> $1 OR witness <> $2",
    [tenant, of.key.name],
  );
  await askWitnesses([of], 0);
}

function head() {
  return withTenant(tenant, "tenant", (tx) => logHead(tx, tenant));
}

async function stateOf(eventId: string) {
  const event = await withTenant(tenant, "tenant", (tx) => auditEvent(tx, tenant, eventId));
  return event?.state;
}

async function asSuperuserReplica(statements: [string, unknown[]][]): Promise<void> {
  const tables = ["audit_cosignature", "audit_leaf", "audit_checkpoint"];
  for (const table of tables) await asSuperuser(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  try {
    for (const [text, params] of statements) await asSuperuser(text, params);
  } finally {
    for (const table of tables) await asSuperuser(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  }
}

interface RunningWitness {
  url: string;
  key: NoteVerifier;
  signer: NoteSigner;
  vkey: string;
  answers: number[];
  directory: string;
  stop(): Promise<void>;
}

async function startWitness(
  log: NoteVerifier,
  name?: string,
  directory?: string,
): Promise<RunningWitness> {
  number += 1;
  const signer = cosigner(name ?? `witness.test/w${number}`, new Uint8Array(32).fill(number));
  const known = directory === undefined ? signer : witness.signer;
  const folder = directory ?? join(root, String(number));
  const answers: number[] = [];
  const store = new WitnessStore(folder);
  const server: Server = witnessServer({
    signer: known,
    logs: new Map([[log.name, log]]),
    store,
    onAnswer: (status) => answers.push(status),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      store.close();
      server.closeAllConnections();
      server.close(() => resolve());
    });
  const key: NoteVerifier = { name: known.name, keyId: known.keyId, publicKey: known.publicKey };
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    key,
    signer: known,
    vkey: formatCosignerKey(known),
    answers,
    directory: folder,
    stop,
  };
}
