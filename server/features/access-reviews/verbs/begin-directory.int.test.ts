import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { observer, read } from "../testing/review-rig.ts";
import { beginDirectory } from "./begin-directory.ts";

const turn = { owner: "w1", leaseSeconds: 60 };
const isDue = async (tenant: string) =>
  (await findDueKeys<{ tenant_id: string }>("app.due_access_directories($1)", [1_000])).some(
    (row) => row.tenant_id === tenant,
  );

test("one worker at a time reads; a dead one's turn is taken over, and a person has none", async () => {
  const tenant = await newTenant("directory");
  expect(await isDue(tenant)).toBe(true);
  expect(await runVerb(beginDirectory, observer(tenant), turn)).toEqual({ fence: "1" });
  expect(await runVerb(beginDirectory, observer(tenant), turn)).toEqual({ fence: null });
  await asSuperuser(
    "UPDATE access_directory_run SET lease_until = clock_timestamp() WHERE tenant_id = $1",
    [tenant],
  );
  expect(await isDue(tenant)).toBe(true);
  await read(tenant, {});
  expect(await isDue(tenant)).toBe(false);
  const person = userOf(tenant, "officer", { scopes: ["runtime.reviews.observe"] });
  await expect(runVerb(beginDirectory, person, turn)).rejects.toMatchObject({ code: "forbidden" });
});
