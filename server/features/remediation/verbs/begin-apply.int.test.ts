import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  approved,
  beginning,
  begun,
  detail,
  held,
  rolesOf,
  SEEN,
  sha,
  worker,
} from "../testing/remediation-fixture.ts";
import { beginApply } from "./begin-apply.ts";

test("the intent is stored, the approval used up once; a second holder is refused", async () => {
  const tenant = await newTenant("mend");
  const holding = await begun(tenant);
  const seen = await detail(tenant, holding.remediationId);
  expect(seen).toMatchObject({ state: "applying", approval: { state: "executed" } });
  const again = { ...holding, ...beginning(tenant) };
  await expect(runVerb(beginApply, worker(tenant), again)).rejects.toMatchObject({ code: "stale" });
});

test.each([
  ["what is desired", { desiredDigest: sha("other") }],
  ["what is there", { liveDigest: sha("other") }],
])("%s has changed since: nothing is applied", async (_what, other) => {
  const tenant = await newTenant("mend");
  const id = await approved(tenant);
  const input = { ...(await held(tenant, id)), ...beginning(tenant), seen: { ...SEEN, ...other } };
  expect(await runVerb(beginApply, worker(tenant), input)).toEqual({
    state: "superseded",
    mayApply: false,
  });
});

test("an approver who lost the role approves nothing", async () => {
  const tenant = await newTenant("mend");
  const id = await approved(tenant);
  const approvers = rolesOf(tenant, ["developer"]);
  const input = { ...(await held(tenant, id)), ...beginning(tenant), approvers };
  expect(await runVerb(beginApply, worker(tenant), input)).toEqual({
    state: "refused",
    mayApply: false,
  });
  expect(await detail(tenant, id)).toMatchObject({ errorCode: "quorum-lost" });
});
