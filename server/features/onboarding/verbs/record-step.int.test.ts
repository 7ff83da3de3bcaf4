import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newSlug, planOf, REASON, sovereignAdmin } from "../testing/plan-fixture.ts";
import { beginStep } from "./begin-step.ts";
import { onboardTenant } from "./onboard-tenant.ts";
import { recordStep } from "./record-step.ts";

test("the tenant's record is made with its key, closed; a name taken meanwhile undoes the record", async () => {
  const admin = await sovereignAdmin();
  const worker = workerOf(sovereignTenant(), ["runtime.tenants.carry-out"]);
  const slug = newSlug();
  const { lifecycleId } = await runVerb(onboardTenant, admin, {
    plan: planOf(slug),
    reason: REASON,
  });
  const { task } = await runVerb(beginStep, worker, {
    lifecycleId,
    owner: "one",
    leaseSeconds: 60,
  });
  const record = { lifecycleId, fence: task?.fence ?? "", stepNo: 1, detail: {}, trouble: null };
  await expect(runVerb(recordStep, admin, { ...record, outcome: "done" })).rejects.toMatchObject({
    code: "forbidden",
  });
  await runVerb(recordStep, worker, { ...record, outcome: "done" });
  const rows = await asSuperuser(
    "SELECT t.state, t.labels, k.destroyed_at FROM tenant t JOIN tenant_key k USING (tenant_id) WHERE tenant_id = $1",
    [slug],
  );
  expect(rows).toEqual([{ state: "onboarding", labels: { tier: "gold" }, destroyed_at: null }]);

  const late = newSlug();
  const other = await runVerb(onboardTenant, admin, { plan: planOf(late), reason: REASON });
  const begun = await runVerb(beginStep, worker, {
    lifecycleId: other.lifecycleId,
    owner: "one",
    leaseSeconds: 60,
  });
  await asSuperuser(
    "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'organization', 'First')",
    [late],
  );
  await expect(
    runVerb(recordStep, worker, {
      ...record,
      lifecycleId: other.lifecycleId,
      fence: begun.task?.fence ?? "",
      outcome: "done",
    }),
  ).rejects.toMatchObject({ code: "conflict" });
});
