import "server-only";
import { displayNameOf, identityOf, isSameIdentity } from "#server/features/approvals/index.ts";
import type { Actor } from "#server/platform/actor.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { elevationPolicyFacts } from "../elevation-policy-facts.ts";
import { type GrantRow, lockGrant, standingOf } from "../grant-rows.ts";
import { GrantOutcome, RevokeGrantInput } from "../schema.ts";
import { noteElevation } from "../writes/note-elevation.ts";
import { tellAboutGrant } from "../writes/tell-about-grant.ts";

/**
 * Ends a grant now: it bites on the next call everywhere, and acts under way with it come first or are
 * refused. One's own is given back; anybody else's takes the scope to revoke. Where the grant is
 * projected it counts as revoking until that is seen to be gone.
 */
export const revokeGrant = verb({
  name: "elevation.revokeGrant",
  scope: "runtime.elevation.read",
  policy: "RevokeElevation",
  input: RevokeGrantInput,
  output: GrantOutcome,
  async facts({ tx, tenant, caller, input }) {
    const row = await lockGrant(tx, tenant, input.grantId);
    return elevationPolicyFacts(caller, row.environment, { isOwn: isOwnedBy(row, caller.actor) });
  },
  async run(context) {
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
  },
});

function isOwnedBy(row: GrantRow, actor: Actor): boolean {
  const person = { issuer: row.person_issuer, subject: row.person_subject };
  return actor.kind === "user" && isSameIdentity(identityOf(actor), person);
}
