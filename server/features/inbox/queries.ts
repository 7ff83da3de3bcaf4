import "server-only";
import { approvalsWaitingFor } from "#server/features/approvals/index.ts";
import { approvalsBeingChecked, cardsOfApprovals } from "#server/features/deployments/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { byUrgency, isExpiring } from "./inbox-order.ts";
import { mentionsOf } from "./mentions-of.ts";
import { reviewsFor } from "./reviews-for.ts";
import type { Inbox, InboxItem } from "./schema.ts";

/** Everything that waits for the person who asks, in one list, the most urgent first. */
export async function inboxOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  viewer: Caller,
  { isBrief }: { isBrief: boolean },
): Promise<Inbox> {
  const asOf = await tx.startedAt();
  const items = [
    ...(await approvalItems(tx, tenant, viewer, asOf, isBrief)),
    ...(await reviewsFor(tx, tenant, viewer, asOf)),
    ...(await mentionsOf(tx, tenant, viewer)),
  ];
  return { items: items.sort(byUrgency), asOf };
}

async function approvalItems(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  viewer: Caller,
  now: Date,
  isBrief: boolean,
): Promise<InboxItem[]> {
  const waiting = await approvalsWaitingFor(tx, tenant, viewer);
  const ids = waiting.filter(({ kind }) => kind === "deployment").map(({ requestId }) => requestId);
  const cards = isBrief ? new Map() : await cardsOfApprovals(tx, tenant, ids, viewer);
  const early = await approvalsBeingChecked(tx, tenant, ids);
  const decidable = waiting.filter(({ requestId }) => !early.has(requestId));
  return decidable.map((request) => {
    const card = cards.get(request.requestId);
    return {
      kind: request.kind,
      id: request.requestId,
      title: request.reason,
      where: card
        ? { deploymentId: card.deploymentId, service: card.service, environment: card.environment }
        : null,
      by: request.requester.name,
      since: request.createdAt,
      dueAt: request.expiresAt,
      isExpiring: isExpiring(request.createdAt, request.expiresAt, now),
      missing: request.quorum.missing,
      // That approvals are missing is said by their count.
      blockers: (card?.blockers ?? []).filter(
        ({ code }: { code: string }) => code !== "forbid-deploy-approvals-missing",
      ),
    };
  });
}
