import "server-only";
import type { z } from "zod";
import { displayNameOf, identityOf, isSameIdentity } from "#server/features/approvals/index.ts";
import type { Actor } from "#server/platform/actor.ts";
import { audited, unchanged, type VerbContext } from "#server/platform/verb.ts";
import { type GrantRow, lockGrant, standingOf } from "../grant-rows.ts";
import type { RevokeGrantInput } from "../schema.ts";
import { noteElevation } from "./note-elevation.ts";
import { tellAboutGrant } from "./tell-about-grant.ts";

/** Ends a grant that is live or still to start; one that is over stays as it is. */
export async function endOfGrant(context: VerbContext<z.output<typeof RevokeGrantInput>>) {
  const { tx, tenant, actor, input } = context;
  const row = await lockGrant(tx, tenant, input.grantId);
  const times = { startsAt: row.starts_at, endsAt: row.ends_at };
  const standing = standingOf(row);
  if (standing !== "live" && standing !== "scheduled") {
    return unchanged({ grantId: row.grant_id, state: standing, ...times });
  }
  const state = isOwnedBy(row, actor) ? ("given-back" as const) : ("revoked" as const);
  await tx.query(
    `UPDATE elevation_grant SET state = $3, revoked_at = clock_timestamp(), revoked_by_name = $4, revoke_reason = $5
     WHERE tenant_id = $1 AND grant_id = $2`,
    [tenant, row.grant_id, state, displayNameOf(actor), input.reason],
  );
  const event = await noteElevation(context, {
    act: state,
    grantId: row.grant_id,
    note: input.reason,
    causedBy: row.grant_event_id,
    payload: { kind: row.kind, environment: row.environment, scopes: row.scopes },
  });
  const told = await tellAboutGrant(context, {
    grantId: row.grant_id,
    act: state,
    environment: row.environment,
    scopes: row.scopes,
    endsAt: row.ends_at,
  });
  return audited({ grantId: row.grant_id, state, ...times }, event, ...told);
}

export function isOwnedBy(row: GrantRow, actor: Actor): boolean {
  const person = { issuer: row.person_issuer, subject: row.person_subject };
  return actor.kind === "user" && isSameIdentity(identityOf(actor), person);
}
