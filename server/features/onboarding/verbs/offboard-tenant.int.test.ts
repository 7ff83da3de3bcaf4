import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { newSlug, REASON, sovereignAdmin } from "../testing/plan-fixture.ts";
import { offboardTenant } from "./offboard-tenant.ts";

const pem = (bits: number) =>
  generateKeyPairSync("rsa", { modulusLength: bits })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString();
const recipientKey = pem(3072);
const inputOf = (slug: string, over: object = {}) => ({
  slug,
  confirmSlug: slug,
  reason: REASON,
  waitDays: 7,
  keepExportDays: 30,
  recipientKey,
  ...over,
});

test("it always waits for a second person, once a tenant", async () => {
  const slug = await newTenant();
  const admin = await sovereignAdmin();
  const asked = await runVerb(offboardTenant, admin, inputOf(slug));
  expect(asked).toMatchObject({ state: "awaiting_approval", approvalId: expect.any(String) });
  await expect(runVerb(offboardTenant, admin, inputOf(slug))).rejects.toMatchObject({
    code: "conflict",
  });
});

test("an absent tenant is not found; the wrong name, a weak or private key name their field", async () => {
  const slug = await newTenant();
  const admin = await sovereignAdmin();
  await expect(runVerb(offboardTenant, admin, inputOf(newSlug()))).rejects.toMatchObject({
    code: "not_found",
  });
  // The Sovereign itself is nobody's to offboard.
  await expect(runVerb(offboardTenant, admin, inputOf(sovereignTenant()))).rejects.toMatchObject({
    code: "not_found",
  });
  for (const [field, over] of [
    ["confirmSlug", { confirmSlug: "another" }],
    ["recipientKey", { recipientKey: pem(2048) }],
    ["recipientKey", { recipientKey: "no key" }],
    ["waitDays", { waitDays: -1 }],
  ] as const) {
    await expect(runVerb(offboardTenant, admin, inputOf(slug, over))).rejects.toMatchObject({
      code: "invalid",
      details: { field },
    });
  }
});

test("from inside an organization, or without the scope, it is forbidden", async () => {
  const slug = await newTenant();
  for (const caller of [
    userOf(slug, "admin", { roles: ["sovereign-admin"] }),
    userOf(sovereignTenant(), "auditor", { roles: ["compliance"] }),
  ]) {
    await expect(runVerb(offboardTenant, caller, inputOf(slug))).rejects.toMatchObject({
      code: "forbidden",
    });
  }
});
