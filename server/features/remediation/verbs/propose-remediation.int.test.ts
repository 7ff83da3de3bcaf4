import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { serviceOf, userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { detail, oneFinding, propose, proposer } from "../testing/remediation-fixture.ts";
import { proposeRemediation } from "./propose-remediation.ts";

test("a finding is taken into remediation; its object has one under way at a time", async () => {
  const tenant = await newTenant("mend");
  const findingId = await oneFinding(tenant);
  const id = await propose(tenant, findingId);
  expect(await detail(tenant, id)).toMatchObject({
    state: "proposed",
    isYours: true,
    approval: null,
  });
  const [finding] = await asSuperuser("SELECT state FROM drift_finding WHERE finding_id = $1", [
    findingId,
  ]);
  expect(finding).toEqual({ state: "remediating" });
  const other = await oneFinding(tenant, { rule: "weaker-policy" });
  await expect(propose(tenant, other)).rejects.toMatchObject({ code: "conflict" });
  const told = (await eventsOf(tenant)).find(
    ({ type }) => type === "runtime.drift.remediation-proposed",
  );
  expect(told?.payload).toMatchObject({ findingId, mode: "review", reason: "it drifted" });
});

test.each([
  ["Secret", { kind: "Secret" }, /holds no value of a Secret/],
  ["Pod", { kind: "Pod" }, /controller/],
  [
    "a binding",
    { kind: "Namespace", rule: "missing", cluster: "isolation matrix" },
    /several objects/,
  ],
  ["the matrix", { rule: "isolation-violated" }, /several objects/],
])("nothing is proposed about %s, and what to do is said", async (_what, fields, words) => {
  const tenant = await newTenant("mend");
  const refusal = await propose(tenant, await oneFinding(tenant, fields)).catch((error) => error);
  expect(refusal).toMatchObject({ code: "conflict", message: expect.stringMatching(words) });
  expect(refusal.details.remedy.length).toBeGreaterThan(20);
});

test("a foreign finding is absent, and a role without the scope is refused", async () => {
  const tenant = await newTenant("mend");
  const findingId = await oneFinding(tenant);
  const foreign = await newTenant("other");
  const input = { findingId, reason: "it drifted" };
  await expect(runVerb(proposeRemediation, proposer(foreign), input)).rejects.toMatchObject({
    code: "not_found",
  });
  const auditor = userOf(tenant, "auditor", { roles: ["compliance"] });
  await expect(runVerb(proposeRemediation, auditor, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  const pipeline = serviceOf(tenant, "ci", "unknown", ["runtime.remediations.propose"]);
  await expect(
    runVerb(proposeRemediation, pipeline, { ...input, reason: "x" }),
  ).rejects.toMatchObject({ code: "invalid" });
});
