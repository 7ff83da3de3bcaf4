import "server-only";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { findCampaign, lockCampaign } from "../campaign-rows.ts";
import { AccessDecided, DecideAccessInput } from "../schema.ts";

/**
 * Keeps or revokes, for one item or many with the same reason. Until the close a decision may be
 * changed. Nobody decides about themselves: one own item among many refuses them all.
 */
export const decideAccess = verb({
  name: "accessReviews.decide",
  scope: "runtime.reviews.decide",
  policy: "DecideAccess",
  input: DecideAccessInput,
  output: AccessDecided,
  async facts({ tx, tenant, caller, input }) {
    const { actor } = caller;
    const campaign = await findCampaign(tx, tenant, input.campaignId);
    if (!campaign) throw notFound("access campaign");
    const [own] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM access_item WHERE tenant_id = $1 AND campaign_id = $2
         AND item_id IN (SELECT unnest($3::uuid[])) AND issuer = $4 AND subject = $5`,
      [
        tenant,
        input.campaignId,
        input.itemIds,
        "issuer" in actor ? actor.issuer : "",
        "issuer" in actor ? actor.subject : "",
      ],
    );
    const roles = "roles" in actor ? actor.roles : [];
    const uid = { type: "AccessCampaign", id: campaign.campaign_id } as const;
    const principal = policyPrincipal(caller);
    return {
      principal: principal.uid,
      resource: uid,
      context: {
        decision: input.decision,
        includesOwnAccess: (own?.count ?? 0) > 0,
        isReviewer: campaign.reviewer_roles.some((role) => roles.includes(role)),
      },
      entities: [
        principal,
        { uid, attrs: { state: campaign.state }, parents: [{ type: "Tenant", id: tenant }] },
      ],
    };
  },
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only people review access.", {
        said: { key: "people.reviewAccess" },
      });
    const campaign = await lockCampaign(tx, tenant, input.campaignId);
    if (campaign.state !== "open") {
      throw new AppError("conflict", "This review is closed: its decisions stand.", {
        said: { key: "reviews.decisionsStand" },
        remedy: "Decide in the next one, or begin it now.",
      });
    }
    const found = await tx.query<{ item_id: string }>(
      `SELECT item_id FROM access_item
       WHERE tenant_id = $1 AND campaign_id = $2 AND item_id IN (SELECT unnest($3::uuid[]))`,
      [tenant, campaign.campaign_id, input.itemIds],
    );
    if (found.length !== new Set(input.itemIds).size) throw notFound("access item");
    const decided = await tx.query<{ item_id: string; kind: string; what: string }>(
      `UPDATE access_item SET decision = $4, reason = $5, decided_by_issuer = $6, decided_by_subject = $7,
         decided_by_name = $8, decided_at = clock_timestamp()
       WHERE tenant_id = $1 AND campaign_id = $2 AND item_id IN (SELECT unnest($3::uuid[]))
         AND (decision, reason, decided_by_subject) IS DISTINCT FROM ($4, $5, $7)
       RETURNING item_id, kind, what`,
      [
        tenant,
        campaign.campaign_id,
        input.itemIds,
        input.decision,
        input.reason,
        actor.issuer,
        actor.subject,
        displayNameOf(actor),
      ],
    );
    const [left] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM access_item
       WHERE tenant_id = $1 AND campaign_id = $2 AND decision IS NULL AND gone_at IS NULL`,
      [tenant, campaign.campaign_id],
    );
    const output = { decided: decided.length, undecided: left?.count ?? 0 };
    if (decided.length === 0) return unchanged(output);
    return audited(output, {
      type: "runtime.access.decided",
      subject: `access-campaign/${campaign.campaign_id}`,
      causedBy: campaign.start_event_id,
      payload: {
        decision: input.decision,
        reason: input.reason,
        items: decided.map(({ item_id, kind, what }) => ({ itemId: item_id, kind, what })),
      },
    });
  },
});
