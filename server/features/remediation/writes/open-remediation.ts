import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { eventOfFinding, type FindingInBrief, holdFinding } from "#server/features/drift/index.ts";
import type { Actor } from "#server/platform/actor.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import { objectDigest } from "../object-digest.ts";
import type { PolicyInForce } from "../policies-in-force.ts";
import { objectText } from "./move-remediation.ts";

const EXPIRES_AFTER_SECONDS = 3 * 86_400;

interface Opened {
  remediationId: string;
  event: AuditEventDraft;
}

/** Puts a finding's remediation into the worker's hands. Throws `conflict` when its object has one already. */
export async function openRemediation(
  context: VerbContext<unknown>,
  finding: FindingInBrief,
  { mode, policy, reason }: { mode: "review" | "auto"; policy: PolicyInForce; reason: string },
): Promise<Opened> {
  const { tx, tenant, actor } = context;
  const remediationId = uuidv7();
  const eventId = uuidv7();
  const { apiVersion, kind, namespace, name } = finding.object;
  const inserted = await tx.query(
    `INSERT INTO remediation (tenant_id, remediation_id, finding_id, rule, mode, policy_version, cluster, environment,
       api_version, kind, namespace, name, object_digest, state, proposed_by, proposed_by_name, reason, event_id, due_at,
       created_at, updated_at, expires_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'proposed', $14, $15, $16, $17, now, now, now,
       now + make_interval(secs => ${EXPIRES_AFTER_SECONDS}) FROM clock_timestamp() AS now
     ON CONFLICT (tenant_id, cluster, object_digest) WHERE finished_at IS NULL DO NOTHING RETURNING remediation_id`,
    [
      tenant,
      remediationId,
      finding.findingId,
      finding.rule,
      mode,
      policy.version,
      finding.cluster,
      finding.environment,
      apiVersion,
      kind,
      namespace,
      name,
      objectDigest(finding.object),
      JSON.stringify(withoutSession(actor)),
      displayNameOf(actor),
      reason,
      eventId,
    ],
  );
  if (inserted.length === 0) {
    throw new AppError("conflict", "A remediation of this object is under way already.", {
      field: "findingId",
      remedy: "Look how it goes, or withdraw it first.",
      said: { key: "remediationUnderWay" },
    });
  }
  await tx.query(
    `INSERT INTO remediation_step (tenant_id, step_id, remediation_id, state_from, state_to, note, actor_kind, actor_name,
       event_id, at)
     VALUES ($1, $2, $3, NULL, 'proposed', $4, $5, $6, $7, clock_timestamp())`,
    [tenant, uuidv7(), remediationId, reason, actor.kind, displayNameOf(actor), eventId],
  );
  const { findingId } = finding;
  const cause = await eventOfFinding(tx, tenant, findingId);
  await runVouched(holdFinding, context, { findingId, isHeld: true, note: reason, eventId });
  return {
    remediationId,
    event: {
      eventId,
      type: "runtime.drift.remediation-proposed",
      subject: `remediation/${remediationId}`,
      ...(cause ? { causedBy: cause } : {}),
      payload: {
        findingId,
        rule: finding.rule,
        cluster: finding.cluster,
        environment: finding.environment,
        object: objectText({ api_version: apiVersion, kind, namespace, name }),
        mode,
        policyVersion: policy.version,
        reason,
      },
    },
  };
}

/** Who it was, for the approval that is asked for in their name later; the session is nobody's business. */
function withoutSession(actor: Actor): Actor {
  return actor.kind === "user" ? { ...actor, sessionId: "" } : actor;
}
