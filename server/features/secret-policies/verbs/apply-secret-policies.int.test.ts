import { beforeAll, expect, test } from "vitest";
import { isOpen } from "#server/engines/rotation/change-window.ts";
import { setChangeWindows } from "#server/features/change-windows/verbs/set-change-windows.ts";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  apply,
  bindingRow,
  bindToken,
  DAY_MILLIS,
  label,
  newName,
  policyText,
  REASON,
  save,
  sovereignAdmin,
} from "../testing/policy-fixture.ts";
import { applySecretPolicies } from "./apply-secret-policies.ts";
import { retireSecretPolicy } from "./retire-secret-policy.ts";

let tenant: AuthorizedTenantId;
const officer = () => userOf(tenant, "officer");
beforeAll(async () => {
  tenant = await newTenant("apply");
});

async function isDue(of = tenant): Promise<boolean> {
  const due = await findDueKeys<{ tenant_id: string }>("app.tenants_with_changed_policies()");
  return due.some((row) => row.tenant_id === of);
}

test("a saved policy makes its tenant due; applying it moves dates, says so, and is done once", async () => {
  const [old, young] = [await bindToken(tenant, 40), await bindToken(tenant, 5)];
  await apply(tenant);
  expect(await isDue()).toBe(false);
  const [policy] = await save(officer(), policyText("tokens"));
  expect(await isDue()).toBe(true);
  expect(await apply(tenant)).toEqual({ judged: 2, changed: 2, rescheduled: 2 });
  const row = await bindingRow(tenant, young);
  expectDays(row, 28);
  expect(row.rule).toMatchObject({
    maxTtlSeconds: 30 * 86_400,
    source: { origin: "tenant", policy: { name: "tokens", version: 1 }, line: 9 },
  });
  expect((await bindingRow(tenant, old)).next_rotation_at < new Date()).toBe(true);
  expect(await isDue()).toBe(false);
  expect(await apply(tenant)).toEqual({ judged: 0, changed: 0, rescheduled: 0 });
  const applied = (await eventsOf(tenant)).filter((e) => e.type === "runtime.policies.applied");
  expect(applied).toMatchObject([
    { actorKind: "worker", subject: `tenant/${tenant}`, payload: { changed: 2, overdue: 1 } },
  ]);

  await runVerb(retireSecretPolicy, officer(), {
    policyId: policy?.policyId ?? "",
    reason: REASON,
  });
  expect(await apply(tenant)).toMatchObject({ changed: 2, rescheduled: 2 });
  const back = await bindingRow(tenant, young);
  expect(back.rule.source).toMatchObject({ origin: "default", policy: null });
  expectDays(back, 83);
});

test("a rule that moves no date leaves the date that somebody else set", async () => {
  const own = await newTenant("apply");
  const bindingId = await bindToken(own, 5);
  const before = new Date("2031-01-01T00:00:00Z");
  await asSuperuser("UPDATE secret_binding SET next_rotation_at = $2 WHERE tenant_id = $1", [
    own,
    before,
  ]);
  await save(
    userOf(own, "officer"),
    policyText(
      "p",
      "{ kind: api-token, maxTTL: 90d, rotateBefore: 7d, requireApproval: [org-admin] }",
    ),
  );
  expect(await apply(own)).toEqual({ judged: 1, changed: 1, rescheduled: 0 });
  const row = await bindingRow(own, bindingId);
  expect(row.next_rotation_at).toEqual(before);
  expect(row.rule.requireApproval).toEqual(["org-admin"]);
});

test("some at a time, until none is left", async () => {
  const own = await newTenant("apply");
  for (let at = 0; at < 5; at++) await bindToken(own, at);
  await save(userOf(own, "officer"), policyText("p"));
  const judged = [];
  for (let round = 0; round < 4; round++) judged.push((await apply(own, 2)).judged);
  expect(judged).toEqual([2, 2, 1, 0]);
});

test("labels bring a tenant under the Sovereign's policy, and out of it; others are not due", async () => {
  const [own, other] = [await newTenant("apply"), await newTenant("apply")];
  const bindingId = await bindToken(own, 1);
  await bindToken(other, 1);
  const tier = newName();
  await save(await sovereignAdmin(), policyText(newName(), undefined, { tier }));
  await label(own, { tier });
  expect([await isDue(own), await isDue(other)]).toEqual([true, false]);
  await apply(own);
  expect((await bindingRow(own, bindingId)).rule.source.origin).toBe("sovereign");
  await label(own, {});
  expect(await apply(own)).toMatchObject({ changed: 1 });
  expect((await bindingRow(own, bindingId)).rule.source.origin).toBe("default");
});

test("a credential whose age nobody knows has no date, under any rule", async () => {
  const own = await newTenant("apply");
  const bindingId = await bindToken(own, null);
  await save(userOf(own, "officer"), policyText("p"));
  await apply(own);
  expect((await bindingRow(own, bindingId)).next_rotation_at).toBeNull();
});

test("two workers at once judge each credential once", async () => {
  const own = await newTenant("apply");
  for (let at = 0; at < 4; at++) await bindToken(own, at);
  await save(userOf(own, "officer"), policyText("p"));
  const both = await Promise.all([apply(own), apply(own)]);
  expect(both[0].judged + both[1].judged).toBe(4);
});

test("no person may, with or without the scope; bad input names the field", async () => {
  const worker = workerOf(tenant, ["runtime.policies.apply"]);
  await expect(runVerb(applySecretPolicies, officer(), {})).rejects.toMatchObject({
    code: "forbidden",
  });
  const person = { ...officer(), scopes: worker.scopes };
  await expect(runVerb(applySecretPolicies, person, {})).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(applySecretPolicies, worker, { limit: 0 })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "limit" },
  });
});

/** The rule's time, and a day of jitter at most. */
function expectDays(row: { next_rotation_at: Date; last_rotated_at: Date }, days: number): void {
  const late = row.next_rotation_at.getTime() - row.last_rotated_at.getTime() - days * DAY_MILLIS;
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThanOrEqual(DAY_MILLIS);
}

test("other change windows plan what they concern anew, and no windows plan it back", async () => {
  const own = await newTenant("apply");
  const bindingId = await bindToken(own, 5);
  await apply(own);
  const free = (await bindingRow(own, bindingId)).next_rotation_at as Date;
  const officer = userOf(own, "officer");
  const set = (windows: { days: number[]; start: string; end: string; timeZone: string }[]) =>
    runVerb(setChangeWindows, officer, { environment: "prod", windows, reason: REASON });
  const sunday = { days: [7], start: "02:00", end: "04:00", timeZone: "Asia/Muscat" };
  await set([sunday]);
  expect(await isDue(own)).toBe(true);
  expect(await apply(own)).toEqual({ judged: 1, changed: 0, rescheduled: 1 });
  const planned = (await bindingRow(own, bindingId)).next_rotation_at as Date;
  expect(isOpen([sunday], planned)).toBe(true);
  expect((await eventsOf(own)).at(-1)).toMatchObject({
    type: "runtime.policies.applied",
    payload: { changed: 0, rescheduled: 1 },
  });
  await set([]);
  await apply(own);
  expect((await bindingRow(own, bindingId)).next_rotation_at).toEqual(free);
});
