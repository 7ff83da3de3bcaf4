import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { found, officerOf, seenFixture } from "../testing/drift-fixture.ts";
import { suppressFindings } from "./suppress-findings.ts";

test("a reason and an end are asked for; what got worse is no longer suppressed", async () => {
  const tenant = await newTenant("drift");
  const findingIds = await found(tenant, {});
  const act = (fields: object) =>
    runVerb(suppressFindings, officerOf(tenant), {
      findingIds,
      reason: "known, see the change record",
      forSeconds: 3_600,
      ...fields,
    });
  await expect(act({ reason: "" })).rejects.toMatchObject({ details: { field: "reason" } });
  await expect(act({ forSeconds: 1 })).rejects.toMatchObject({ details: { field: "forSeconds" } });
  expect(await act({})).toEqual({ count: 1 });
  const [row] = await asSuperuser<{ is_to_come: boolean }>(
    "SELECT suppressed_until > clock_timestamp() + interval '50 minutes' AS is_to_come FROM drift_finding WHERE tenant_id = $1",
    [tenant],
  );
  expect(row?.is_to_come).toBe(true);
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.drift.suppressed",
    payload: { reason: "known, see the change record", count: 1 },
  });
  const fingerprint = seenFixture().fingerprint;
  await found(tenant, { fingerprint, severity: "critical" });
  const [worse] = await asSuperuser(
    "SELECT state, suppressed_until, suppress_reason FROM drift_finding WHERE tenant_id = $1",
    [tenant],
  );
  expect(worse).toEqual({ state: "open", suppressed_until: null, suppress_reason: null });
});
