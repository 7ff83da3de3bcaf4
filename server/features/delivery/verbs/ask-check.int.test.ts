import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { check } from "../queries.ts";
import { officerOf, readerOf, WEBHOOK } from "../testing/delivery-fixture.ts";
import { askCheck } from "./ask-check.ts";

test("a try waits for the worker, in the asker's own tenant", async () => {
  const tenant = await newTenant("sinks");
  const ask = (caller = officerOf(tenant), config: unknown = WEBHOOK) =>
    runVerb(askCheck, caller, { config: config as typeof WEBHOOK });
  const { checkId } = await ask();
  const seen = (of: typeof tenant) => withTenant(of, "tenant", (tx) => check(tx, of, checkId));
  expect(await seen(tenant)).toMatchObject({ state: "asked", trouble: null });
  await expect(seen(await newTenant("sinks"))).rejects.toMatchObject({ code: "not_found" });
  await expect(ask(readerOf(tenant))).rejects.toMatchObject({ code: "forbidden" });
  await expect(ask(officerOf(tenant), { kind: "pigeon" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "config.kind" },
  });
  expect(await typesOf(tenant)).toContain("runtime.delivery.check-asked");
});
