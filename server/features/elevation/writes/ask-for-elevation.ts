import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { displayNameOf, identityOf, requestApproval } from "#server/features/approvals/index.ts";
import { takeFreshProof } from "#server/features/step-up/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { RoleScope } from "#server/platform/authz/scopes.ts";
import { demandOf } from "#server/platform/authz/step-up-demand.ts";
import { runVouched } from "#server/platform/run-within.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { PolicyRow } from "../policy-rows.ts";
import { subjectFields } from "../request-rows.ts";
import { noteElevation } from "./note-elevation.ts";

interface Asked {
  readonly policy: PolicyRow;
  readonly scopes: readonly RoleScope[];
  readonly durationSeconds: number;
  readonly startsAt: Date | null;
  readonly reason: string;
  /** The grant to prolong; null for a new one. */
  readonly prolongs: string | null;
}

/** Puts a request before its approvers: for the two verbs that ask. */
export async function askForElevation(context: VerbContext<unknown>, asked: Asked) {
  const { tx, tenant, actor, caller } = context;
  const { policy, durationSeconds, startsAt, reason, prolongs } = asked;
  const { environment, version, spec } = policy;
  const person = identityOf(actor);
  const scopes = [...new Set(asked.scopes)].sort();
  const digest = createHash("sha256")
    .update(
      canonicalJson({
        tenant,
        person: { ...person },
        environment,
        scopes,
        durationSeconds,
        startsAt: startsAt?.toISOString() ?? null,
        prolongs,
      }),
    )
    .digest();
  const demand = demandOf(spec.stepUp);
  if (demand?.whenAsking) {
    const { withinSeconds, methods } = demand;
    const bound = { act: "elevation.request", digest: digest.toString("hex") };
    await takeFreshProof(tx, caller, { ...bound, withinSeconds, methods });
  }
  const requestId = uuidv7();
  const eventId = uuidv7();
  const { output: approval, events } = await runVouched(requestApproval, context, {
    kind: "elevation",
    subjectRef: `elevation-request/${requestId}`,
    subject: subjectFields({
      request_id: requestId,
      environment,
      kind: prolongs ? "extension" : "grant",
      scopes,
      duration_seconds: durationSeconds,
      starts_at: startsAt,
      policy_version: version,
      prolongs,
    }),
    requirement: spec.groups,
    reason,
    expiresInSeconds: spec.expirySeconds,
  });
  const [row] = await tx.query<{ expires_at: Date }>(
    `INSERT INTO elevation_request (tenant_id, request_id, environment, kind, grant_id, person_issuer, person_subject,
       person_name, scopes, reason, duration_seconds, starts_at, policy_version, request_digest, approval_id, state,
       request_event_id, created_at, expires_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, a.request_id, 'waiting', $15,
       a.created_at, a.expires_at
     FROM approval_request a WHERE a.tenant_id = $1 AND a.request_id = $16 RETURNING expires_at`,
    [
      tenant,
      requestId,
      environment,
      prolongs ? "extension" : "grant",
      prolongs,
      person.issuer,
      person.subject,
      displayNameOf(actor),
      scopes,
      reason,
      durationSeconds,
      startsAt,
      version,
      digest,
      eventId,
      approval.requestId,
    ],
  );
  if (!row) throw new Error("a request without its approval");
  const requested = await noteElevation(context, {
    act: "requested",
    requestId,
    grantId: null,
    note: reason,
    eventId,
    payload: {
      environment,
      scopes,
      durationSeconds,
      startsAt: startsAt?.toISOString() ?? null,
      prolongs,
      policyVersion: version,
      subjectDigest: approval.subjectDigest,
    },
  });
  const output = {
    requestId,
    approvalId: approval.requestId,
    state: "waiting" as const,
    subjectDigest: approval.subjectDigest,
    expiresAt: row.expires_at,
  };
  const all: [AuditEventDraft, ...AuditEventDraft[]] = [requested, ...events];
  return { output, events: all };
}
