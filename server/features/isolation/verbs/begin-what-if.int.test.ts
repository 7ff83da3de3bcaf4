import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { askWhatIf } from "./ask-what-if.ts";
import { beginWhatIf } from "./begin-what-if.ts";

const question = { kind: "change" as const, policies: null, remove: ["shop-prod/old"] };

async function asked() {
  const tenant = await newTenant("begins");
  const { whatIfId } = await runVerb(askWhatIf, userOf(tenant, "sara"), {
    environment: "test",
    question,
  });
  const worker = workerOf(tenant, ["runtime.isolation.observe"]);
  const begin = () => runVerb(beginWhatIf, worker, { whatIfId, owner: "w1", leaseSeconds: 60 });
  return { tenant, whatIfId, begin };
}

test("one worker takes it, with what was asked and declared; another after its lease", async () => {
  const { begin, whatIfId } = await asked();
  const tries = await Promise.all([begin(), begin(), begin()]);
  const taken = tries.filter(({ begun }) => begun !== null);
  expect(taken).toEqual([
    { begun: { fence: "1", environment: "test", question, declaration: null } },
  ]);
  await asSuperuser(
    "UPDATE isolation_what_if SET lease_until = clock_timestamp() WHERE what_if_id = $1",
    [whatIfId],
  );
  expect((await begin()).begun?.fence).toBe("2");
});

test("one whose time is over is erased, and no person takes one", async () => {
  const { begin, whatIfId, tenant } = await asked();
  const person = userOf(tenant, "x", { scopes: ["runtime.isolation.observe"] });
  await expect(
    runVerb(beginWhatIf, person, { whatIfId, owner: "w1", leaseSeconds: 60 }),
  ).rejects.toMatchObject({ code: "forbidden" });
  await asSuperuser("UPDATE isolation_what_if SET erase_at = asked_at WHERE what_if_id = $1", [
    whatIfId,
  ]);
  expect(await begin()).toEqual({ begun: null });
  const rows = await asSuperuser("SELECT 1 FROM isolation_what_if WHERE what_if_id = $1", [
    whatIfId,
  ]);
  expect(rows).toEqual([]);
});
