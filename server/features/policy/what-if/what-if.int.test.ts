import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { policyWhatIfCommand } from "#server/cli/commands/policy-what-if.ts";
import { EnvironmentPolicySpec } from "#server/features/deployments/index.ts";
import * as fixture from "#server/features/deployments/testing/deployment-fixture.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { rulesInForce } from "./draft-rules.ts";
import { whatIf } from "./what-if.ts";

const directory = mkdtempSync(join(tmpdir(), "draft-"));
afterAll(() => rmSync(directory, { recursive: true }));

const spec = (changes: object) => EnvironmentPolicySpec.parse({ ...fixture.ONE_ADMIN, ...changes });
const kinds = (found: Awaited<ReturnType<typeof whatIf>>) =>
  found.trial?.changesShown.map(({ action, kind }) => `${action} ${kind}`);

/** A request that was refused once for want of approvals, then approved by one and claimed. */
async function world() {
  const tenant = await newTenant();
  await fixture.demand(tenant);
  const asked = await fixture.ask(fixture.developer(tenant));
  const pipeline = fixture.pipeline(tenant);
  await fixture.claimAs(pipeline, asked, []);
  await fixture.review(fixture.admin(tenant), asked);
  const admins = [fixture.fresh(tenant, "admin", "sovereign-admin")];
  expect((await fixture.claimAs(pipeline, asked, admins)).outcome).toBe("claimed");
  return tenant;
}

test("a draft is tried on real decisions, says what would change, and writes nothing", async () => {
  const tenant = await world();
  const before = await whatIf(tenant, { last: 1_000 });
  expect(before.trial).toMatchObject({ isComplete: true, changed: 0 });
  expect(before.trial?.counts.same).toBe(before.taken);
  expect(before.taken).toBeGreaterThan(3);

  const policies = {
    "forbid-friday": 'forbid (principal, action == Action::"DecideApproval", resource);',
    "forbid-deploy-approvals-missing": null,
  };
  const found = await whatIf(tenant, { rules: { policies }, last: 1_000 });
  expect(kinds(found)).toEqual(["DecideApproval allow-to-deny", "ExecuteDeployment deny-to-allow"]);
  expect(found.trial?.changesShown[0]?.after?.reasons).toEqual([
    { policyId: "forbid-friday", words: "forbid-friday" },
  ]);
  // The same bytes again; another draft, another digest.
  const again = await whatIf(tenant, { rules: { policies }, last: 1_000 });
  expect(again.trial?.digest).toBe(found.trial?.digest);
  expect(found.trial?.digest).not.toBe(before.trial?.digest);
  // The newest only.
  expect((await whatIf(tenant, { rules: { policies }, last: 1 })).trial?.changed).toBe(0);
  // What was decided is as it was.
  expect((await whatIf(tenant, { last: 1_000 })).trial?.digest).toBe(before.trial?.digest);
  // Another tenant's decisions are not to be had.
  expect((await whatIf(await newTenant(), { rules: { policies }, last: 1_000 })).taken).toBe(0);
});

test("a draft that is not valid is tried on nothing: line and column of every fault", async () => {
  const found = await whatIf(await newTenant(), {
    rules: {
      policies: {
        bad: '// One\npermit (principal, action == Action::"RotateSecret", resource)\nwhen { resource.colour == "red" };',
        torn: "permit (principal",
      },
    },
    last: 10,
  });
  expect(found.trial).toBeNull();
  expect(found.problems).toEqual([
    { file: "torn.cedar", line: 1, column: 18, message: expect.stringContaining("end of input") },
  ]);
});

test("an environment's draft is tried on the facts as they stood; what nobody looked at then is unknown", async () => {
  const tenant = await world();
  const under = async (changes: object) => {
    const found = await whatIf(tenant, { environments: { prod: spec(changes) }, last: 100 });
    return found.trial?.changesShown.map(({ kind, why, after }) => ({
      kind,
      why,
      reasons: after?.reasons.map(({ policyId }) => policyId.replace("forbid-deploy-", "")),
    }));
  };
  expect(await under({})).toEqual([]);
  const blockedBy = (...reasons: string[]) => ({ kind: "allow-to-deny", why: null, reasons });
  const moreBlockers = (...reasons: string[]) => ({ kind: "reasons-changed", why: null, reasons });
  // The newest first: the claim, then the refusal before it.
  expect(await under({ groups: fixture.PROD.groups })).toEqual([blockedBy("approvals-missing")]);
  expect(await under({ waitingSeconds: 3_600 })).toEqual([
    blockedBy("waiting-time"),
    moreBlockers("approvals-missing", "waiting-time"),
  ]);
  expect(await under({ trustedRegistries: ["elsewhere.example"] })).toEqual([
    blockedBy("untrusted-registry"),
    moreBlockers("approvals-missing", "untrusted-registry"),
  ]);
  const unknown = (why: string) => ({ kind: "unknown", why, reasons: undefined });
  expect(await under({ requiresElevation: true })).toEqual([
    unknown("elevation-not-asked"),
    unknown("elevation-not-asked"),
  ]);
  expect(await under({ provenance: "signed", supplyChain: fixture.TRUSTED })).toEqual([
    unknown("evidence-not-judged"),
    unknown("evidence-not-judged"),
  ]);
  // Rows that no longer give what was recorded give nothing to build on.
  await asSuperuser(
    "UPDATE deployment_request SET created_at = created_at - interval '30 days' WHERE tenant_id = $1",
    [tenant],
  );
  expect(await under({})).toEqual([unknown("not-as-recorded"), unknown("not-as-recorded")]);
});

test("console policy what-if", async () => {
  const tenant = await world();
  const run = async (...args: string[]) => {
    const lines: string[] = [];
    const push = (line: string) => void lines.push(line);
    const code = await policyWhatIfCommand.run(args, { out: push, err: push });
    return { code, lines };
  };
  const call = ["--draft", directory, "--last", "50", "--tenant", tenant];
  expect(await run(...call)).toMatchObject({ code: 0 });
  mkdirSync(join(directory, "environments"));
  writeFileSync(
    join(directory, "environments/prod.yaml"),
    JSON.stringify(spec({ groups: fixture.PROD.groups })),
  );
  const found = await run(...call);
  expect(found.code).toBe(1);
  expect(found.lines.join("\n")).toMatch(/allow-to-deny: 1\n/);
  expect(await run(...call)).toEqual(found);
  for (const [id, text] of Object.entries(rulesInForce().policies))
    writeFileSync(join(directory, `${id}.cedar`), text);
  writeFileSync(join(directory, "torn.cedar"), "permit (principal");
  const torn = await run(...call);
  expect(torn).toMatchObject({ code: 2 });
  expect(torn.lines[0]).toMatch(/torn\.cedar:1:18: /);
  await expect(run("--draft", join(directory, "absent"))).rejects.toThrow("--draft");
});
