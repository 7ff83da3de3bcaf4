import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  activate,
  admin,
  ask,
  fresh,
  offer,
  officer,
  review,
  tender,
} from "../testing/elevation-fixture.ts";
import { tendElevation } from "./tend-elevation.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await offer(tenant);
});
const tend = (requestId: string) => runVerb(tendElevation, tender(tenant), { requestId });

test("under another policy it is asked anew: older approvals are stale, and newer ones count", async () => {
  const ada = admin(tenant, "ada");
  const [ben, cem] = [officer(tenant, "ben"), officer(tenant, "cem")];
  const asked = await ask(ada);
  await review(ben, asked);
  await offer(tenant, { groups: [{ role: "security-officer", count: 2 }] }, 1);
  expect(await tend(asked.requestId)).toEqual({ state: "waiting", hasMoved: true });
  expect(await activate(ada, asked, [fresh(ben)])).toMatchObject({
    outcome: "blocked",
    blockers: [{ code: "forbid-activate-approvals-missing" }],
  });
  await expect(review(cem, asked)).rejects.toMatchObject({ code: "stale" });
  const [row] = await asSuperuser<{ digest: string }>(
    "SELECT encode(subject_digest, 'hex') AS digest FROM approval_request WHERE tenant_id = $1 AND request_id = $2",
    [tenant, asked.approvalId],
  );
  const renewed = { ...asked, subjectDigest: row?.digest ?? "" };
  await review(ben, renewed);
  await review(cem, renewed);
  expect(await activate(ada, asked, [fresh(ben), fresh(cem)])).toMatchObject({
    outcome: "activated",
  });
});

test("what a policy allows no more is refused; what was rejected, withdrawn or lapsed ends so", async () => {
  const ada = admin(tenant, "ada");
  const long = await ask(ada, { durationSeconds: 4 * 3_600 });
  await offer(tenant, { maxDurationSeconds: 3_600 }, 1);
  expect(await tend(long.requestId)).toEqual({ state: "refused", hasMoved: true });
  const rejected = await ask(ada);
  await review(officer(tenant), rejected, "reject");
  expect(await tend(rejected.requestId)).toEqual({ state: "rejected", hasMoved: true });
  const lapsed = await ask(ada);
  await asSuperuser(
    "UPDATE elevation_request SET expires_at = clock_timestamp() WHERE tenant_id = $1 AND request_id = $2",
    [tenant, lapsed.requestId],
  );
  await asSuperuser(
    "UPDATE approval_request SET expires_at = clock_timestamp() WHERE tenant_id = $1 AND request_id = $2",
    [tenant, lapsed.approvalId],
  );
  expect(await tend(lapsed.requestId)).toEqual({ state: "expired", hasMoved: true });
  expect(await tend(lapsed.requestId)).toEqual({ state: "expired", hasMoved: false });
  const types = await typesOf(tenant);
  for (const act of ["refused", "rejected", "request-expired"]) {
    expect(types).toContain(`runtime.elevation.${act}`);
  }
  const waiting = await ask(ada);
  await expect(
    runVerb(tendElevation, tender(await newTenant()), { requestId: waiting.requestId }),
  ).rejects.toMatchObject({ code: "not_found" });
});
