import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { dueErasure, retentionWorker, tenantWithKeys } from "../testing/retention-fixture.ts";
import { beginAct } from "./begin-act.ts";

test("one worker has the turn, and the intent is stored; without keys nobody has", async () => {
  const tenant = await tenantWithKeys();
  const worker = retentionWorker(tenant);
  const { actId } = await dueErasure(tenant);
  const begin = () => runVerb(beginAct, worker, { actId, leaseSeconds: 60 });
  expect(await begin()).toMatchObject({
    task: { actId, kind: "erasure", state: "acting", rootBefore: 1, keeper: "local" },
  });
  expect(await begin()).toEqual({ task: null });
  const bare = await newTenant();
  const input = { actId: (await dueErasure(bare)).actId, leaseSeconds: 60 };
  expect(await runVerb(beginAct, retentionWorker(bare), input)).toEqual({ task: null });
  await expect(runVerb(beginAct, worker, input)).rejects.toMatchObject({ code: "not_found" });
});
