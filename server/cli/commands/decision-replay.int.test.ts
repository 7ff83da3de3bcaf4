import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ask, decide } from "#server/features/approvals/testing/approval-fixture.ts";
import { loadPolicies } from "#server/platform/authz/policy-set.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { decisionReplayCommand } from "./decision-replay.ts";

const shared = globalThis as { consolePolicies?: ReturnType<typeof loadPolicies> | undefined };
const directory = mkdtempSync(join(tmpdir(), "policies-"));
afterEach(() => {
  shared.consolePolicies = undefined;
  rmSync(directory, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const lines: string[] = [];
  const code = await decisionReplayCommand.run(args, {
    out: (line) => lines.push(line),
    err: () => undefined,
  });
  return { code, lines };
}

test("an old decision gives the same bytes after the rules have changed; a forged one does not", async () => {
  const tenant = await newTenant();
  const asked = await ask(userOf(tenant, "requester", { roles: ["developer"] }));
  await decide(userOf(tenant, "officer"), asked);
  const [row] = await asSuperuser<{ decision_id: string }>(
    "SELECT decision_id FROM policy_decision WHERE tenant_id = $1",
    [tenant],
  );
  const id = row?.decision_id ?? "";
  cpSync(join(process.cwd(), "policies"), directory, { recursive: true });
  const stricter = 'forbid (principal, action == Action::"DecideApproval", resource);';
  writeFileSync(join(directory, "forbid-everything.cedar"), stricter);
  shared.consolePolicies = loadPolicies(directory);

  const { code, lines } = await run(id, "--tenant", tenant);
  expect(lines.at(-1)).toBe("same");
  expect(lines[1]?.replace("recorded", "")).toBe(lines[2]?.replace("replayed", ""));
  expect(code).toBe(0);

  await asSuperuser("UPDATE policy_decision SET reasons = '{forged}' WHERE tenant_id = $1", [
    tenant,
  ]);
  expect(await run(id, "--tenant", tenant)).toMatchObject({ code: 1 });
  // Without the texts nothing can be said: never "same".
  await asSuperuser("DELETE FROM policy_set WHERE tenant_id = $1", [tenant]);
  expect(await run(id, "--tenant", tenant)).toMatchObject({ code: 2 });
  await expect(run(id, "--tenant", await newTenant())).rejects.toThrow("No such policy decision.");
  await expect(run("not-an-id", "--tenant", tenant)).rejects.toThrow(/--tenant/);
});
