import { randomInt } from "node:crypto";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { logVerifierKey } from "../sealing/log-key.ts";
import { sealPendingAudit } from "../sealing/seal-pending-audit.ts";
import { asSuperuser } from "../testing/as-superuser.ts";
import { emitMany, freshTenant } from "../testing/audit-fixture.ts";
import { closeConnections } from "../testing/close-connections.ts";
import { randomTampering } from "../testing/random-tampering.ts";
import type { RowReader } from "./stored-log-files.ts";
import { verifyStoredLog } from "./verify-stored-log.ts";

const TRIES = Number(process.env.TAMPERINGS ?? 1_000);
const tenant = freshTenant();
/** Kept outside: one of the middle and the newest. */
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
});
afterAll(closeConnections);

test("an untouched log is intact, by an older checkpoint as by the newest", async () => {
  for (const note of notes) {
    const verdict = await withTenant(tenant, "worker", (tx) => verify(tx, tenant, note));
    expect(verdict).toEqual({ size: 303n, faults: [] });
  }
});

test(`${TRIES} random ways for a superuser to alter it: each is found, and its place named`, {
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env.TAMPERING_SEED ?? randomInt(2 ** 31));
  const random = mulberry32(seed);
  const counts: Record<string, number> = {};
  const missed: string[] = [];
  await asSuperuser(async (client) => {
    for (let number = 0; number < TRIES; number += 1) {
      await client.query("BEGIN");
      // Neither triggers nor foreign keys stand in a superuser's way.
      await client.query("SET LOCAL session_replication_role = replica");
      const act = await randomTampering(client, tenant, random);
      const { faults } = await verify(reader(client), tenant, notes[1] ?? "");
      const isFound = faults.some((fault) => act.places.some((place) => fault.includes(place)));
      if (!isFound) missed.push(`${act.what}: ${faults.slice(0, 3).join("; ") || "nothing found"}`);
      counts[act.kind] = (counts[act.kind] ?? 0) + 1;
      await client.query("ROLLBACK");
    }
  });
  process.stdout.write(
    `tampering: ${JSON.stringify({ seed, tried: TRIES, found: TRIES - missed.length, ...counts })}\n`,
  );
  expect(missed).toEqual([]);
});

test("a checkpoint of another log, or one that was altered, proves nothing", async () => {
  const altered = (notes[1] ?? "").replace("\n303\n", "\n304\n");
  const verdict = await withTenant(tenant, "worker", (tx) => verify(tx, tenant, altered));
  expect(verdict.faults).toEqual([expect.stringContaining("kept elsewhere is not of")]);
});

function verify(rows: RowReader, of: AuthorizedTenantId, note: string) {
  return verifyStoredLog(rows, of, { note, key: parseVerifierKey(logVerifierKey(of)) });
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
