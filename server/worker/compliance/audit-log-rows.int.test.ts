import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { emitMany } from "#server/features/audit/testing/audit-fixture.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { auditLogRows } from "./audit-log-rows.ts";
import { LogAuditProgress } from "./log-audit-progress.ts";

const STOPPED = new Error("the worker stops");
const folder = mkdtempSync(join(tmpdir(), "log-audits-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function sealedLog(count: number) {
  const tenant = await newTenant("audited");
  const ids = await emitMany(tenant, count);
  await sealPendingAudit(tenant);
  const file = new LogAuditProgress(folder, tenant);
  return { tenant, ids, file };
}

/** The audit, ended by its worker's stop when it has kept so many parts; what the last one says. */
async function interrupted({ tenant, file }: Awaited<ReturnType<typeof sealedLog>>, parts: number) {
  let left = parts;
  const signal = {
    throwIfAborted() {
      left -= 1;
      if (left === 0) throw STOPPED;
    },
  } as AbortSignal;
  await expect(auditLogRows(tenant, { folder, signal })).rejects.toBe(STOPPED);
  return JSON.parse(readFileSync(file.file, "utf8"));
}

async function alter(tenant: string, eventId: string | undefined) {
  await asSuperuser("ALTER TABLE audit_event DISABLE TRIGGER USER");
  try {
    await asSuperuser(
      "UPDATE audit_event SET outcome = 'denied' WHERE tenant_id = $1 AND event_id = $2",
      [tenant, eventId],
    );
  } finally {
    await asSuperuser("ALTER TABLE audit_event ENABLE TRIGGER USER");
  }
}

const recorded = async (tenant: string) =>
  (
    await asSuperuser<{ begun_at: Date; log_size: string; faults: string[]; note: string }>(
      "SELECT begun_at, log_size, faults, note FROM compliance_log_audit WHERE tenant_id = $1",
      [tenant],
    )
  )[0];

test("a round goes on after a restart, though the log grew; the next one begins at 0 and finds what was altered behind it", async () => {
  const log = await sealedLog(300);
  const first = await interrupted(log, 3);
  expect(first.progress).toMatchObject({ step: "events", at: null, size: "300" });
  // A first round's checkpoint is in no table: the newest head is another one after the restart.
  await emitMany(log.tenant, 2);
  await sealPendingAudit(log.tenant);
  // Behind the progress: entries and tiles were held together already, and are not read again in this round.
  await asSuperuser(
    `UPDATE audit_tile SET hashes = set_byte(hashes, 0, (get_byte(hashes, 0) + 1) % 256)
     WHERE tenant_id = $1 AND level = 0 AND tile_index = 0`,
    [log.tenant],
  );
  const [, second] = log.ids;
  expect(await auditLogRows(log.tenant, { folder })).toBe(0);
  const round = await recorded(log.tenant);
  expect(round).toMatchObject({ log_size: "300" });
  expect(round?.begun_at.toISOString()).toBe(first.begunAt);
  expect(existsSync(log.file.file)).toBe(false);

  const next = await interrupted(log, 1);
  expect(next.progress).toMatchObject({ step: "tiles", at: null, looked: 0 });
  expect(next.begunAt > first.begunAt).toBe(true);
  await alter(log.tenant, second);
  expect(await auditLogRows(log.tenant, { folder })).toBeGreaterThan(1);
  const faults = (await recorded(log.tenant))?.faults.join("\n");
  expect(faults).toContain("entry 0 is not the one that was sealed");
  expect(faults).toContain(`event ${second}`);
});

test("what a round found before the restart is told at its end, whatever the table of audits says since", async () => {
  const log = await sealedLog(5);
  expect(await auditLogRows(log.tenant, { folder })).toBe(0);
  await emitMany(log.tenant, 2);
  await sealPendingAudit(log.tenant);
  await asSuperuser(
    `UPDATE audit_tile SET hashes = set_byte(hashes, 0, (get_byte(hashes, 0) + 1) % 256)
     WHERE tenant_id = $1 AND level = 0 AND tile_index = 0`,
    [log.tenant],
  );
  const found = await interrupted(log, 2);
  expect(found.progress.faults.join("\n")).toContain("entry 0 is not the one that was sealed");
  // Undone, and the round's checkpoint taken out of the table, so that it would begin anew and find nothing.
  await asSuperuser(
    `UPDATE audit_tile SET hashes = set_byte(hashes, 0, (get_byte(hashes, 0) + 255) % 256)
     WHERE tenant_id = $1 AND level = 0 AND tile_index = 0`,
    [log.tenant],
  );
  await asSuperuser("DELETE FROM compliance_log_audit WHERE tenant_id = $1", [log.tenant]);
  expect(await auditLogRows(log.tenant, { folder })).toBeGreaterThan(0);
  expect((await recorded(log.tenant))?.note).toBe(found.note);
});

test("a forged progress makes no audit pass: it is refused, and the round begins anew", async () => {
  const log = await sealedLog(5);
  const [first] = log.ids;
  const kept = await interrupted(log, 3);
  await alter(log.tenant, first);
  const other = await sealedLog(4);
  await interrupted(other, 3);
  const forgeries: Record<string, () => void> = {
    "further on": () => {
      const at = "ffffffff-ffff-7fff-bfff-ffffffffffff";
      const forged = { ...kept, progress: { ...kept.progress, at, looked: 5 } };
      writeFileSync(log.file.file, JSON.stringify(forged));
    },
    "without its proof": () => {
      writeFileSync(log.file.file, JSON.stringify({ ...kept, mac: "" }));
    },
    "of another log": () => cpSync(other.file.file, log.file.file),
    "cut off": () => writeFileSync(log.file.file, JSON.stringify(kept).slice(0, 100)),
  };
  for (const [name, forge] of Object.entries(forgeries)) {
    forge();
    expect(await log.file.read(), name).toBeUndefined();
    expect(await auditLogRows(log.tenant, { folder }), name).toBeGreaterThan(0);
    expect((await recorded(log.tenant))?.faults.join("\n"), name).toContain(`event ${first}`);
    expect(existsSync(log.file.file), name).toBe(false);
  }
  expect(readdirSync(folder).filter((name) => name.endsWith(".new"))).toEqual([]);
});
