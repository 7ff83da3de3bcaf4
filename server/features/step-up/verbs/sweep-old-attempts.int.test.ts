import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { sweepStepUps } from "#server/worker/jobs/step-ups.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { proveAtProvider, REQUIRED, rewrite, SUBJECT, take } from "../testing/step-up-rig.ts";
import { beginStepUp } from "./begin-step-up.ts";
import { sweepOldAttempts } from "./sweep-old-attempts.ts";

const leftOf = async (tenant: string) => {
  const [left] = await asSuperuser<{ attempts: number; proofs: number }>(
    `SELECT (SELECT count(*)::int FROM step_up_attempt WHERE tenant_id = $1) AS attempts,
       (SELECT count(*)::int FROM step_up_proof WHERE tenant_id = $1) AS proofs`,
    [tenant],
  );
  return left;
};

const age = async (tenant: string, hours: number) => {
  for (const table of ["step_up_attempt", "step_up_proof"]) {
    await rewrite(
      `UPDATE ${table} SET expires_at = clock_timestamp() - make_interval(hours => $2) WHERE tenant_id = $1`,
      [tenant, hours],
    );
  }
};

test("a day after their end, what came to nothing goes; a proof that was used stays with its attempt", async () => {
  const [tenant, other] = [await newTenant("step-ups"), await newTenant("step-ups")];
  for (const who of [tenant, other]) {
    const officer = userOf(who, "officer");
    await runVerb(beginStepUp, officer, { ...SUBJECT, returnTo: "/" });
    await proveAtProvider(officer);
    await take(officer);
    await proveAtProvider(officer);
  }
  const worker = workerOf(tenant, ["runtime.answers.sweep"]);
  await age(tenant, 23);
  expect(await runVerb(sweepOldAttempts, worker, {})).toEqual({ dropped: 0 });
  await age(tenant, 25);
  const told = await typesOf(tenant);
  expect(await runVerb(sweepOldAttempts, worker, {})).toEqual({ dropped: 2 });
  expect(await leftOf(tenant)).toEqual({ attempts: 1, proofs: 1 });
  expect(await leftOf(other)).toEqual({ attempts: 3, proofs: 2 });
  await age(other, 25);
  await sweepStepUps();
  expect(await leftOf(other)).toEqual({ attempts: 1, proofs: 1 });
  expect(await typesOf(tenant)).toEqual(told);
  await expect(take(userOf(tenant, "officer"))).rejects.toMatchObject(REQUIRED);
});

test("only by its scope, and no way round what is kept", async () => {
  const tenant = await newTenant("step-ups");
  const officer = userOf(tenant, "officer");
  await proveAtProvider(officer);
  await expect(runVerb(sweepOldAttempts, workerOf(tenant, []), {})).rejects.toMatchObject({
    code: "forbidden",
  });
  const remove = "DELETE FROM step_up_proof WHERE tenant_id = $1";
  await expect(asSuperuser(remove, [tenant])).rejects.toThrow("is kept");
  await take(officer);
  await age(tenant, 48);
  await expect(asSuperuser(remove, [tenant])).rejects.toThrow("is kept");
});
