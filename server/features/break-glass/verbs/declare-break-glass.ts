import "server-only";
import { uuidv7 } from "uuidv7";
import {
  displayNameOf,
  isSameIdentity,
  requestApproval,
} from "#server/features/approvals/index.ts";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { approvedFields, type PrincipalRow, principalRef } from "../principal-rows.ts";
import { DeclareBreakGlassInput, PrincipalOutcome } from "../schema.ts";

/**
 * Declares who may break glass where, with which scopes, and for how long at most. It takes the approval
 * of a second sovereign-admin; until then it can't be used. Nobody declares themselves.
 */
export const declareBreakGlass = verb({
  name: "breakGlass.declare",
  scope: "runtime.break-glass.declare",
  input: DeclareBreakGlassInput,
  output: PrincipalOutcome,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only people declare this.", {
        said: { key: "people.declareBreakGlass" },
      });
    const { issuer, subject, personName, environment, scopes, maxMinutes, reason } = input;
    if (isSameIdentity(actor, { issuer, subject })) {
      throw new AppError("forbidden", "Nobody declares themselves.", {
        said: { key: "breakGlass.ownself" },
      });
    }
    const principalId = uuidv7();
    const eventId = uuidv7();
    const row = {
      principal_id: principalId,
      person_issuer: issuer,
      person_subject: subject,
      environment,
      scopes,
      max_minutes: maxMinutes,
    } as unknown as PrincipalRow;
    const asked = await runWithin(requestApproval, context, {
      kind: "break-glass",
      subjectRef: principalRef(principalId),
      subject: approvedFields(row, "declare"),
      reason,
    });
    const inserted = await tx.query(
      `INSERT INTO break_glass_principal (tenant_id, principal_id, person_issuer, person_subject, person_name, environment,
         scopes, max_minutes, reason, state, approval_id, declared_by_name, declare_event_id, declared_at, is_demo)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'declared', $10, $11, $12, clock_timestamp(), $13)
       ON CONFLICT (tenant_id, person_issuer, person_subject, environment)
         WHERE state IN ('declared', 'active', 'retiring') DO NOTHING RETURNING principal_id`,
      [
        tenant,
        principalId,
        issuer,
        subject,
        personName,
        environment,
        scopes,
        maxMinutes,
        reason,
        asked.output.requestId,
        displayNameOf(actor),
        eventId,
        // Marked for ever: in production it is not in force.
        env().CONSOLE_MODE === "demo",
      ],
    );
    if (inserted.length === 0) {
      throw new AppError("conflict", `They are declared for ${environment} already.`, {
        said: { key: "breakGlass.declaredAlready", args: { environment } },
        field: "subject",
        remedy: "Retire that declaration first.",
      });
    }
    return audited(
      { principalId, state: "declared" as const, approvalId: asked.output.requestId },
      {
        eventId,
        type: "runtime.access.break-glass-declared",
        subject: principalRef(principalId),
        payload: { issuer, subject, environment, scopes, maxMinutes, reason },
      },
      ...asked.events,
    );
  },
});
