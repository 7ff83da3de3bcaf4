import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { check } from "../queries.ts";
import { deliveryWorkerOf, officerOf, WEBHOOK } from "../testing/delivery-fixture.ts";
import { askCheck } from "./ask-check.ts";
import { recordCheck } from "./record-check.ts";

test("an answer is noted once, by the worker alone", async () => {
  const tenant = await newTenant("sinks");
  const { checkId } = await runVerb(askCheck, officerOf(tenant), { config: WEBHOOK });
  const trouble = { field: "url", message: "HTTP 404", remedy: "Correct the path." };
  const answer = (given: typeof trouble | null, caller = deliveryWorkerOf(tenant)) =>
    runVerb(recordCheck, caller, { checkId, trouble: given });
  await expect(answer(null, officerOf(tenant))).rejects.toMatchObject({ code: "forbidden" });
  await expect(answer(null, deliveryWorkerOf(await newTenant("sinks")))).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await answer(trouble)).toEqual({ isRecorded: true });
  expect(await answer(null)).toEqual({ isRecorded: false });
  const seen = await withTenant(tenant, "tenant", (tx) => check(tx, tenant, checkId));
  expect(seen).toMatchObject({ state: "failed", trouble });
  expect((await typesOf(tenant)).filter((type) => type.endsWith("check-answered"))).toHaveLength(1);
});
