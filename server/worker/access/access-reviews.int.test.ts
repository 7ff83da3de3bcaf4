import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DevIdp, startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { campaigns } from "#server/features/access-reviews/queries.ts";
import {
  close,
  officer,
  savePolicy,
  seen,
} from "#server/features/access-reviews/testing/review-rig.ts";
import { decideAccess } from "#server/features/access-reviews/verbs/decide-access.ts";
import { type IdentityConfig, IdentityConfigSchema } from "#server/features/identity/config.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { throwawayDirectory } from "#test/harness/throwaway-directory.ts";
import { tendAccessReviews } from "../jobs/access-reviews.ts";

const REALM = "acme-shop";
let idp: DevIdp;
let identity: IdentityConfig;
let tenant: AuthorizedTenantId;

beforeAll(async () => {
  idp = await startDevIdp({
    folder: await throwawayDirectory(),
    consoleUrl: "http://localhost:3999",
  });
  tenant = await newTenant("review");
  const config = IdentityConfigSchema.parse(JSON.parse(readFileSync(idp.identityFile, "utf8")));
  // The realm of a demo tenant speaks for this test's own.
  const realms = config.realms.map((realm) =>
    realm.realm === REALM ? { ...realm, binding: { kind: "tenant" as const, tenant } } : realm,
  );
  identity = { ...config, realms };
});
afterAll(() => idp.stop());

/** One round of the loop, with every issuer due. */
async function round(config = identity) {
  await asSuperuser("UPDATE access_directory_run SET due_at = clock_timestamp()");
  await tendAccessReviews({ identity: config, owner: "w1", everySeconds: 600 });
}
async function newest() {
  const { items } = await withTenant(tenant, "tenant", (tx) => campaigns(tx, tenant, { limit: 5 }));
  return seen(tenant, items[0]?.campaignId ?? "");
}
const entry = async (name: string) =>
  (await newest()).entries.find(({ personName }) => personName === name);

test("due, read, begun, decided, closed: the role is taken away at the provider and seen to be gone", async () => {
  await savePolicy(tenant, { nextStartAt: new Date("2020-01-01") });
  const admins = await idp.admin("GET", "catalyst-admin/users?username=compliance");
  const [auditor] = (await admins.json()) as { id: string }[];
  await idp.admin("PUT", `catalyst-admin/users/${auditor?.id}`, {
    attributes: { tenants: [tenant] },
  });
  await round();
  const view = await newest();
  expect(view).toMatchObject({ state: "open", trigger: "schedule", unknownSources: 0 });
  const names = view.entries.map(({ personName, what }) => `${personName}: ${what}`);
  expect(names).toContain("developer: developer");
  // Of the Sovereign's realm only who is for this tenant.
  expect(view.entries.filter(({ issuer }) => issuer.endsWith("catalyst-admin"))).toMatchObject([
    { what: "compliance" },
  ]);
  const { campaignId } = view;
  const decide = (itemIds: string[], decision: "keep" | "revoke") =>
    runVerb(decideAccess, officer(tenant), { campaignId, itemIds, decision, reason: "quarterly" });
  await decide(
    view.entries.map(({ itemId }) => itemId),
    "keep",
  );
  const revoked = ["developer", "compliance"].map(
    (name) => view.entries.filter(({ personName }) => personName === name).at(-1)?.itemId ?? "",
  );
  await decide(revoked, "revoke");
  await close(tenant, campaignId);
  expect(await entry("developer")).toMatchObject({ revocation: "revoking" });
  await round();
  await round();
  expect(await entry("developer")).toMatchObject({ revocation: "gone", goneAt: expect.any(Date) });
  const left = await idp.admin("GET", `${REALM}/users?username=developer`);
  expect(await left.json()).toMatchObject([{ clientRoles: { "runtime-api": [] } }]);
});

test("a provider that is away makes its part unknown, not empty", async () => {
  const away = {
    ...identity,
    realms: identity.realms.map((realm) =>
      realm.realm === REALM ? { ...realm, issuer: `http://127.0.0.1:9/realms/${REALM}` } : realm,
    ),
  };
  await asSuperuser(
    "UPDATE access_review_policy SET next_start_at = clock_timestamp() WHERE tenant_id = $1",
    [tenant],
  );
  await round(away);
  const view = await newest();
  expect(view.unknownSources).toBe(1);
  expect(view.sources).toContainEqual(
    expect.objectContaining({
      issuer: `http://127.0.0.1:9/realms/${REALM}`,
      readAt: null,
      failureCode: expect.any(String),
    }),
  );
});
