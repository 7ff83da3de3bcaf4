import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { breakGlass, declare, fireman, settle } from "../testing/glass-rig.ts";

test("approved by a second it is in force; rejected, or by somebody who lost the role, it is refused", async () => {
  const tenant = await newTenant("glass");
  const approved = await declare(tenant);
  const due = () => findDueKeys("app.decided_break_glass($1)", [10]);
  expect(await due()).toEqual([]);
  expect(await settle(tenant, approved)).toEqual({ outcome: "active" });
  expect(await due()).toEqual([]);
  const rejected = await declare(tenant, { environment: "staging" });
  expect(await settle(tenant, rejected, { decision: "reject" })).toEqual({ outcome: "refused" });
  const lost = await declare(tenant, { environment: "staging" });
  expect(await settle(tenant, lost, { roles: [] })).toEqual({ outcome: "refused" });
  await expect(breakGlass(fireman(tenant), lost.principalId)).rejects.toThrow(/not in force/);
  const refused = (await eventsOf(tenant)).filter(({ type }) =>
    type.endsWith("break-glass-refused"),
  );
  expect(refused.map(({ payload }) => payload.why)).toEqual(["rejected", "quorum-lost"]);
});
