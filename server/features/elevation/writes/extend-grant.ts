import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { GrantRow } from "../grant-rows.ts";
import type { ElevationRequestRow } from "../request-rows.ts";
import { noteElevation } from "./note-elevation.ts";
import { tellAboutGrant } from "./tell-about-grant.ts";

/** Prolongs a locked grant that is not over by what was approved: for verbs only. */
export async function extendGrant(
  context: VerbContext<unknown>,
  grant: GrantRow,
  row: ElevationRequestRow,
  proof: { method: string; acr: string | null } | null,
) {
  const { tx, tenant } = context;
  const [times] = await tx.query<{ starts_at: Date; ends_at: Date }>(
    `UPDATE elevation_grant SET ends_at = ends_at + make_interval(secs => $3)
     WHERE tenant_id = $1 AND grant_id = $2 AND state = 'granted' AND ends_at > clock_timestamp()
     RETURNING starts_at, ends_at`,
    [tenant, grant.grant_id, row.duration_seconds],
  );
  // Decided under the same lock; only the clock can have gone on.
  if (!times) throw new Error("the grant ended while it was being prolonged");
  const { grant_id: grantId, environment, scopes } = grant;
  const extended = await noteElevation(context, {
    act: "extended",
    requestId: row.request_id,
    grantId,
    causedBy: row.request_event_id,
    payload: {
      environment,
      scopes,
      endedAt: grant.ends_at.toISOString(),
      endsAt: times.ends_at.toISOString(),
      proof,
    },
  });
  const endsAt = times.ends_at;
  const told = await tellAboutGrant(context, {
    grantId,
    act: "extended",
    environment,
    scopes,
    endsAt,
  });
  const events: AuditEventDraft[] = [extended, ...told];
  return { grantId, startsAt: times.starts_at, endsAt, events };
}
