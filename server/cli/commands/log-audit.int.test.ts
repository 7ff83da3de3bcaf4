import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { logVerifierKey, sealPendingAudit } from "#server/features/audit/index.ts";
import { emitMany } from "#server/features/audit/testing/audit-fixture.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { logAuditCommand } from "./log-audit.ts";

const directory = mkdtempSync(join(tmpdir(), "log-audit-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function run(...args: string[]) {
  const lines: string[] = [];
  const code = await logAuditCommand.run(args, {
    out: (line) => lines.push(line),
    err: () => undefined,
  });
  return { code, lines };
}

test("a log is intact until a row of it is altered; then its place is named", async () => {
  const tenant = await newTenant("audited");
  const [, second] = await emitMany(tenant, 3);
  await sealPendingAudit(tenant);
  const [head] = await asSuperuser<{ note: string; tree_size: string }>(
    "SELECT note, tree_size FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size DESC LIMIT 1",
    [tenant],
  );
  const [checkpoint, vkey] = [join(directory, "checkpoint"), join(directory, "vkey")];
  writeFileSync(checkpoint, head?.note ?? "");
  writeFileSync(vkey, `${logVerifierKey(tenant)}\n`);
  const args = ["--tenant", tenant, "--checkpoint", checkpoint, "--vkey", vkey];
  expect(await run(...args)).toEqual({
    code: 0,
    lines: [expect.stringContaining(`intact: ${head?.tree_size} entries`)],
  });
  await asSuperuser("ALTER TABLE audit_event DISABLE TRIGGER USER");
  try {
    await asSuperuser(
      "UPDATE audit_event SET outcome = 'denied' WHERE tenant_id = $1 AND event_id = $2",
      [tenant, second],
    );
  } finally {
    await asSuperuser("ALTER TABLE audit_event ENABLE TRIGGER USER");
  }
  const altered = await run(...args);
  expect(altered.code).toBe(1);
  expect(altered.lines).toEqual([expect.stringContaining(`event ${second}`)]);
  await expect(run("--tenant", tenant)).rejects.toThrow(/--checkpoint/);
});
