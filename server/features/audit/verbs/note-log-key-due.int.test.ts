import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { noteLogKeyDue } from "./note-log-key-due.ts";

test("an old key is noted once, with its beginning; only the worker notes it", async () => {
  const tenant = await newTenant();
  const worker = workerOf(tenant, ["runtime.audit.keys"]);
  expect(await runVerb(noteLogKeyDue, worker, {})).toEqual({
    number: 1,
    begunAt: expect.any(Date),
  });
  expect(await runVerb(noteLogKeyDue, worker, {})).toEqual({ number: null, begunAt: null });
  const person = userOf(tenant, "x", { scopes: ["runtime.audit.keys"] });
  await expect(runVerb(noteLogKeyDue, person, {})).rejects.toMatchObject({ code: "forbidden" });
});
