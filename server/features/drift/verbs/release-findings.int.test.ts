import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { found, officerOf } from "../testing/drift-fixture.ts";
import { acknowledgeFindings } from "./acknowledge-findings.ts";
import { releaseFindings } from "./release-findings.ts";

test("takes an acknowledgement back, once", async () => {
  const tenant = await newTenant("drift");
  const findingIds = await found(tenant, {});
  const input = { findingIds, reason: "" };
  expect(await runVerb(releaseFindings, officerOf(tenant), input)).toEqual({ count: 0 });
  await runVerb(acknowledgeFindings, officerOf(tenant), input);
  expect(await runVerb(releaseFindings, officerOf(tenant), input)).toEqual({ count: 1 });
  const rows = await asSuperuser(
    "SELECT state, acknowledged_by_name FROM drift_finding WHERE tenant_id = $1",
    [tenant],
  );
  expect(rows).toEqual([{ state: "open", acknowledged_by_name: null }]);
  expect((await typesOf(tenant)).at(-1)).toBe("runtime.drift.released");
  const stranger = officerOf(await newTenant("drift"));
  await expect(runVerb(releaseFindings, stranger, input)).rejects.toMatchObject({
    code: "not_found",
  });
});
