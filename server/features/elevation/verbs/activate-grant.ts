import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { ActivateGrantInput, GrantOutcome } from "../schema.ts";
import { noteElevation } from "../writes/note-elevation.ts";
import { tellAboutGrant } from "../writes/tell-about-grant.ts";

/**
 * Opens a grant for the person who calls, with absolute times on the database's clock. Only within a
 * verb that answers for why it may be (an approved request, break-glass): no router has it.
 */
export const activateGrant = verb({
  name: "elevation.activateGrant",
  scope: "runtime.elevation.request",
  input: ActivateGrantInput,
  output: GrantOutcome,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only people are granted elevation.", {
        said: { key: "people.elevated" },
      });
    const grantId = uuidv7();
    const eventId = uuidv7();
    const scopes = [...new Set(input.scopes)].sort();
    const [times] = await tx.query<{ starts_at: Date; ends_at: Date }>(
      `INSERT INTO elevation_grant (tenant_id, grant_id, kind, environment, person_issuer, person_subject, person_name,
         scopes, reason, starts_at, ends_at, state, proof_method, proof_acr, grant_event_id, created_at)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, begins, begins + make_interval(secs => $11), 'granted', $12, $13, $14, now
       FROM (SELECT clock_timestamp() AS now) c, LATERAL (SELECT greatest(now, $10::timestamptz) AS begins) b
       RETURNING starts_at, ends_at`,
      [
        tenant,
        grantId,
        input.kind,
        input.environment,
        actor.issuer,
        actor.subject,
        displayNameOf(actor),
        scopes,
        input.reason,
        input.startsAt,
        input.durationSeconds,
        input.proof?.method ?? null,
        input.proof?.acr ?? null,
        eventId,
      ],
    );
    if (!times) throw new Error("a grant without times");
    const event = await noteElevation(context, {
      act: "granted",
      grantId,
      eventId,
      ...(input.causedBy ? { causedBy: input.causedBy } : {}),
      payload: {
        kind: input.kind,
        environment: input.environment,
        scopes,
        startsAt: times.starts_at.toISOString(),
        endsAt: times.ends_at.toISOString(),
        proof: input.proof,
        reason: input.reason,
      },
    });
    const { environment } = input;
    const told = await tellAboutGrant(context, {
      grantId,
      act: "granted",
      environment,
      scopes,
      endsAt: times.ends_at,
    });
    return audited(
      { grantId, state: "granted" as const, startsAt: times.starts_at, endsAt: times.ends_at },
      event,
      ...told,
    );
  },
});
