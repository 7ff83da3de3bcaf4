import { expect, test } from "vitest";
import { tenantWithKeys } from "#server/features/retention/testing/retention-fixture.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { handOverLogKey } from "./hand-over-log-key.ts";

const change = { overlapDays: 30, isCompromised: false };

// What comes of it: server/worker/log-keys/log-keys.int.test.ts.
test("a log hands over to one new key at a time; only the worker has it do so", async () => {
  const tenant = await tenantWithKeys();
  const worker = workerOf(tenant, ["runtime.audit.keys"]);
  expect(await runVerb(handOverLogKey, worker, change)).toEqual({ number: 2 });
  await expect(runVerb(handOverLogKey, worker, change)).rejects.toMatchObject({
    details: { said: { key: "logKey.underWay" } },
  });
  const person = userOf(tenant, "x", { scopes: ["runtime.audit.keys"] });
  await expect(runVerb(handOverLogKey, person, change)).rejects.toMatchObject({
    code: "forbidden",
  });
});
