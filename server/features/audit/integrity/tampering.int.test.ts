import { writeFileSync } from "node:fs";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { cosign } from "#server/engines/merkle/cosignature.ts";
import { cosigner } from "#server/engines/merkle/cosigner-key.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { parseNote } from "#server/engines/merkle/signed-note.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { logVerifierKey } from "../sealing/log-key.ts";
import { sealPendingAudit } from "../sealing/seal-pending-audit.ts";
import { asSuperuser } from "../testing/as-superuser.ts";
import { emitMany, freshTenant } from "../testing/audit-fixture.ts";
import { closeConnections } from "../testing/close-connections.ts";
import { LOG_TABLES, randomTampering, TAMPERING_KINDS } from "../testing/random-tampering.ts";
import type { RowReader } from "./stored-log-files.ts";
import { verifyStoredLog } from "./verify-stored-log.ts";

/** `npm run -s test:tamper` does a thousand, by a seed that it prints. */
const TRIES = Number(process.env.TAMPERINGS ?? 200);
const SEED = Number(process.env.TAMPERING_SEED ?? 1);
const REPORT = process.env.TAMPERING_REPORT;
const tenant = freshTenant();
const witness = cosigner("witness.test/one", new Uint8Array(32).fill(7));
/** Kept outside: one of the middle and the newest, each with the witness's cosignature. */
let notes: string[];

beforeAll(async () => {
  // Several heads, two levels of tiles, and a few events that are not sealed yet.
  for (const count of [3, 120, 150, 30]) {
    await emitMany(tenant, count);
    await sealPendingAudit(tenant);
  }
  await emitMany(tenant, 4);
  const heads = await withTenant(tenant, "worker", (tx) =>
    tx.query<{ note: string }>(
      "SELECT note FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size",
      [tenant],
    ),
  );
  notes = [heads[2]?.note ?? "", heads[3]?.note ?? ""];
  await asSuperuser(async (client) => {
    for (const [at, note] of notes.entries()) {
      const line = cosign(parseNote(note).text, 1_800_000_000n, witness);
      await client.query(
        "INSERT INTO audit_cosignature VALUES ($1, $2, $3, to_timestamp(1800000000), $4, clock_timestamp())",
        [tenant, parseCheckpoint(note).size.toString(), witness.name, line.trimEnd()],
      );
      notes[at] = note + line;
    }
  });
});
afterAll(closeConnections);

test("an untouched log is intact, by an older checkpoint as by the newest", async () => {
  for (const note of notes) {
    const verdict = await withTenant(tenant, "worker", (tx) => verify(tx, tenant, note));
    expect(verdict).toEqual({ size: 303n, faults: [] });
  }
});

test(`${TRIES} random ways for a superuser to alter it: each is found, and its place named`, {
  timeout: 900_000,
}, async () => {
  const random = mulberry32(SEED);
  const tally = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 0]));
  const kinds: Record<string, number> = tally(TAMPERING_KINDS);
  const tables: Record<string, number> = tally(LOG_TABLES);
  const acts: Record<string, number> = {};
  const missed: string[] = [];
  await asSuperuser(async (client) => {
    for (let number = 0; number < TRIES; number += 1) {
      await client.query("BEGIN");
      // Neither triggers nor foreign keys stand in a superuser's way.
      await client.query("SET LOCAL session_replication_role = replica");
      const act = await randomTampering(client, tenant, random);
      const { faults } = await verify(reader(client), tenant, notes[1] ?? "");
      const isFound = faults.some((fault) => act.places.some((place) => fault.includes(place)));
      if (!isFound) {
        const told = faults.slice(0, 3).join("; ") || "nothing found";
        missed.push(`${act.act}, ${act.what}: ${told}`);
      }
      kinds[act.kind] = (kinds[act.kind] ?? 0) + 1;
      tables[act.table] = (tables[act.table] ?? 0) + 1;
      acts[act.act] = (acts[act.act] ?? 0) + 1;
      await client.query("ROLLBACK");
    }
  });
  const figures = { seed: SEED, tried: TRIES, found: TRIES - missed.length, kinds, tables, acts };
  if (REPORT) writeFileSync(REPORT, JSON.stringify({ ...figures, missed }));
  expect(missed).toEqual([]);
  if (TRIES >= 200) expect([...Object.values(kinds), ...Object.values(tables)]).not.toContain(0);
});

test("a checkpoint of another log, or one that was altered, proves nothing", async () => {
  const altered = (notes[1] ?? "").replace("\n303\n", "\n304\n");
  const verdict = await withTenant(tenant, "worker", (tx) => verify(tx, tenant, altered));
  expect(verdict.faults).toEqual([expect.stringContaining("kept elsewhere is not of")]);
});

function verify(rows: RowReader, of: AuthorizedTenantId, note: string) {
  const key = parseVerifierKey(logVerifierKey(of));
  return verifyStoredLog(rows, of, { note, key, witnesses: [witness] });
}

function reader(client: pg.Client): RowReader {
  return {
    query: async <Row extends pg.QueryResultRow>(text: string, params?: readonly unknown[]) =>
      (await client.query<Row>(text, params ? [...params] : [])).rows,
  };
}

/** Numbers from 0 up to 1, the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
