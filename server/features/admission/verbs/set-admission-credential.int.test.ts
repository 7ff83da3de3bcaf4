import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { newHash, REASON, registerCluster, sovereignAdmin } from "../testing/admission-fixture.ts";
import { setAdmissionCredential } from "./set-admission-credential.ts";

test("a new token is taken by its hash, once; those before it end when they were told to", async () => {
  const cluster = await registerCluster();
  const admin = await sovereignAdmin();
  const set = (tokenHash: string, keepOldSeconds = 3_600) =>
    runVerb(setAdmissionCredential, admin, { cluster, tokenHash, keepOldSeconds, reason: REASON });
  const [first, second] = [newHash(), newHash()];
  expect(await set(first)).toEqual({ cluster, outcome: "added", oldEndsAt: null });
  expect((await set(first)).outcome).toBe("unchanged");
  expect(await set(second)).toMatchObject({ outcome: "added", oldEndsAt: expect.any(Date) });
  await expect(set(first)).rejects.toMatchObject({
    code: "conflict",
    details: { field: "tokenHash" },
  });
  await set(newHash(), 0);
  const [left] = await asSuperuser<{ count: number }>(
    `SELECT count(*)::int AS count FROM admission_credential
     WHERE cluster = $1 AND (ends_at IS NULL OR ends_at > clock_timestamp())`,
    [cluster],
  );
  expect(left?.count).toBe(1);
  const events = (await eventsOf(sovereignTenant())).filter(
    ({ type, subject }) =>
      type === "runtime.admission.credential-set" && subject === `admission-cluster/${cluster}`,
  );
  expect(events.map(({ payload }) => payload)).toMatchObject([
    { mark: first.slice(0, 8), replaced: 0 },
    { mark: second.slice(0, 8), replaced: 1, keepOldSeconds: 3_600 },
    { replaced: 2, keepOldSeconds: 0 },
  ]);
});

test("the Sovereign's alone, for a cluster that is registered; bad input names the field", async () => {
  const cluster = await registerCluster();
  const tenant = await newTenant("admission");
  const set = (caller: Parameters<typeof runVerb>[1], over: object = {}) =>
    runVerb(setAdmissionCredential, caller, {
      cluster,
      tokenHash: newHash(),
      reason: REASON,
      ...over,
    });
  await expect(set(userOf(tenant, "admin", { roles: ["sovereign-admin"] }))).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(set(userOf(sovereignTenant(), "officer"))).rejects.toMatchObject({
    code: "forbidden",
  });
  const admin = await sovereignAdmin();
  await expect(set(admin, { cluster: "absent" })).rejects.toMatchObject({ code: "not_found" });
  for (const [field, over] of [
    ["tokenHash", { tokenHash: "the token itself" }],
    ["keepOldSeconds", { keepOldSeconds: 8 * 86_400 }],
    ["reason", { reason: "short" }],
  ] as const) {
    await expect(set(admin, over)).rejects.toMatchObject({ code: "invalid", details: { field } });
  }
});
