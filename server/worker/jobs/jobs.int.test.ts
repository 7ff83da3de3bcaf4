import { expect, test } from "vitest";
import { z } from "zod";
import { requestApproval } from "#server/features/approvals/index.ts";
import { audited, runVerb, verb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { expireDueApprovals } from "./approvals.ts";
import { flushEndedDenials } from "./denials.ts";

const guarded = verb({
  name: "test.guarded",
  scope: "runtime.alerts.manage",
  input: z.object({}),
  output: z.object({}),
  run: async () => audited({}, { type: "runtime.test.done", subject: "test/one" }),
});

test("approval requests past their time are closed in each one's own tenant", async () => {
  const tenants = [await newTenant(), await newTenant()];
  for (const tenant of tenants) {
    const requester = userOf(tenant, "requester", { roles: ["developer"] });
    for (const subjectRef of ["secret-binding/over", "secret-binding/not-over"]) {
      await runVerb(requestApproval, requester, {
        kind: "rotation",
        subjectRef,
        subject: { version: 1 },
        reason: "To see it end",
      });
    }
  }
  await asSuperuser(
    "UPDATE approval_request SET expires_at = clock_timestamp() WHERE subject_ref LIKE '%/over'",
  );
  expect(await expireDueApprovals()).toBe(2);
  expect(await expireDueApprovals()).toBe(0);
  for (const tenant of tenants) {
    const events = await eventsOf(tenant);
    expect(events.at(-1)).toMatchObject({
      type: "runtime.approvals.expired",
      actorKind: "worker",
      envelope: { causationid: events[0]?.eventId },
    });
    expect(events).toHaveLength(3);
  }
});

test("counted denials are published in each tenant's own log", async () => {
  const tenants = [await newTenant(), await newTenant()];
  for (const tenant of tenants) {
    const nobody = userOf(tenant, "nobody", { scopes: [] });
    for (let n = 0; n < 3; n += 1) await runVerb(guarded, nobody, {}).catch(() => undefined);
  }
  expect(await flushEndedDenials()).toBe(0);
  await asSuperuser("UPDATE denial_window SET window_ends_at = clock_timestamp()");
  expect(await flushEndedDenials()).toBe(2);
  for (const tenant of tenants) {
    expect(await typesOf(tenant)).toEqual([
      "runtime.access.denied",
      "runtime.access.denials-counted",
    ]);
  }
});
