import type { z } from "zod";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import type { DirectoryReading } from "../directory-schema.ts";
import { campaign } from "../queries.ts";
import type { SaveReviewPolicyInput } from "../schema.ts";
import { beginDirectory } from "../verbs/begin-directory.ts";
import { closeCampaign } from "../verbs/close-campaign.ts";
import { decideAccess } from "../verbs/decide-access.ts";
import { recordDirectory } from "../verbs/record-directory.ts";
import { saveReviewPolicy } from "../verbs/save-review-policy.ts";
import { startCampaign } from "../verbs/start-campaign.ts";

export const officer = (tenant: AuthorizedTenantId, name = "officer") => userOf(tenant, name);
export const observer = (tenant: AuthorizedTenantId) =>
  workerOf(tenant, ["runtime.reviews.observe"]);
export const tender = (tenant: AuthorizedTenantId) => workerOf(tenant, ["runtime.reviews.tend"]);
export const issuerOf = (tenant: AuthorizedTenantId) => `https://idp.test/realms/${tenant}`;

export type People = Record<string, readonly string[]>;

export function readingOf(
  tenant: AuthorizedTenantId,
  people: People | null,
  over: Partial<DirectoryReading> = {},
): DirectoryReading {
  return {
    issuer: issuerOf(tenant),
    realm: tenant,
    removesRoles: true,
    administrator: "Identity desk",
    failure: people ? null : "unreachable",
    people: Object.entries(people ?? {}).map(([subject, roles]) => ({
      subject,
      name: `Name of ${subject}`,
      kind: "user" as const,
      isEnabled: true,
      roles: [...roles],
    })),
    ...over,
  };
}

/** A reading of the tenant's issuers, whether it is due or not; null people: it was away. */
export async function read(
  tenant: AuthorizedTenantId,
  people: People | null,
  others: readonly DirectoryReading[] = [],
  over: Partial<DirectoryReading> = {},
) {
  await asSuperuser(
    "UPDATE access_directory_run SET due_at = clock_timestamp() WHERE tenant_id = $1",
    [tenant],
  );
  const { fence } = await runVerb(beginDirectory, observer(tenant), {
    owner: "w1",
    leaseSeconds: 60,
  });
  if (!fence) throw new Error("not begun");
  return runVerb(recordDirectory, observer(tenant), {
    fence,
    nextInSeconds: 600,
    readings: [readingOf(tenant, people, over), ...others],
  });
}

export function savePolicy(
  tenant: AuthorizedTenantId,
  over: Partial<z.input<typeof SaveReviewPolicyInput>> = {},
) {
  return runVerb(saveReviewPolicy, officer(tenant), {
    isEnabled: true,
    periodDays: 90,
    answerDays: 14,
    remindAfterDays: [7],
    reviewerRoles: ["security-officer"],
    basedOn: 0,
    nextStartAt: new Date("2040-01-01"),
    reason: "Agreed with compliance",
    ...over,
  });
}

/** An open review over these people's roles. */
export async function review(tenant: AuthorizedTenantId, people: People) {
  await read(tenant, people);
  await savePolicy(tenant);
  const { campaignId } = await runVerb(startCampaign, officer(tenant), {});
  if (!campaignId) throw new Error("not started");
  return campaignId;
}

export function seen(tenant: AuthorizedTenantId, campaignId: string, who = officer(tenant)) {
  return withTenant(tenant, "tenant", (tx) => campaign(tx, tenant, campaignId, who));
}

/** Decides for one person's items. */
export async function decide(
  tenant: AuthorizedTenantId,
  campaignId: string,
  subject: string,
  decision: "keep" | "revoke",
  who = officer(tenant),
) {
  const { entries } = await seen(tenant, campaignId);
  const itemIds = entries.filter((each) => each.subject === subject).map(({ itemId }) => itemId);
  const reason = decision === "revoke" ? "left the team" : "";
  return runVerb(decideAccess, who, { campaignId, itemIds, decision, reason });
}

export function close(tenant: AuthorizedTenantId, campaignId: string, note = "") {
  return runVerb(closeCampaign, officer(tenant), { campaignId, note });
}
