import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { liveGrants } from "#server/features/elevation/index.ts";
import { activateGrant } from "#server/features/elevation/verbs/activate-grant.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { campaignRecord } from "../queries.ts";
import {
  close,
  decide,
  issuerOf,
  officer,
  read,
  readingOf,
  review,
  savePolicy,
  seen,
} from "../testing/review-rig.ts";
import { startCampaign } from "./start-campaign.ts";

test("it closes when everything is decided; the record's digest is of its bytes, and revoked grants end", async () => {
  const tenant = await newTenant("review");
  const elevated = userOf(tenant, "ada", {
    roles: ["developer"],
    scopes: ["runtime.elevation.request"],
  });
  await runVerb(activateGrant, elevated, {
    kind: "jit",
    environment: "prod",
    scopes: ["runtime.secrets.rotate"],
    reason: "incident 7",
    durationSeconds: 3_600,
    proof: null,
  });
  const campaignId = await review(tenant, { ada: ["developer"], bob: ["compliance"] });
  await expect(close(tenant, campaignId)).rejects.toMatchObject({ code: "conflict" });
  await decide(tenant, campaignId, "ada", "revoke");
  await decide(tenant, campaignId, "bob", "keep");
  const closed = await close(tenant, campaignId);
  expect(closed).toMatchObject({ kept: 1, revoked: 2 });
  const { text, digest } = await withTenant(tenant, "tenant", (tx) =>
    campaignRecord(tx, tenant, { campaignId, format: "json" }),
  );
  expect(createHash("sha256").update(text).digest("hex")).toBe(digest);
  expect(digest).toBe(closed.digest);
  expect(JSON.parse(text)).toMatchObject({
    closedBy: { subject: "officer" },
    items: expect.arrayContaining([
      expect.objectContaining({ what: "compliance", decision: "keep" }),
      expect.objectContaining({ kind: "grant", decision: "revoke", reason: "left the team" }),
    ]),
  });
  const person = { issuer: issuerOf(tenant), subject: "ada" };
  expect(await withTenant(tenant, "tenant", (tx) => liveGrants(tx, tenant, person))).toEqual([]);
  // A role counts as revoking until a reading no longer has it.
  const standing = async () =>
    (await seen(tenant, campaignId)).entries.map(({ what, revocation }) => [what, revocation]);
  expect(await standing()).toContainEqual(["developer", "revoking"]);
  await read(tenant, { ada: ["developer"], bob: ["compliance"] });
  expect(await standing()).toContainEqual(["developer", "revoking"]);
  await read(tenant, { bob: ["compliance"] });
  expect(await standing()).toContainEqual(["developer", "gone"]);
  const types = (await eventsOf(tenant)).map(({ type }) => type);
  expect(types).toContain("runtime.access.review-closed");
  expect(types).toContain("runtime.elevation.revoked");
  expect(types).toContain("runtime.access.revocation-seen");
  await expect(close(tenant, campaignId)).rejects.toMatchObject({ code: "conflict" });
});

test("what the console may not take away is a to-do of the administrator; what stayed unknown takes a note", async () => {
  const tenant = await newTenant("review");
  const away = readingOf(tenant, null, { issuer: "https://idp.test/realms/away", realm: "away" });
  await read(tenant, { ada: ["developer"] }, [away], { removesRoles: false });
  await savePolicy(tenant);
  const { campaignId } = await runVerb(startCampaign, officer(tenant), {});
  await decide(tenant, campaignId ?? "", "ada", "revoke");
  await expect(close(tenant, campaignId ?? "")).rejects.toMatchObject({
    details: { field: "note" },
  });
  await close(tenant, campaignId ?? "", "That realm is being moved");
  const view = await seen(tenant, campaignId ?? "");
  expect(view).toMatchObject({
    unknownSources: 1,
    unfinished: 1,
    closeNote: "That realm is being moved",
  });
  expect(view.entries[0]).toMatchObject({
    revocation: "to-do",
    revocationOwner: "Identity desk",
    revocationSince: expect.any(Date),
  });
});
