import "server-only";
import { type HoldScope, holdsEvent, holdsPeriod } from "#server/engines/retention/legal-hold.ts";
import {
  type RetentionClass,
  retentionClassOf,
} from "#server/engines/retention/retention-classes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface ActiveHold extends HoldScope {
  holdId: string;
  caseRef: string;
}

/** The holds in force. The row locks keep one from being lifted, and the tenant's row one from being placed, meanwhile. */
export async function activeHolds(tx: TenantTx, tenant: AuthorizedTenantId): Promise<ActiveHold[]> {
  const rows = await tx.query<{
    hold_id: string;
    case_ref: string;
    classes: RetentionClass[];
    subject: string | null;
    actor_ref: string | null;
    from_at: Date | null;
    until_at: Date | null;
  }>(
    `SELECT hold_id, case_ref, classes, subject, actor_ref, from_at, until_at FROM legal_hold
     WHERE tenant_id = $1 AND lifted_at IS NULL ORDER BY placed_at`,
    [tenant],
  );
  return rows.map((row) => ({
    holdId: row.hold_id,
    caseRef: row.case_ref,
    classes: row.classes.length > 0 ? row.classes : null,
    subject: row.subject,
    actorRef: row.actor_ref,
    from: row.from_at,
    until: row.until_at,
  }));
}

/** Holds and what destroys take turns: a hold counts from its commit, or the destruction was before it. */
export async function lockHolds(tx: TenantTx, tenant: AuthorizedTenantId): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('legal-holds|' || $1, 0))", [
    tenant,
  ]);
}

export interface HoldableEvent {
  type: string;
  subject: string;
  actor_ref: string;
  recorded_at: Date;
}

/** The first hold that covers one of these events. */
export function holdOver(
  holds: readonly ActiveHold[],
  events: readonly HoldableEvent[],
): ActiveHold | undefined {
  return holds.find((hold) =>
    events.some((event) =>
      holdsEvent(hold, {
        retentionClass: retentionClassOf(event.type),
        subject: event.subject,
        actorRef: event.actor_ref,
        recordedAt: event.recorded_at,
      }),
    ),
  );
}

/** The first hold that may cover something under a key of this class and month. */
export function holdOverKey(
  holds: readonly ActiveHold[],
  key: { class: string; period: string },
): ActiveHold | undefined {
  const { class: of, period } = key;
  return holds.find((hold) => holdsPeriod(hold, { retentionClass: of as RetentionClass, period }));
}
