import "server-only";
import { uuidv7 } from "uuidv7";
import type { z } from "zod";
import { isolated } from "#server/engines/words/isolated.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import { approvalRequirement, askForApproval } from "../rotation-approval.ts";
import { lockBinding } from "../rotation-rows.ts";
import type { OpenedRotation } from "../schema.ts";
import { windowNow } from "../window-now.ts";
import { openRotation } from "./open-rotation.ts";

interface ForceOne {
  bindingId: string;
  reason: string;
  outsideWindow: boolean;
  /** The event of the act that this one is a part of. */
  causedBy?: string;
}

/**
 * Opens a rotation that a person wants now, or asks for its approval; the caller's policy has allowed
 * it. Throws `not_found`, and `conflict` when one is under way or no change window is open: nothing
 * has been written then.
 */
export async function forceOne(
  context: VerbContext<unknown>,
  ask: ForceOne,
): Promise<{
  opened: z.input<typeof OpenedRotation>;
  events: [AuditEventDraft, ...AuditEventDraft[]];
}> {
  const { tx, tenant, actor } = context;
  const binding = await lockBinding(tx, tenant, ask.bindingId);
  if (!binding) throw notFound("secret binding");
  const window = await windowNow(tx, tenant, binding.environment);
  const isOutsideWindow = !window.isOpen;
  if (isOutsideWindow && !ask.outsideWindow) {
    throw new AppError("conflict", "outsideWindow: no change window is open now.", {
      said: {
        key: "rotation.noWindow",
        args: {
          next: window.opensAt ? "known" : "none",
          at: isolated(window.opensAt?.toISOString() ?? ""),
        },
      },
      field: "outsideWindow",
      remedy: `Say that it is to happen outside the window, and why${
        window.opensAt ? `; the next opens ${window.opensAt.toISOString()}` : ""
      }.`,
    });
  }
  const [eventId, rotationId] = [uuidv7(), uuidv7()];
  const requirement = await approvalRequirement(tx, binding);
  const asked = requirement
    ? await askForApproval(context, binding, { rotationId, requirement, reason: ask.reason })
    : null;
  const how = { by: actor, trigger: "forced", eventId, rotationId } as const;
  const approvalId = asked?.requestId ?? null;
  const opened = await openRotation(tx, tenant, binding, { ...how, approvalId, isOutsideWindow });
  return {
    opened,
    events: [
      {
        eventId,
        type: "runtime.secrets.rotation-requested",
        subject: `secret-binding/${binding.binding_id}`,
        ...(ask.causedBy ? { causedBy: ask.causedBy } : {}),
        payload: {
          rotationId: opened.rotationId,
          credential: binding.name,
          trigger: "forced",
          reason: ask.reason,
          isOutsideWindow,
          approvalId,
        },
      },
      ...(asked?.events ?? []),
    ],
  };
}
