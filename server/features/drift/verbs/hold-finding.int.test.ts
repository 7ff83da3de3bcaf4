import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { found } from "../testing/drift-fixture.ts";
import { holdFinding } from "./hold-finding.ts";

test("a finding is held and given back as it was; its history tells both, a foreign one stays", async () => {
  const tenant = await newTenant("held");
  const [findingId = ""] = await found(tenant, { name: "web" });
  const hold = (isHeld: boolean, caller = userOf(tenant, "ada")) =>
    runVerb(holdFinding, caller, { findingId, isHeld, note: "mending", eventId: uuidv7() });
  expect(await hold(true)).toEqual({ hasMoved: true });
  expect(await hold(true)).toEqual({ hasMoved: false });
  expect(await hold(false, userOf(await newTenant("other"), "eve"))).toEqual({ hasMoved: false });
  expect(await hold(false)).toEqual({ hasMoved: true });
  const changes = await asSuperuser(
    `SELECT kind, state_before, state, by_name FROM drift_change WHERE finding_id = $1 AND kind IN ('remediating', 'released')
     ORDER BY change_id`,
    [findingId],
  );
  expect(changes).toEqual([
    { kind: "remediating", state_before: "open", state: "remediating", by_name: "Name of ada" },
    { kind: "released", state_before: "remediating", state: "open", by_name: "Name of ada" },
  ]);
});
