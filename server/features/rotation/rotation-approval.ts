import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { type Requirement, requestApproval } from "#server/features/approvals/index.ts";
import { currentRules } from "#server/features/secret-policies/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { runWithin } from "#server/platform/run-within.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { BindingRow } from "./rotation-rows.ts";

/** Kinds that nobody rotates alone, whatever a policy says. */
const ALWAYS_APPROVED: ReadonlySet<string> = new Set([
  "openbao-transit",
  "azure-key",
  "openbao-pki-root",
  "openbao-pki-intermediate",
]);

const KEY_CLASSES: ReadonlySet<string> = new Set(["signing-key", "root-ca", "intermediate-ca"]);

/** Who must approve a rotation of this credential now; null when nobody has to. */
export async function approvalRequirement(
  tx: TenantTx,
  binding: BindingRow,
): Promise<Requirement | null> {
  // By the policies in force at this moment, not as last applied: an approval is never missed.
  const { requireApproval } = (await currentRules(tx)).of(binding.class);
  const roles = new Set(requireApproval);
  const isKey = KEY_CLASSES.has(binding.class) || ALWAYS_APPROVED.has(binding.rotator.kind);
  if (isKey || roles.size > 0) roles.add("security-officer");
  if (roles.size === 0) return null;
  return [...roles].sort().map((role) => ({ role: role as Requirement[number]["role"], count: 1 }));
}

/** What is approved: this rotation of this credential, where and how it is bound now. */
export function approvedFields(rotationId: string, binding: BindingRow): Record<string, JsonValue> {
  return {
    rotationId,
    bindingId: binding.binding_id,
    credential: binding.name,
    class: binding.class,
    environment: binding.environment,
    path: binding.path,
    rotator: binding.rotator as JsonValue,
    graceSeconds: binding.grace_seconds,
  };
}

export function approvalRef(rotationId: string): string {
  return `rotation/${rotationId}`;
}

/** Asks for the approval of a rotation that is about to be opened, in the same transaction. */
export async function askForApproval(
  context: VerbContext<unknown>,
  binding: BindingRow,
  ask: { rotationId: string; requirement: Requirement; reason: string },
): Promise<{ requestId: string; events: readonly AuditEventDraft[] }> {
  const { output, events } = await runWithin(requestApproval, context, {
    kind: "rotation",
    subjectRef: approvalRef(ask.rotationId),
    subject: approvedFields(ask.rotationId, binding),
    requirement: ask.requirement,
    reason: ask.reason,
  });
  return { requestId: output.requestId, events };
}
