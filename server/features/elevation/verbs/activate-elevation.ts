import "server-only";
import { uuidv7 } from "uuidv7";
import {
  approvalInBrief,
  approvalStandingNow,
  consumeApproval,
  identityOf,
  isSameIdentity,
} from "#server/features/approvals/index.ts";
import { takeFreshProof } from "#server/features/step-up/index.ts";
import { wordsOfBlockers } from "#server/platform/authz/denial-words.ts";
import { savePolicyDecision } from "#server/platform/authz/recorded-decision.ts";
import { demandOf } from "#server/platform/authz/step-up-demand.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { elevationPolicyFacts } from "../elevation-policy-facts.ts";
import { factsOfPerson } from "../facts-of-person.ts";
import { findGrant, lockGrant } from "../grant-rows.ts";
import { type PolicyRow, policyToAskBy } from "../policy-rows.ts";
import {
  type ElevationRequestRow,
  lockElevationRequest,
  prolongedBy,
  subjectDigestOf,
} from "../request-rows.ts";
import { ActivateElevationInput, ActivationOutcome } from "../schema.ts";
import { addProjections } from "../writes/add-projections.ts";
import { extendGrant } from "../writes/extend-grant.ts";
import { noteElevation } from "../writes/note-elevation.ts";
import { activateGrant } from "./activate-grant.ts";

/**
 * Uses an approved request, once: opens the grant, or prolongs the one that it names. Everything is
 * decided again in this one transaction, and the proof of presence is used up for exactly this subject.
 */
export const activateElevation = verb({
  name: "elevation.activate",
  scope: "runtime.elevation.request",
  input: ActivateElevationInput,
  output: ActivationOutcome,
  async run(context) {
    const { tx, tenant, actor, caller, input } = context;
    const row = await lockElevationRequest(tx, tenant, input.requestId);
    const person = { issuer: row.person_issuer, subject: row.person_subject };
    const isOwn = actor.kind === "user" && isSameIdentity(identityOf(actor), person);
    if (row.state === "activated" && isOwn) return unchanged(await alreadyActivated(context, row));
    if (row.state !== "waiting") {
      throw new AppError("conflict", `This request is ${row.state} already.`, {
        said: { key: "elevation.ended", args: { state: row.state } },
        remedy: "Ask again, if it is still needed.",
      });
    }
    const policy = await policyToAskBy(tx, tenant, row.environment);
    const prolongs = prolongedBy(row);
    const grant = prolongs ? await lockGrant(tx, tenant, prolongs) : null;
    const approval = await approvalInBrief(tx, tenant, row.approval_id);
    const standing = await approvalStandingNow(
      tx,
      tenant,
      row.approval_id,
      policy.spec.groups,
      input.approvers,
    );
    const digest = subjectDigestOf(tenant, row);
    const facts = await factsOfPerson(tx, caller, policy, {
      scopes: row.scopes,
      durationSeconds: row.duration_seconds,
      startsAt: row.starts_at,
      prolongs: grant,
      requestId: row.request_id,
    });
    const decision = context.judge.decide({
      action: "ActivateElevation",
      ...elevationPolicyFacts(caller, row.environment, {
        ...facts,
        isOwn,
        isExpired: row.is_expired || approval?.state === "expired",
        isRejected:
          (standing?.isRejected ?? true) ||
          approval?.state === "withdrawn" ||
          approval?.state === "rejected",
        isPolicyCurrent: row.policy_version === policy.version,
        isSubjectCurrent: standing?.subjectDigest === digest,
        missingApprovals: standing?.missing ?? Number.MAX_SAFE_INTEGER,
      }),
    });
    const decisionId = await savePolicyDecision(tx, tenant, decision);
    const { request_id: requestId } = row;
    if (decision.outcome === "deny") {
      const blockers = wordsOfBlockers(decision);
      const refused = await noteElevation(context, {
        act: "activation-refused",
        requestId,
        note: blockers.map(({ words }) => words).join("; "),
        causedBy: row.request_event_id,
        payload: { decisionId, blockers: blockers.map(({ code }) => code) },
      });
      return audited({ outcome: "blocked" as const, requestId, decisionId, blockers }, refused);
    }
    const proof = await proofOf(context, policy, digest);
    const opened = grant
      ? await extendGrant(context, grant, row, proof)
      : await openGrant(context, policy, row, proof);
    const used = await runVouched(consumeApproval, context, {
      requestId: row.approval_id,
      kind: "elevation",
      subjectRef: `elevation-request/${requestId}`,
      subjectDigest: digest,
      approvers: input.approvers,
    });
    // Decided above under the same locks: if this says otherwise nothing at all may happen.
    if (used.output.outcome !== "executed") {
      throw new Error(`the approval was refused: ${used.output.why}`);
    }
    await tx.query(
      `UPDATE elevation_request SET state = 'activated', grant_id = $3, ended_at = clock_timestamp()
       WHERE tenant_id = $1 AND request_id = $2`,
      [tenant, requestId, opened.grantId],
    );
    const { grantId, startsAt, endsAt, events } = opened;
    const [first, ...more] = events;
    if (!first) throw new Error("an activation without an event");
    return audited(
      { outcome: "activated" as const, requestId, grantId, startsAt, endsAt },
      first,
      ...more,
      ...used.events,
    );
  },
});

type Proof = { method: string; acr: string | null } | null;

async function proofOf(
  { tx, caller }: VerbContext<unknown>,
  policy: PolicyRow,
  digest: string,
): Promise<Proof> {
  const demand = demandOf(policy.spec.stepUp);
  if (!demand) return null;
  const { withinSeconds, methods } = demand;
  const bound = { act: "elevation.activate", digest, withinSeconds, methods };
  const { method, acr } = await takeFreshProof(tx, caller, bound);
  return { method, acr };
}

async function openGrant(
  context: VerbContext<unknown>,
  policy: PolicyRow,
  row: ElevationRequestRow,
  proof: Proof,
) {
  const { output, events } = await runVouched(activateGrant, context, {
    kind: "jit",
    environment: row.environment,
    scopes: row.scopes as never,
    reason: row.reason,
    durationSeconds: row.duration_seconds,
    startsAt: row.starts_at,
    proof,
    causedBy: row.request_event_id,
  });
  await addProjections(context, output.grantId, output.startsAt, policy.spec.projections);
  return { ...output, events };
}

async function alreadyActivated({ tx, tenant }: VerbContext<unknown>, row: ElevationRequestRow) {
  const grant = await findGrant(tx, tenant, row.grant_id ?? uuidv7());
  if (!grant) throw new Error("activated, and no grant");
  return {
    outcome: "activated" as const,
    requestId: row.request_id,
    grantId: grant.grant_id,
    startsAt: grant.starts_at,
    endsAt: grant.ends_at,
  };
}
