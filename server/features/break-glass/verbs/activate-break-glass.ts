import "server-only";
import { uuidv7 } from "uuidv7";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { activateGrant } from "#server/features/elevation/index.ts";
import { takeFreshProof } from "#server/features/step-up/index.ts";
import { scopesOfRoles } from "#server/platform/authz/scopes.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { breakGlassFacts, lockPrincipal, principalRef } from "../principal-rows.ts";
import { ACT, PROOF_SECONDS, requestDigest } from "../request-digest.ts";
import { BreakGlassActivated, BreakGlassRequest } from "../schema.ts";
import { isReviewDue } from "../use-rows.ts";

/** What the role itself gives: the use, and a second factor of one's own. */
const OWN_RIGHTS = scopesOfRoles(["break-glass"]);

/**
 * Breaks glass: the declared person has the declared scopes at once, without approval, by a factor given
 * just now for exactly this request, for minutes. Everybody else is alerted in the same transaction, and
 * the next use waits until somebody else has reviewed this one.
 */
export const activateBreakGlass = verb({
  name: ACT,
  scope: "runtime.break-glass.use",
  policy: "BreakGlass",
  input: BreakGlassRequest,
  output: BreakGlassActivated,
  async facts({ tx, tenant, caller, input }) {
    // Locked from here to the commit: of two uses at once the second sees the first.
    const row = await lockPrincipal(tx, tenant, input.principalId);
    const standing = caller.elevation?.standing ?? caller.scopes;
    return breakGlassFacts(caller, row, {
      isReviewDue: await isReviewDue(tx, tenant, row),
      hasStandingRights: [...standing].some((scope) => !OWN_RIGHTS.has(scope)),
    });
  },
  async run(context) {
    const { tx, tenant, actor, caller, input } = context;
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only people break glass.", {
        said: { key: "people.breakGlass" },
      });
    const row = await lockPrincipal(tx, tenant, input.principalId);
    const { minutes, reason } = input;
    if (minutes > row.max_minutes) {
      throw new AppError("invalid", `minutes: at most ${row.max_minutes} are declared`, {
        said: { key: "breakGlass.tooLong", args: { most: row.max_minutes } },
        field: "minutes",
      });
    }
    const digest = requestDigest(tenant, row, input);
    const proof = await takeFreshProof(tx, caller, {
      act: ACT,
      digest,
      withinSeconds: PROOF_SECONDS,
    });
    const useId = uuidv7();
    const eventId = uuidv7();
    const granted = await runVouched(activateGrant, context, {
      kind: "break-glass",
      environment: row.environment as never,
      scopes: row.scopes as never,
      reason,
      durationSeconds: minutes * 60,
      proof: { method: proof.method, acr: proof.acr },
      causedBy: eventId,
    });
    const { grantId, startsAt, endsAt } = granted.output;
    const alert = await runVouched(raiseAlert, context, {
      kind: "break-glass",
      severity: "critical",
      subjectRef: `break-glass-use/${useId}`,
      detail:
        `${row.person_name} has broken glass on ${row.environment} for ${minutes} min: ${reason}`.slice(
          0,
          2000,
        ),
    });
    await tx.query(
      `INSERT INTO break_glass_use (tenant_id, use_id, principal_id, grant_id, reason, request_digest, use_event_id, alert_id,
         started_at, ends_at, review, person_issuer, person_subject)
       VALUES ($1, $2, $3, $4, $5, decode($6, 'hex'), $7, $8, $9, $10, 'due', $11, $12)`,
      [
        tenant,
        useId,
        row.principal_id,
        grantId,
        reason,
        digest,
        eventId,
        alert.output.alertId,
        startsAt,
        endsAt,
        row.person_issuer,
        row.person_subject,
      ],
    );
    return audited(
      { useId, grantId, startsAt, endsAt },
      {
        eventId,
        type: "runtime.access.break-glass-used",
        subject: principalRef(row.principal_id),
        payload: {
          useId,
          grantId,
          environment: row.environment,
          scopes: row.scopes,
          minutes,
          endsAt: endsAt.toISOString(),
          reason,
          digest,
          proof: { method: proof.method, acr: proof.acr },
        },
      },
      ...granted.events,
      ...alert.events,
    );
  },
});
