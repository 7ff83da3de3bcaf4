import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { found, officerOf } from "../testing/drift-fixture.ts";
import { suppressFindings } from "./suppress-findings.ts";
import { unsuppressFindings } from "./unsuppress-findings.ts";

test("brings back what is suppressed, and nothing else", async () => {
  const tenant = await newTenant("drift");
  const findingIds = await found(tenant, {});
  const officer = officerOf(tenant);
  const back = { findingIds, reason: "it does matter" };
  expect(await runVerb(unsuppressFindings, officer, back)).toEqual({ count: 0 });
  await runVerb(suppressFindings, officer, { findingIds, reason: "noise", forSeconds: 3_600 });
  expect(await runVerb(unsuppressFindings, officer, back)).toEqual({ count: 1 });
  expect(await runVerb(unsuppressFindings, officer, back)).toEqual({ count: 0 });
  expect((await typesOf(tenant)).slice(-2)).toEqual([
    "runtime.drift.suppressed",
    "runtime.drift.unsuppressed",
  ]);
  const stranger = officerOf(await newTenant("drift"));
  await expect(runVerb(unsuppressFindings, stranger, back)).rejects.toMatchObject({
    code: "not_found",
  });
});
