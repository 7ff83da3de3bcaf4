import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { exportOscal } from "./export-oscal.ts";
import { lookAtCompliance } from "./look-at-compliance.ts";

test("the newest look goes out as it is, and who took which bytes is in the log", async () => {
  const tenant = await newTenant("exported");
  const officer = userOf(tenant, "auditor", { roles: ["compliance"] });
  await expect(runVerb(exportOscal, officer, { framework: "soc2" })).rejects.toMatchObject({
    code: "unavailable",
  });
  const worker = workerOf(tenant, ["runtime.compliance.observe"]);
  await runVerb(lookAtCompliance, worker, { nextInSeconds: 60 });
  const one = await runVerb(exportOscal, officer, { framework: "soc2" });
  const again = await runVerb(exportOscal, officer, { framework: "soc2" });
  expect(again).toEqual(one);
  expect(createHash("sha256").update(one.json).digest("hex")).toBe(one.digest);
  const { "assessment-results": results } = JSON.parse(one.json);
  const findings: { title: string; description: string; target: { status: object } }[] =
    results.results[0].findings;
  // Nobody looked at its isolation: unknown, and so not satisfied.
  expect(findings.find(({ title }) => title === "C1.1")).toMatchObject({
    description: "Confidential information is known and protected",
    target: { status: { state: "not-satisfied", reason: "other" } },
  });
  const told = (await eventsOf(tenant)).filter(
    ({ type }) => type === "runtime.compliance.exported",
  );
  expect(told).toHaveLength(2);
  expect(told[0]).toMatchObject({
    subject: "compliance-framework/soc2",
    payload: { digest: one.digest },
  });
});

test("who lacks the right, or names no framework, is refused", async () => {
  const tenant = await newTenant("exported");
  const developer = userOf(tenant, "developer", { roles: ["developer"] });
  await expect(runVerb(exportOscal, developer, { framework: "soc2" })).rejects.toMatchObject({
    code: "forbidden",
  });
  const officer = userOf(tenant, "officer");
  const input = { framework: "soc3" as "soc2" };
  await expect(runVerb(exportOscal, officer, input)).rejects.toMatchObject({ code: "invalid" });
});
