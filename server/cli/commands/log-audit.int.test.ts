import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import {
  type AuditProgress,
  auditStoredLog,
  logVerifierKey,
  sealPendingAudit,
} from "#server/features/audit/index.ts";
import { emitMany } from "#server/features/audit/testing/audit-fixture.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { logAuditCommand } from "./log-audit.ts";

const directory = mkdtempSync(join(tmpdir(), "log-audit-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function run(...args: string[]) {
  const lines: string[] = [];
  const told: string[] = [];
  const code = await logAuditCommand.run(args, {
    out: (line) => lines.push(line),
    err: (line) => told.push(line),
  });
  return { code, lines, told };
}

async function sealedLog(...counts: number[]) {
  const tenant = await newTenant("audited");
  const ids: string[] = [];
  for (const count of counts) {
    ids.push(...(await emitMany(tenant, count)));
    await sealPendingAudit(tenant);
  }
  const [head] = await asSuperuser<{ note: string; tree_size: string }>(
    "SELECT note, tree_size FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size DESC LIMIT 1",
    [tenant],
  );
  const [checkpoint, vkey] = [join(directory, `${tenant}.note`), join(directory, `${tenant}.vkey`)];
  writeFileSync(checkpoint, head?.note ?? "");
  writeFileSync(vkey, `${logVerifierKey(tenant)}\n`);
  const args = ["--tenant", tenant, "--checkpoint", checkpoint, "--vkey", vkey];
  return { tenant, ids, head, args };
}

/** As a superuser can: no trigger keeps the row from it. */
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

test("a log is intact until a row of it is altered; then its place is named", async () => {
  const { tenant, ids, head, args } = await sealedLog(3);
  const [, second] = ids;
  expect(await run(...args)).toMatchObject({
    code: 0,
    lines: [expect.stringContaining(`intact: ${head?.tree_size} entries`)],
  });
  await alter(tenant, second);
  const altered = await run(...args);
  expect(altered.code).toBe(1);
  expect(altered.lines).toEqual([expect.stringContaining(`event ${second}`)]);
  await expect(run("--tenant", tenant)).rejects.toThrow(/--checkpoint/);
});

test("an interrupted audit says that it cannot tell, keeps what it found, and goes on from there", async () => {
  const { tenant, ids, args } = await sealedLog(300, 20);
  const progress = join(directory, "progress");
  const more = [...args, "--progress", progress];
  // Found before the interruption: the entry is compared with its tile.
  await asSuperuser(
    `UPDATE audit_tile SET hashes = set_byte(hashes, 0, (get_byte(hashes, 0) + 1) % 256)
     WHERE tenant_id = $1 AND level = 0 AND tile_index = 0`,
    [tenant],
  );
  // Any other end than its own is no verdict.
  const onListener = (name: string | symbol) => {
    if (name === "SIGTERM") setImmediate(() => process.emit("SIGTERM", "SIGTERM"));
  };
  process.on("newListener", onListener);
  const first = await run(...more);
  process.off("newListener", onListener);
  expect(first).toMatchObject({ code: 2, lines: [] });
  expect(first.told.at(-1)).toContain("cannot tell: it was ended by SIGTERM");
  await alter(tenant, ids[310]);
  const second = await run(...more);
  expect(second.code).toBe(1);
  expect(second.lines.join("\n")).toContain("entry 0 is not the one that was sealed");
  expect(second.lines.join("\n")).toContain(`event ${ids[310]}`);
  expect(existsSync(progress)).toBe(false);
});

test("progress goes on where it stands, and only for the checkpoint that it is of", async () => {
  const { args } = await sealedLog(5);
  const other = await sealedLog(4);
  const progress = join(directory, "of-another");
  const events: AuditProgress[] = [];
  const key = parseVerifierKey(logVerifierKey(other.tenant));
  await auditStoredLog({
    inPart: (work) => withTenant(other.tenant, "worker", work, { snapshot: true }),
    tenant: other.tenant,
    kept: { note: other.head?.note ?? "", origin: key.name, key, witnesses: [] },
    onPart: (each) => void events.push(each),
  });
  expect(events.map(({ step }) => step)).toEqual(["tiles", "heads", "events", "done"]);
  writeFileSync(progress, JSON.stringify(events[2]));
  const refused = await run(...args, "--progress", progress);
  expect(refused).toMatchObject({ code: 2, lines: [] });
  expect(refused.told.at(-1)).toContain("another checkpoint");
  // What an earlier part found is told by the one that comes to the end.
  writeFileSync(progress, JSON.stringify({ ...events[2], faults: ["found before"] }));
  const went = await run(...other.args, "--progress", progress);
  expect(went).toMatchObject({ code: 1, lines: ["altered: found before"] });
});
