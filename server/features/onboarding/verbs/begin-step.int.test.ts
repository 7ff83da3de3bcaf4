import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newSlug, planOf, REASON, sovereignAdmin } from "../testing/plan-fixture.ts";
import { beginStep } from "./begin-step.ts";
import { onboardTenant } from "./onboard-tenant.ts";
import { recordStep } from "./record-step.ts";
import { retryLifecycle } from "./retry-lifecycle.ts";

const worker = () => workerOf(sovereignTenant(), ["runtime.tenants.carry-out"]);
const turn = { owner: "one", leaseSeconds: 60 };

test("one worker has the turn; whoever lost it records nothing; what failed too often stops until it is tried again", async () => {
  const admin = await sovereignAdmin();
  const { lifecycleId } = await runVerb(onboardTenant, admin, {
    plan: planOf(newSlug()),
    reason: REASON,
  });
  const begin = (owner = "one") => runVerb(beginStep, worker(), { ...turn, owner, lifecycleId });
  const due = () =>
    asSuperuser(
      "UPDATE tenant_lifecycle SET due_at = now(), lease_until = NULL WHERE lifecycle_id = $1",
      [lifecycleId],
    );
  const [one, two] = [await begin(), await begin("two")];
  expect(one.task).toMatchObject({ kind: "tenant", attempt: 1 });
  expect(two.task).toBeNull();
  // The lease ran out: another takes over the very step whose outcome nobody recorded.
  await due();
  const taken = await begin("two");
  expect(taken.task).toMatchObject({ kind: "tenant", attempt: 2 });
  const record = (task: typeof one.task, outcome: "done" | "failed") =>
    runVerb(recordStep, worker(), {
      lifecycleId,
      fence: task?.fence ?? "0",
      stepNo: task?.stepNo ?? 1,
      outcome,
      detail: {},
      trouble: outcome === "failed" ? "it was away" : null,
    });
  await expect(record(one.task, "done")).rejects.toMatchObject({ code: "stale" });
  let state = (await record(taken.task, "failed")).state;
  for (let attempt = 3; attempt <= 5; attempt += 1) {
    expect(state).toBe("carrying_out");
    await due();
    state = (await record((await begin()).task, "failed")).state;
  }
  expect(state).toBe("stopped");
  await due();
  expect((await begin()).task).toBeNull();
  expect(await runVerb(retryLifecycle, admin, { lifecycleId })).toMatchObject({
    state: "carrying_out",
  });
  expect((await begin()).task).toMatchObject({ kind: "tenant", attempt: 1 });
});

test("only the worker takes a turn", async () => {
  const { lifecycleId } = await runVerb(onboardTenant, await sovereignAdmin(), {
    plan: planOf(newSlug()),
    reason: REASON,
  });
  await expect(
    runVerb(beginStep, await sovereignAdmin(), { ...turn, lifecycleId }),
  ).rejects.toMatchObject({ code: "forbidden" });
});
