import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { demand, ONE_ADMIN } from "#server/features/deployments/testing/deployment-fixture.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ownRights, people, rightsOf } from "./rights-of.ts";

const ISSUER = "https://idp.test/realms/rights";
const DECIDE = "runtime.approvals.decide";

async function known(tenant: string, subject: string, role: string, isEnabled = true) {
  await asSuperuser(
    `INSERT INTO access_directory (tenant_id, issuer, realm, tried_at, read_at, removes_roles, administrator)
     VALUES ($1, $2, 'r', now(), now(), false, 'who runs it') ON CONFLICT DO NOTHING`,
    [tenant, ISSUER],
  );
  await asSuperuser(
    `INSERT INTO access_standing_role (tenant_id, issuer, subject, role, person_name, person_kind, is_enabled, first_seen_at)
     VALUES ($1, $2, $3, $4, 'Name of ' || $3, 'user', $5, now())`,
    [tenant, ISSUER, subject, role, isEnabled],
  );
}

const lookUp = (caller: Caller, subject: string) =>
  withTenant(caller.tenant, "tenant", (tx) => rightsOf(tx, caller, { issuer: ISSUER, subject }));
const verdict = (found: Awaited<ReturnType<typeof lookUp>>, scope: string) =>
  found.rights.find((each) => each.scope === scope);

test("a person's roles, a live grant where production is by grant only, and what is asked for still", async () => {
  const tenant = await newTenant();
  const officer = userOf(tenant, "officer");
  await demand(tenant, { ...ONE_ADMIN, requiresElevation: true });
  await known(tenant, "ada", "sovereign-admin");
  await known(tenant, "ada", "compliance", false);
  const before = await lookUp(officer, "ada");
  expect(before).toMatchObject({
    roles: ["sovereign-admin"],
    person: { name: "Name of ada", isYou: false },
  });
  const there = (found: typeof before) =>
    verdict(found, DECIDE)?.places?.find(({ environment }) => environment === "prod");
  expect(verdict(before, DECIDE)?.verdict).toBe("partly");
  expect(there(before)).toMatchObject({
    isAllowed: false,
    demands: [{ code: "elevation", isMet: false }],
  });

  const eventId = uuidv7();
  await asSuperuser(
    `SET session_replication_role = replica;
     INSERT INTO elevation_grant (tenant_id, grant_id, kind, environment, person_issuer, person_subject, person_name, scopes,
       reason, starts_at, ends_at, state, grant_event_id, created_at)
     VALUES ('${tenant}', '${uuidv7()}', 'jit', 'prod', '${ISSUER}', 'ada', 'Ada', '{${DECIDE}}', 'A release',
       now() - interval '1 minute', now() + interval '1 hour', 'granted', '${eventId}', now());
     RESET session_replication_role`,
  );
  expect(there(await lookUp(officer, "ada"))).toMatchObject({
    isAllowed: true,
    demands: [{ code: "elevation", isMet: true }],
  });
  await asSuperuser(
    "UPDATE elevation_grant SET starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour' WHERE tenant_id = $1",
    [tenant],
  );
  expect(there(await lookUp(officer, "ada"))).toMatchObject({ isAllowed: false });
});

test("somebody of another tenant, and nobody, are not found; the list is the tenant's own", async () => {
  const [own, other] = [await newTenant(), await newTenant()];
  await known(other, "eve", "sovereign-admin");
  const officer = userOf(own, "officer");
  await expect(lookUp(officer, "eve")).rejects.toMatchObject({ code: "not_found" });
  await expect(lookUp(officer, "nobody")).rejects.toMatchObject({ code: "not_found" });
  const list = (caller: Caller) =>
    withTenant(caller.tenant, "tenant", (tx) => people(tx, caller.tenant));
  expect((await list(officer)).items).toEqual([]);
  expect((await list(userOf(other, "officer"))).items).toMatchObject([{ subject: "eve" }]);
});

test("one's own rights are the session's roles, and why not names the roles that would", async () => {
  const tenant = await newTenant();
  const developer = userOf(tenant, "dev", { roles: ["developer"] });
  const found = await withTenant(tenant, "tenant", (tx) => ownRights(tx, developer));
  expect(found).toMatchObject({ roles: ["developer"], person: { isYou: true, rolesReadAt: null } });
  expect(verdict(found, "runtime.deployments.read")).toMatchObject({
    verdict: "yes",
    roles: ["developer"],
  });
  const decide = verdict(found, DECIDE);
  expect(decide?.verdict).toBe("no");
  expect(decide?.rolesThatWould).toEqual(
    expect.arrayContaining(["security-officer", "sovereign-admin"]),
  );
});
