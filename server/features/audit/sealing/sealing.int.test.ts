import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { closePools, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { asSuperuser } from "../testing/as-superuser.ts";
import { emit, emitIn, emitMany, freshTenant } from "../testing/audit-fixture.ts";
import { checkLog } from "../testing/check-log.ts";
import { storedLog } from "../testing/stored-log.ts";
import { runSealer } from "./run-sealer.ts";
import { sealPendingAudit } from "./seal-pending-audit.ts";

afterAll(closePools);

describe("the sequencer", () => {
  it("turns recorded events into leaves of a signed tree, once", async () => {
    const tenant = freshTenant();
    const first = await emit(tenant);
    const second = await emit(tenant);
    expect((await storedLog(tenant)).leaves).toEqual([]);
    expect(await sealPendingAudit(tenant)).toEqual({ sealed: 2, isFull: false });
    expect(await sealPendingAudit(tenant)).toEqual({ sealed: 0, isFull: false });
    const log = await checkLog(tenant);
    expect(log.leaves.map(({ eventId }) => eventId)).toEqual([first, second]);
    expect(log.pending).toEqual([]);
    expect(log.notes.length).toBe(1);
  });

  it("neither loses nor doubles an event whose transaction commits late", async () => {
    const tenant = freshTenant();
    const started = Promise.withResolvers<string>();
    const release = Promise.withResolvers<void>();
    const slow = withTenant(tenant, "tenant", async (tx) => {
      started.resolve(await emitIn(tx, tenant));
      await release.promise;
    });
    const slowId = await started.promise;
    const quickIds = [await emit(tenant), await emit(tenant)];
    await sealPendingAudit(tenant);
    expect((await checkLog(tenant)).leaves.map(({ eventId }) => eventId)).toEqual(quickIds);
    release.resolve();
    await slow;
    const last = await emit(tenant);
    await sealPendingAudit(tenant);
    const log = await checkLog(tenant);
    expect(log.leaves.map(({ eventId }) => eventId)).toEqual([...quickIds, slowId, last]);
  });

  it("seals nothing of a transaction that was undone", async () => {
    const tenant = freshTenant();
    const undone = withTenant(tenant, "tenant", async (tx) => {
      await emitIn(tx, tenant);
      throw new Error("changed my mind");
    });
    await expect(undone).rejects.toThrow("changed my mind");
    const kept = await emit(tenant);
    await sealPendingAudit(tenant);
    expect((await checkLog(tenant)).leaves.map(({ eventId }) => eventId)).toEqual([kept]);
  });

  it("keeps up with many writers, three replicas running at once", async () => {
    const tenants = [freshTenant(), freshTenant()];
    const stop = new AbortController();
    const failures: unknown[] = [];
    const replicas = [1, 2, 3].map(() =>
      runSealer({
        signal: stop.signal,
        pollMillis: 5,
        onError: (error) => failures.push(error),
      }),
    );
    const WRITERS = 6;
    const EVENTS = 40;
    const emitted = await Promise.all(
      tenants.map(async (tenant) => {
        const writers = Array.from({ length: WRITERS }, async () => {
          const ids: string[] = [];
          for (let n = 0; n < EVENTS; n += 1) ids.push(await emit(tenant));
          return ids;
        });
        return (await Promise.all(writers)).flat();
      }),
    );
    for (const tenant of tenants) {
      await waitFor(async () => (await storedLog(tenant)).leaves.length === WRITERS * EVENTS, {
        message: "every event to be sealed",
      });
    }
    stop.abort();
    await Promise.all(replicas);
    expect(failures).toEqual([]);
    for (const [position, tenant] of tenants.entries()) {
      const log = await checkLog(tenant);
      expect(log.leaves.map(({ eventId }) => eventId).sort()).toEqual(emitted[position]?.sort());
      expect(log.pending).toEqual([]);
    }
  });

  it("crosses tile borders in batches, and keeps every earlier head provable", async () => {
    const tenant = freshTenant();
    for (const count of [200, 56, 1, 300, 211]) {
      await emitMany(tenant, count);
      await sealPendingAudit(tenant);
    }
    const log = await checkLog(tenant);
    expect(log.leaves.length).toBe(768);
    expect(log.notes.length).toBe(5);
    expect(log.tiles.map(({ level, index, width }) => `${level}/${index}:${width}`)).toEqual([
      "0/0:256",
      "0/1:256",
      "0/2:256",
      "1/0:3",
    ]);
  });

  it("takes a full queue in batches", async () => {
    const tenant = freshTenant();
    await emitMany(tenant, 7);
    expect(await sealPendingAudit(tenant, 3)).toEqual({ sealed: 3, isFull: true });
    expect(await sealPendingAudit(tenant, 3)).toEqual({ sealed: 3, isFull: true });
    expect(await sealPendingAudit(tenant, 3)).toEqual({ sealed: 1, isFull: false });
    expect((await checkLog(tenant)).notes.length).toBe(3);
  });

  it("leaves nothing half done when its process dies between hashing and commit", async () => {
    const tenant = freshTenant();
    await emitMany(tenant, 3);
    await sealPendingAudit(tenant);
    const ids = await emitMany(tenant, 5);
    const before = await storedLog(tenant);
    await asSuperuser(async (client) => {
      // Readers pass, the sequencer's last insert waits: leaves and tiles are written by then.
      await client.query("BEGIN");
      await client.query("LOCK TABLE audit_checkpoint IN SHARE MODE");
      const sealer = spawn(
        process.execPath,
        ["--conditions=react-server", join(import.meta.dirname, "../testing/seal-once.ts"), tenant],
        { stdio: "ignore" },
      );
      const backends = async (condition: string): Promise<number> => {
        // Postgres shows a transaction the same activity until told otherwise.
        await client.query("SELECT pg_stat_clear_snapshot()");
        const { rows } = await client.query(
          `SELECT count(*)::integer AS n FROM pg_stat_activity
           WHERE query LIKE 'INSERT INTO audit_checkpoint%' AND ${condition}`,
        );
        return rows[0].n;
      };
      await waitFor(async () => (await backends("wait_event_type = 'Lock'")) === 1);
      sealer.kill("SIGKILL");
      expect(await once(sealer, "exit")).toEqual([null, "SIGKILL"]);
      await client.query("ROLLBACK");
      await waitFor(async () => (await backends("pid <> pg_backend_pid()")) === 0);
    });
    expect(await storedLog(tenant)).toEqual(before);
    expect(before.pending.sort()).toEqual([...ids].sort());
    expect(await sealPendingAudit(tenant)).toEqual({ sealed: 5, isFull: false });
    expect((await checkLog(tenant)).leaves.length).toBe(8);
  });

  it("gives way when another replica holds the tenant", async () => {
    const tenant = freshTenant();
    await emit(tenant);
    await asSuperuser(async (client) => {
      await client.query("BEGIN");
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
        `audit-sequencer|${tenant}`,
      ]);
      expect(await sealPendingAudit(tenant)).toBeUndefined();
      await client.query("COMMIT");
    });
    expect(await sealPendingAudit(tenant)).toEqual({ sealed: 1, isFull: false });
  });

  it("is not stopped by a queue row without an event, or of an event that is sealed", async () => {
    const tenant = freshTenant();
    const sealed = await emit(tenant);
    await sealPendingAudit(tenant);
    await withTenant(tenant, "tenant", (tx) =>
      tx.query(
        `INSERT INTO audit_pending (tenant_id, event_id, recorded_at)
         SELECT $1, id, clock_timestamp() FROM unnest($2::uuid[]) AS id`,
        [tenant, [sealed, "01900000-0000-7000-8000-000000000000"]],
      ),
    );
    const next = await emit(tenant);
    expect(await sealPendingAudit(tenant)).toEqual({ sealed: 1, isFull: false });
    const log = await checkLog(tenant);
    expect(log.leaves.map(({ eventId }) => eventId)).toEqual([sealed, next]);
    expect(log.pending).toEqual([]);
  });
});

describe("the sequencer refuses to sign on top of", () => {
  /** Each is done by somebody who owns the database, past triggers and row security. */
  const ALTERATIONS: [string, string][] = [
    [
      "an altered tile",
      "UPDATE audit_tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1)",
    ],
    ["a missing tile", "DELETE FROM audit_tile"],
    ["a note of another root", "UPDATE audit_checkpoint SET note = replace(note, '=', 'A')"],
    [
      "a note without a signature",
      "UPDATE audit_checkpoint SET note = split_part(note, E'\\n\\n', 1)",
    ],
    ["a head that says another size", "UPDATE audit_checkpoint SET tree_size = 9"],
    ["a head that says another root", "UPDATE audit_checkpoint SET root_hash = sha256('')"],
    ["a missing head", "DELETE FROM audit_checkpoint"],
  ];

  it.each(ALTERATIONS)("%s", async (_, statement) => {
    const tenant = freshTenant();
    await emitMany(tenant, 3);
    await sealPendingAudit(tenant);
    await emit(tenant);
    await asSuperuser(async (client) => {
      await client.query("SET session_replication_role = replica");
      const { rowCount } = await client.query(`${statement} WHERE tenant_id = $1`, [tenant]);
      expect(rowCount).toBeGreaterThan(0);
    });
    await expect(sealPendingAudit(tenant)).rejects.toThrow();
    expect((await storedLog(tenant)).pending.length).toBe(1);
  });

  it("one tenant's altered log, while the others go on", async () => {
    const [broken, sound] = [freshTenant(), freshTenant()];
    await emit(broken);
    await sealPendingAudit(broken);
    await asSuperuser(async (client) => {
      await client.query("DELETE FROM audit_tile WHERE tenant_id = $1", [broken]);
    });
    await emit(broken);
    await emit(sound);
    const stop = new AbortController();
    const told: (string | undefined)[] = [];
    const running = runSealer({
      signal: stop.signal,
      pollMillis: 5,
      retryMillis: 10,
      onError: (_, tenant) => told.push(tenant),
    });
    await waitFor(async () => (await storedLog(sound)).leaves.length === 1);
    await waitFor(() => told.filter((tenant) => tenant === broken).length >= 2);
    stop.abort();
    await running;
    expect(told.includes(sound)).toBe(false);
    await checkLog(sound);
  });
});
