import { uuidv7 } from "uuidv7";
import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  elsewhere,
  proveAtProvider,
  REQUIRED,
  recorded,
  rewrite,
  SUBJECT,
  take,
} from "../testing/step-up-rig.ts";
import { beginStepUp } from "./begin-step-up.ts";
import { recordStepUp } from "./record-step-up.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const officer = (name = "officer") => userOf(tenant, name);
const begin = (caller = officer()) => runVerb(beginStepUp, caller, { ...SUBJECT, returnTo: "/" });

test("a proof is for its session, act and digest, and is used once though ten try at once", async () => {
  const caller = officer();
  await proveAtProvider(caller);
  for (const other of [
    { ...SUBJECT, digest: "cd".repeat(32) },
    { ...SUBJECT, act: "approvals.review" },
  ]) {
    await expect(take(caller, other)).rejects.toMatchObject({ details: { stepUp: other } });
  }
  await expect(take(elsewhere(caller, uuidv7()))).rejects.toMatchObject(REQUIRED);
  await expect(take(officer("another"))).rejects.toMatchObject(REQUIRED);
  const all = await Promise.allSettled(Array.from({ length: 10 }, () => take(caller)));
  expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.identity.stepped-up",
    payload: { method: "oidc", acr: "2", amr: ["pwd", "otp"], ...SUBJECT },
  });
});

test("an attempt ends once", async () => {
  const caller = officer();
  const { attemptId } = await begin(caller);
  const input = recorded(caller, attemptId);
  expect(await runVerb(recordStepUp, caller, input)).toMatchObject({ outcome: "proved" });
  expect(await runVerb(recordStepUp, caller, input)).toEqual({ outcome: "refused", why: "ended" });
  await take(caller);
  await expect(take(caller)).rejects.toMatchObject(REQUIRED);
});

test("too late, in another session, for somebody else, in another tenant", async () => {
  const caller = officer();
  const late = await begin(caller);
  await rewrite("UPDATE step_up_attempt SET expires_at = clock_timestamp() WHERE attempt_id = $1", [
    late.attemptId,
  ]);
  const record = (attemptId: string, by = caller, about = by) =>
    runVerb(recordStepUp, by, recorded(about, attemptId));
  expect(await record(late.attemptId)).toMatchObject({ why: "expired" });
  const { attemptId } = await begin(caller);
  expect(await record(attemptId, elsewhere(caller, uuidv7()))).toMatchObject({
    why: "other-session",
  });
  expect(await record(attemptId, caller, officer("another"))).toMatchObject({
    why: "other-person",
  });
  const absent = { code: "not_found", message: "No such step-up attempt." };
  await expect(record(attemptId, officer("another"))).rejects.toMatchObject(absent);
  const foreign = userOf(await newTenant(), "officer");
  await expect(record(attemptId, foreign)).rejects.toMatchObject(absent);
  await expect(take(caller)).rejects.toMatchObject(REQUIRED);
  const reporter = userOf(tenant, "officer", { roles: ["workload-reporter"] });
  await expect(record(attemptId, reporter)).rejects.toMatchObject({ code: "forbidden" });
  await expect(
    runVerb(recordStepUp, caller, { ...recorded(caller, attemptId), acr: "x".repeat(201) }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "acr" } });
});
