import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { serviceOf, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { REQUIRED, SUBJECT, take } from "../testing/step-up-rig.ts";
import { beginStepUp } from "./begin-step-up.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

test("asking proves nothing; each question has a seed of its own, and the log has it", async () => {
  const officer = userOf(tenant, "officer");
  const ask = () => runVerb(beginStepUp, officer, { ...SUBJECT, returnTo: "/t/x?y=1" });
  const [one, two] = [await ask(), await ask()];
  expect(one.seed).not.toBe(two.seed);
  await expect(take(officer)).rejects.toMatchObject(REQUIRED);
  expect((await eventsOf(tenant))[0]).toMatchObject({
    type: "runtime.identity.step-up-begun",
    subject: `step-up-attempt/${one.attemptId}`,
    payload: { act: SUBJECT.act, digest: SUBJECT.digest, method: "oidc" },
  });
});

test("without the scope, by a machine, with bad input: refused by name", async () => {
  const input = { ...SUBJECT, returnTo: "/" };
  const reporter = userOf(tenant, "reporter", { roles: ["workload-reporter"] });
  await expect(runVerb(beginStepUp, reporter, input)).rejects.toMatchObject({ code: "forbidden" });
  const machine = serviceOf(tenant, "ci", "unknown", ["runtime.identity.step-up"]);
  await expect(runVerb(beginStepUp, machine, input)).rejects.toMatchObject({ code: "forbidden" });
  for (const [field, value] of [
    ["act", "No Act"],
    ["digest", "AB"],
    ["returnTo", "//evil.example/x"],
  ] as const) {
    await expect(
      runVerb(beginStepUp, userOf(tenant, "officer"), { ...input, [field]: value }),
    ).rejects.toMatchObject({ code: "invalid", details: { field } });
  }
});
