import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { REASON } from "../testing/retention-fixture.ts";
import { renewKey } from "./renew-key.ts";

test("a rotation is due at once, one at a time; what is imported is no event's content", async () => {
  const tenant = await newTenant();
  const officer = userOf(tenant, "officer");
  const wrapped = "A".repeat(736);
  expect((await runVerb(renewKey, officer, { wrapped, reason: REASON })).state).toBe("due");
  const [event] = await eventsOf(tenant);
  expect(event?.type).toBe("runtime.retention.key-import-requested");
  expect(JSON.stringify(event?.payload)).not.toContain(wrapped);
  await expect(runVerb(renewKey, officer, { reason: REASON })).rejects.toMatchObject({
    code: "conflict",
  });
  const bad = { wrapped: "not base64", reason: REASON };
  await expect(runVerb(renewKey, officer, bad)).rejects.toMatchObject({
    details: { field: "wrapped" },
  });
  const auditor = userOf(tenant, "auditor", { roles: ["compliance"] });
  await expect(runVerb(renewKey, auditor, { reason: REASON })).rejects.toMatchObject({
    code: "forbidden",
  });
});
