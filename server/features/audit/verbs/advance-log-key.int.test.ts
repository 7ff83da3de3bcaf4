import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { advanceLogKey } from "./advance-log-key.ts";

// Its steps: server/worker/log-keys/log-keys.int.test.ts.
test("a log whose key does not change takes no step; only the worker asks", async () => {
  const tenant = await newTenant();
  const worker = workerOf(tenant, ["runtime.audit.keys"]);
  expect(await runVerb(advanceLogKey, worker, {})).toEqual({ step: null });
  const person = userOf(tenant, "x", { scopes: ["runtime.audit.keys"] });
  await expect(runVerb(advanceLogKey, person, {})).rejects.toMatchObject({ code: "forbidden" });
});
