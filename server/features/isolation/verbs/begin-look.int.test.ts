import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { beginIsolationLook } from "./begin-look.ts";

const input = { owner: "w1", leaseSeconds: 60 };

test("one worker has the turn, and nobody else while its lease lasts", async () => {
  const tenant = await newTenant("look");
  const worker = workerOf(tenant, ["runtime.isolation.observe"]);
  const tries = await Promise.all([1, 2, 3].map(() => runVerb(beginIsolationLook, worker, input)));
  expect(tries.filter(({ begun }) => begun !== null)).toHaveLength(1);
  expect(tries.find(({ begun }) => begun)?.begun).toEqual({ fence: "1", declared: [] });
});

test("no person takes it", async () => {
  const tenant = await newTenant("look");
  const person = userOf(tenant, "x", { scopes: ["runtime.isolation.observe"] });
  await expect(runVerb(beginIsolationLook, person, input)).rejects.toMatchObject({
    code: "forbidden",
  });
});
