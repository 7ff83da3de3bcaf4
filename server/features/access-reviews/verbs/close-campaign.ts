import "server-only";
import { createHash } from "node:crypto";
import { recordText } from "#server/engines/access-review/campaign-record.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { endGrant } from "#server/features/elevation/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { lockCampaign } from "../campaign-rows.ts";
import { itemsOf, recordedItem, sourcesOf } from "../item-rows.ts";
import { CampaignClosed, CloseCampaignInput } from "../schema.ts";
import { beginRevocations } from "../writes/begin-revocations.ts";

/**
 * Ends a review whose every item is decided (or gone by itself): the record is written once and for
 * ever, live grants end now, and roles are followed until a reading no longer has them. Undecided items
 * refuse it; an issuer that stayed unknown takes a note, and stands in the record as not reviewed.
 */
export const closeCampaign = verb({
  name: "accessReviews.close",
  scope: "runtime.reviews.manage",
  input: CloseCampaignInput,
  output: CampaignClosed,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only people close a review.", {
        said: { key: "people.closeReview" },
      });
    const campaign = await lockCampaign(tx, tenant, input.campaignId);
    if (campaign.state !== "open")
      throw new AppError("conflict", "This review is closed already.", {
        said: { key: "reviews.closed" },
      });
    const items = await itemsOf(tx, tenant, campaign.campaign_id);
    const undecided = items.filter((item) => !item.decision && !item.gone_at).length;
    if (undecided > 0) {
      throw new AppError("conflict", `${undecided} of ${items.length} are not decided yet.`, {
        said: { key: "reviews.undecided", args: { undecided, all: items.length } },
        remedy: "Nobody keeps a role by silence: decide each, or many at once.",
      });
    }
    const sources = await sourcesOf(tx, tenant, campaign.campaign_id);
    if (sources.some(({ readAt }) => !readAt) && !input.note) {
      throw new AppError("invalid", "note: an issuer could not be read, so its part is unknown", {
        said: { key: "reviews.issuerAway" },
        field: "note",
        remedy: "Wait until it is back, or say why the review is closed without it.",
      });
    }
    const closedBy = {
      issuer: actor.issuer,
      subject: actor.subject,
      name: displayNameOf(actor),
    };
    const record = recordText({
      tenant,
      campaignId: campaign.campaign_id,
      startedAt: campaign.started_at.toISOString(),
      dueAt: campaign.due_at.toISOString(),
      closedAt: campaign.now.toISOString(),
      closedBy,
      note: input.note,
      reviewerRoles: campaign.reviewer_roles,
      sources: sources.map(({ issuer, readAt, failureCode }) => ({
        issuer,
        readAt: readAt?.toISOString() ?? null,
        unknownBecause: failureCode,
      })),
      items: items.map(recordedItem),
    });
    const digest = createHash("sha256").update(record).digest();
    await tx.query(
      `UPDATE access_campaign SET state = 'closed', closed_at = $3, closed_by_name = $4, close_note = $5,
         record = $6, record_digest = $7, next_act_at = NULL
       WHERE tenant_id = $1 AND campaign_id = $2`,
      [tenant, campaign.campaign_id, campaign.now, closedBy.name, input.note, record, digest],
    );
    const revoked = items.filter((item) => item.decision === "revoke");
    const ended: AuditEventDraft[] = [];
    for (const { grant_id: grantId, reason } of revoked) {
      if (!grantId) continue;
      const { events } = await runVouched(endGrant, context, { grantId, reason });
      ended.push(...events);
    }
    await beginRevocations(tx, tenant, campaign.campaign_id);
    const counts = {
      kept: items.filter((item) => item.decision === "keep").length,
      revoked: revoked.length,
    };
    return audited(
      { digest: digest.toString("hex"), ...counts },
      {
        type: "runtime.access.review-closed",
        subject: `access-campaign/${campaign.campaign_id}`,
        causedBy: campaign.start_event_id,
        payload: {
          ...counts,
          digest: digest.toString("hex"),
          note: input.note,
          unknown: sources.filter(({ readAt }) => !readAt).map(({ issuer }) => issuer),
        },
      },
      ...ended,
    );
  },
});
