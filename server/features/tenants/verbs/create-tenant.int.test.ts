import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { withTenant, withTenantSet } from "#server/platform/db/tenant-transaction.ts";
import {
  mintAuthorizedTenant,
  mintAuthorizedTenantSet,
} from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ensureSovereign } from "../bootstrap.ts";
import { currentTenant, tenantsOf } from "../queries.ts";
import { createTenant } from "./create-tenant.ts";

const newSlug = () => `n${randomBytes(5).toString("hex")}`;
const admin = () => userOf(sovereignTenant(), "admin", { roles: ["sovereign-admin"] });

beforeAll(() => ensureSovereign("omantel", "Omantel"));

describe("creating a tenant", () => {
  test("the Sovereign's administrator creates it; the event is in the Sovereign's log", async () => {
    const slug = newSlug();
    await runVerb(createTenant, admin(), { slug, displayName: "A Shop" });
    const tenant = mintAuthorizedTenant(slug);
    const row = await withTenant(tenant, "tenant", (tx) => currentTenant(tx, tenant));
    expect(row).toMatchObject({ tenantId: slug, kind: "organization", displayName: "A Shop" });
    const event = (await eventsOf(sovereignTenant())).find(
      (each) => each.subject === `tenant/${slug}`,
    );
    expect(event).toMatchObject({ type: "runtime.tenants.created", actorKind: "user" });
    expect(await eventsOf(tenant)).toEqual([]);
  });

  test("a taken slug is a conflict, and the first one stays as it was", async () => {
    const slug = newSlug();
    await runVerb(createTenant, admin(), { slug, displayName: "First" });
    await expect(
      runVerb(createTenant, admin(), { slug, displayName: "Second" }),
    ).rejects.toMatchObject({ code: "conflict", details: { field: "slug" } });
    const tenant = mintAuthorizedTenant(slug);
    const row = await withTenant(tenant, "tenant", (tx) => currentTenant(tx, tenant));
    expect(row?.displayName).toBe("First");
  });

  test("the same key creates it once and answers twice", async () => {
    const slug = newSlug();
    const caller = { ...admin(), idempotencyKey: `create-${slug}` };
    const once = await runVerb(createTenant, caller, { slug, displayName: "Once" });
    const twice = await runVerb(createTenant, caller, { slug, displayName: "Once" });
    expect(twice).toEqual(once);
    const events = await eventsOf(sovereignTenant());
    expect(events.filter(({ subject }) => subject === `tenant/${slug}`)).toHaveLength(1);
  });

  test("a bad slug names the field", async () => {
    await expect(
      runVerb(createTenant, admin(), { slug: "Not A Slug", displayName: "x" }),
    ).rejects.toMatchObject({ code: "invalid", details: { field: "slug" } });
  });

  test("without the scope it is forbidden, and the denial is in the caller's log", async () => {
    const tenant = await newTenant();
    const officer = userOf(tenant, "officer");
    await expect(
      runVerb(createTenant, officer, { slug: newSlug(), displayName: "x" }),
    ).rejects.toMatchObject({ code: "forbidden" });
    expect(await eventsOf(tenant)).toMatchObject([
      { type: "runtime.access.denied", outcome: "denied", payload: { cause: "scope" } },
    ]);
  });

  test("from inside an organization the policy forbids it, in words", async () => {
    const tenant = await newTenant();
    const inside = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
    const slug = newSlug();
    await expect(runVerb(createTenant, inside, { slug, displayName: "x" })).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("own context"),
    });
    expect(await eventsOf(tenant)).toMatchObject([
      {
        type: "runtime.access.denied",
        payload: { cause: "policy", reasons: ["forbid-create-tenant-elsewhere"] },
      },
    ]);
    const absent = mintAuthorizedTenant(slug);
    expect(await withTenant(absent, "tenant", (tx) => currentTenant(tx, absent))).toBeUndefined();
  });
});

describe("the database holds by itself", () => {
  test("no login inserts a tenant, changes one, or makes one from inside an organization", async () => {
    const tenant = await newTenant();
    const attempts = [
      "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ('sneaky', 'organization', 'x')",
      "UPDATE tenant SET kind = 'sovereign'",
      "SELECT app.create_tenant('sneaky', 'organization', 'x')",
      "SELECT app.create_tenant('sneaky', 'sovereign', 'x')",
      `SELECT app.create_tenant('${tenant}x', 'sovereign', 'x')`,
      // Nor does it learn which names are taken.
      `SELECT app.create_tenant('${await newTenant()}', 'organization', 'x')`,
      `SELECT app.create_tenant('${await newTenant()}', 'sovereign', 'x')`,
      `SELECT app.create_tenant('${tenant}', 'sovereign', 'x')`,
    ];
    for (const text of attempts) {
      await expect(withTenant(tenant, "tenant", (tx) => tx.query(text))).rejects.toMatchObject({
        code: "42501",
      });
    }
    for (const login of ["worker", "search"] as const) {
      await expect(
        withTenant(tenant, login, (tx) =>
          tx.query("SELECT app.create_tenant('sneaky', 'organization', 'x')"),
        ),
      ).rejects.toMatchObject({ code: "42501" });
    }
  });
});

test("an overview shows the tenants of its signed set and no other", async () => {
  const [mine, foreign] = [await newTenant(), await newTenant()];
  const set = mintAuthorizedTenantSet([mine, sovereignTenant()]);
  const wider = mintAuthorizedTenantSet([mine, sovereignTenant(), foreign]);
  const rows = await withTenantSet(set, (tx) => tenantsOf(tx, wider));
  expect(rows.map(({ tenantId }) => tenantId).sort()).toEqual([mine, "omantel"].sort());
});
