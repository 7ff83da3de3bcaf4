import { expect, test } from "vitest";
import { ask, decide } from "#server/features/approvals/testing/approval-fixture.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { decision, decisions } from "./queries.ts";

test("a decision names who was judged, where the identity provider told the name, and who decided", async () => {
  const tenant = await newTenant();
  const asked = await ask(userOf(tenant, "requester", { roles: ["developer"] }));
  await decide(userOf(tenant, "officer"), asked);
  const list = () =>
    withTenant(tenant, "tenant", (tx) => decisions(tx, tenant, { limit: 10 }), { readOnly: true });
  expect((await list()).items).toMatchObject([
    { engine: "cedar", outcome: "allow", principalName: null },
  ]);
  const issuer = `https://idp.test/realms/${tenant}`;
  await asSuperuser(
    `INSERT INTO access_directory (tenant_id, issuer, realm, tried_at, removes_roles, administrator)
     VALUES ($1, $2, 'r', now(), false, 'who runs it')`,
    [tenant, issuer],
  );
  await asSuperuser(
    `INSERT INTO access_standing_role (tenant_id, issuer, subject, role, person_name, person_kind, is_enabled, first_seen_at)
     VALUES ($1, $2, 'officer', 'security-officer', 'The officer', 'user', true, now())`,
    [tenant, issuer],
  );
  const [named] = (await list()).items;
  expect(named).toMatchObject({ principalName: "The officer" });
  const found = await withTenant(tenant, "tenant", (tx) =>
    decision(tx, tenant, named?.decisionId ?? ""),
  );
  expect(found).toMatchObject({ principalName: "The officer", exchange: null });
});
