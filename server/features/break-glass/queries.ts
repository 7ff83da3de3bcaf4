import "server-only";
import { isSameIdentity } from "#server/features/approvals/index.ts";
import { actorKey, type Caller } from "#server/platform/actor.ts";
import { openEvent } from "#server/platform/audit/event-cipher.ts";
import { actorReference } from "#server/platform/audit/payload-cipher.ts";
import { BREAK_GLASS_SCOPES } from "#server/platform/authz/scopes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { isInForce, PRINCIPAL_COLUMNS, type PrincipalRow } from "./principal-rows.ts";
import type {
  BreakGlassOverview,
  LiveBreakGlass,
  OwnBreakGlass,
  PrincipalView,
  UseDetail,
  UseView,
} from "./schema.ts";
import { findUse, newestUses, type UseRow, unfinishedUses } from "./use-rows.ts";

const MOST_EVENTS = 500;

/** Who may break glass here, who has, and what waits for a review. */
export async function breakGlassOverview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  caller: Caller,
): Promise<BreakGlassOverview> {
  const uses = await newestUses(tx, tenant);
  const unfinished = await unfinishedUses(tx, tenant);
  const people = await tx.query<BreakGlassOverview["people"][number]>(
    `SELECT issuer, subject, person_name AS name FROM access_standing_role
     WHERE tenant_id = $1 AND role = 'break-glass' AND person_kind = 'user' ORDER BY person_name, issuer`,
    [tenant],
  );
  const see = (row: UseRow) => useView(row, caller);
  return {
    asOf: await tx.startedAt(),
    principals: (await principalsOf(tx, tenant)).map((row) =>
      principalView(row, unfinished, caller),
    ),
    live: unfinished.filter(({ ended_at }) => !ended_at).map(see),
    reviewsDue: unfinished.filter(({ ended_at }) => ended_at).map(see),
    history: uses.filter(({ review }) => review !== "due").map(see),
    mayDeclare: caller.scopes.has("runtime.break-glass.declare"),
    mayReview: caller.scopes.has("runtime.break-glass.review"),
    declarableScopes: [...BREAK_GLASS_SCOPES],
    people,
  };
}

/** What the caller may use, and has used. */
export async function ownBreakGlass(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  caller: Caller,
): Promise<OwnBreakGlass> {
  const { actor } = caller;
  const asOf = await tx.startedAt();
  if (actor.kind !== "user") return { asOf, principals: [], uses: [] };
  const unfinished = await unfinishedUses(tx, tenant);
  const principals = (await principalsOf(tx, tenant)).map((row) =>
    principalView(row, unfinished, caller),
  );
  return {
    asOf,
    principals: principals.filter(({ isOwn, state }) => isOwn && state !== "refused"),
    uses: (await newestUses(tx, tenant, actor, 20)).map((row) => useView(row, caller)),
  };
}

/** Live uses, for the banner that everybody of the tenant sees. */
export async function liveBreakGlass(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  caller: Caller,
): Promise<LiveBreakGlass> {
  const unfinished = await unfinishedUses(tx, tenant);
  return {
    asOf: await tx.startedAt(),
    live: unfinished
      .filter(({ ended_at }) => !ended_at)
      .map((row) => useView(row, caller))
      .map(({ useId, personName, environment, endsAt, isOwn, scopes }) => ({
        useId,
        personName,
        environment,
        endsAt,
        isOwn,
        scopes: isOwn ? scopes : [],
      })),
  };
}

/** One use with everything that was done under it, by actor and time. Throws `not_found`. */
export async function useDetail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  useId: string,
  caller: Caller,
): Promise<UseDetail> {
  const row = await findUse(tx, tenant, useId);
  if (!row) throw notFound("break-glass use");
  const person = { issuer: row.person_issuer, subject: row.person_subject };
  const actor = { kind: "user", ...person, sessionId: "", displayName: "", roles: [] } as const;
  const who = actorReference(tenant, "user", actorKey(actor));
  const events = await tx.query<EventRow>(
    `SELECT e.event_id, e.recorded_at, e.type, e.subject, e.outcome, e.envelope, p.key_id, p.salt, p.ciphertext, count(*) OVER ()::int AS total,
       EXISTS (SELECT FROM audit_leaf l WHERE l.tenant_id = e.tenant_id AND l.event_id = e.event_id) AS is_sealed
     FROM audit_event e LEFT JOIN audit_payload p ON p.tenant_id = e.tenant_id AND p.event_id = e.event_id
     WHERE e.tenant_id = $1 AND e.actor_ref = $2 AND e.recorded_at >= $3 AND e.recorded_at <= coalesce($4, clock_timestamp())
     ORDER BY e.recorded_at, e.event_id LIMIT ${MOST_EVENTS}`,
    // The activation's own event was written a moment before its grant began.
    [tenant, who, new Date(row.started_at.getTime() - 1_000), row.ended_at],
  );
  return {
    asOf: await tx.startedAt(),
    use: useView(row, caller),
    events: events.map((event) => ({
      eventId: event.event_id,
      at: event.recorded_at,
      type: event.type,
      subject: event.subject,
      outcome: event.outcome,
      note: noteOf(tenant, event),
      isSealed: event.is_sealed,
    })),
    eventCount: events[0]?.total ?? 0,
    yourPart: partOf(row, caller),
  };
}

interface EventRow {
  [column: string]: unknown;
  event_id: string;
  recorded_at: Date;
  type: string;
  subject: string;
  outcome: string;
  key_id: string | null;
  envelope: string;
  salt: Buffer | null;
  ciphertext: Buffer | null;
  total: number;
  is_sealed: boolean;
}

/** Why, where the event says so and can still be read. */
function noteOf(tenant: AuthorizedTenantId, event: EventRow): string {
  const { key_id, ciphertext } = event;
  if (!key_id || !ciphertext) return "";
  try {
    const opened = openEvent(tenant, { ...event, key_id, ciphertext });
    const payload = opened.payload as unknown as Record<string, unknown>;
    const told = [payload.reason, payload.note, payload.act].find(
      (each) => typeof each === "string",
    );
    return typeof told === "string" ? told : "";
  } catch {
    return "";
  }
}

function partOf(row: UseRow, { actor, scopes }: Caller): UseDetail["yourPart"] {
  if (row.review !== "due") return "reviewed";
  if (actor.kind !== "user") return "not-a-person";
  if (isPersonOf(row, actor)) return "own";
  return scopes.has("runtime.break-glass.review") ? "may-review" : "no-scope";
}

async function principalsOf(tx: TenantTx, tenant: AuthorizedTenantId): Promise<PrincipalRow[]> {
  return tx.query<PrincipalRow>(
    `SELECT ${PRINCIPAL_COLUMNS} FROM break_glass_principal WHERE tenant_id = $1 AND state <> 'retired'
     ORDER BY person_name, environment, principal_id LIMIT 500`,
    [tenant],
  );
}

const isPersonOf = (
  row: { person_issuer: string; person_subject: string },
  actor: { issuer: string; subject: string },
) => isSameIdentity(actor, { issuer: row.person_issuer, subject: row.person_subject });

function principalView(
  row: PrincipalRow,
  unfinished: readonly UseRow[],
  { actor }: Caller,
): PrincipalView {
  const due = unfinished.filter(
    (use) => use.person_issuer === row.person_issuer && use.person_subject === row.person_subject,
  );
  const isLive = due.some(({ ended_at }) => !ended_at);
  return {
    principalId: row.principal_id,
    personName: row.person_name,
    issuer: row.person_issuer,
    subject: row.person_subject,
    environment: row.environment,
    scopes: row.scopes,
    maxMinutes: row.max_minutes,
    reason: row.reason,
    state: row.state,
    isDemo: row.is_demo,
    approvalId: row.approval_id,
    declaredByName: row.declared_by_name,
    declaredAt: row.declared_at,
    activeSince: row.active_since,
    isOwn: "issuer" in actor && isPersonOf(row, actor),
    blockedBy: !isInForce(row)
      ? "not-in-force"
      : isLive
        ? "live"
        : due.length > 0
          ? "review-due"
          : null,
  };
}

function useView(row: UseRow, { actor }: Caller): UseView {
  return {
    useId: row.use_id,
    principalId: row.principal_id,
    grantId: row.grant_id,
    personName: row.person_name,
    environment: row.environment,
    scopes: row.scopes,
    reason: row.reason,
    startedAt: row.started_at,
    endsAt: row.ends_at,
    endedAt: row.ended_at,
    review: row.review,
    reviewText: row.review_text,
    reviewedByName: row.reviewed_by_name,
    reviewedAt: row.reviewed_at,
    isOwn: "issuer" in actor && isPersonOf(row, actor),
  };
}
