import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { confirmersOf } from "../manual/confirmers.ts";
import { CompleteManualInput, CompletionChanged } from "../manual/schema.ts";
import { takeEffect } from "../manual/take-effect.ts";
import { lockBinding } from "../rotation-rows.ts";
import { requestedBy } from "../writes/requested-by.ts";

/**
 * A person says that a credential was changed by hand, and gives evidence. Where a second person has
 * to confirm it, it counts only then. No value is asked for, and a text that looks like one is refused.
 */
export const completeManualRotation = verb({
  name: "rotation.completeManual",
  scope: "runtime.secrets.rotate",
  input: CompleteManualInput,
  output: CompletionChanged,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "user") {
      throw new AppError("forbidden", "Only a person can say that it was done.", {
        said: { key: "people.completeManual" },
      });
    }
    const binding = await lockBinding(tx, tenant, input.bindingId);
    if (!binding) throw notFound("secret binding");
    const { rotator } = binding;
    if (rotator.kind !== "manual" || binding.state === "retired") {
      throw new AppError("conflict", "This credential is not changed by hand.", {
        said: { key: "rotation.notByHand" },
        field: "bindingId",
        remedy: "Look at how it is rotated.",
      });
    }
    const [when] = await tx.query<{ at: Date; due_at: Date | null; is_wrong: boolean }>(
      `SELECT coalesce($3, now()) AS at, nullif(limit_key, 'infinity') AS due_at,
         coalesce($3 > clock_timestamp() OR $3 <= last_rotated_at, false) AS is_wrong
       FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2`,
      [tenant, input.bindingId, input.performedAt ?? null],
    );
    if (!when) throw notFound("secret binding");
    if (when.is_wrong) {
      throw new AppError("invalid", "must be after the last time, and not in the future", {
        said: { key: "rotation.wrongTime" },
        field: "performedAt",
      });
    }
    const confirmers = await confirmersOf(tx, binding, rotator);
    const state = confirmers.length > 0 ? "awaiting_confirmation" : "confirmed";
    const [completionId, eventId] = [uuidv7(), uuidv7()];
    const inserted = await tx.query(
      `INSERT INTO manual_completion (tenant_id, completion_id, binding_id, state, performed_at, completed_by,
         completed_at, evidence, confirmers, settled_at, was_due_at, event_id)
       VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(), $7, $8,
         CASE WHEN $4 = 'confirmed' THEN clock_timestamp() END, $9, $10)
       ON CONFLICT (tenant_id, binding_id) WHERE state = 'awaiting_confirmation' DO NOTHING
       RETURNING completion_id`,
      [
        tenant,
        completionId,
        binding.binding_id,
        state,
        when.at,
        JSON.stringify(requestedBy(actor)),
        JSON.stringify(input.evidence),
        confirmers,
        when.due_at,
        eventId,
      ],
    );
    if (inserted.length === 0) {
      throw new AppError("conflict", "A completion waits for a second person already.", {
        said: { key: "rotation.completionWaits" },
        field: "bindingId",
        remedy: "Have it confirmed or rejected first.",
      });
    }
    const dueAt =
      state === "confirmed"
        ? await takeEffect(tx, tenant, { bindingId: binding.binding_id, performedAt: when.at })
        : when.due_at;
    return audited(
      { completionId, state, dueAt },
      {
        eventId,
        type: `runtime.secrets.manual-rotation-${state === "confirmed" ? "completed" : "reported"}`,
        subject: `secret-binding/${binding.binding_id}`,
        payload: {
          completionId,
          credential: binding.name,
          class: binding.class,
          performedAt: when.at.toISOString(),
          wasDueAt: when.due_at?.toISOString() ?? null,
          dueAt: dueAt?.toISOString() ?? null,
          evidence: input.evidence,
          confirmers,
        },
      },
    );
  },
});
