import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { sweepIdempotencyKeys } from "#server/worker/jobs/idempotency.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { sweepOldAnswers } from "./sweep-old-answers.ts";

const keysOf = async (tenant: string) =>
  (
    await asSuperuser<{ key: string }>(
      "SELECT key FROM idempotency_key WHERE tenant_id = $1 ORDER BY key",
      [tenant],
    )
  ).map(({ key }) => key);

test("answers older than a day are dropped, of the tenant alone; younger ones stay", async () => {
  const [tenant, other] = [await newTenant("answers"), await newTenant("answers")];
  for (const [who, key, hours] of [
    [tenant, "old-answer", 26],
    [tenant, "young-answer", 23],
    [other, "other-answer", 48],
  ] as const) {
    await asSuperuser(
      `INSERT INTO idempotency_key (tenant_id, actor_ref, key, verb, request_digest, response, created_at)
       VALUES ($1, 'someone', $2, 'v', '\\x00', '{}', clock_timestamp() - make_interval(hours => $3))`,
      [who, key, hours],
    );
  }
  const caller = workerOf(tenant, ["runtime.answers.sweep"]);
  expect(await runVerb(sweepOldAnswers, caller, {})).toEqual({ dropped: 1 });
  expect(await runVerb(sweepOldAnswers, caller, {})).toEqual({ dropped: 0 });
  expect([await keysOf(tenant), await keysOf(other)]).toEqual([["young-answer"], ["other-answer"]]);
  await sweepIdempotencyKeys();
  expect([await keysOf(tenant), await keysOf(other)]).toEqual([["young-answer"], []]);
  expect(await eventsOf(tenant)).toEqual([]);
  await expect(runVerb(sweepOldAnswers, workerOf(tenant, []), {})).rejects.toMatchObject({
    code: "forbidden",
  });
});
