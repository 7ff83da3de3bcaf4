import "server-only";
import type { Caller } from "#server/platform/actor.ts";
import { identityText, policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import type { CedarEntity, PolicyRequest } from "#server/platform/authz/policy-request.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { RequestRow } from "./approval-rows.ts";
import { shownState } from "./approval-views.ts";
import { quorumSubjectOf } from "./quorum-of.ts";
import { identityOf, isSameIdentity } from "./requester.ts";

/** What Cedar judges when somebody decides a request. */
export function decisionFacts(
  caller: Caller,
  row: RequestRow,
  context: { decision: string; subjectDigestMatches: boolean },
): Omit<PolicyRequest, "action"> {
  return factsAbout(caller, row, context);
}

/** What Cedar judges when somebody changes or withdraws a request. */
export function amendmentFacts(
  caller: Caller,
  row: RequestRow,
  amendment: "revise" | "withdraw",
): Omit<PolicyRequest, "action"> {
  const isRequester =
    caller.actor.kind === row.requester_kind &&
    isSameIdentity(identityOf(caller.actor), quorumSubjectOf(row).requester);
  return factsAbout(caller, row, { amendment, isRequester });
}

function factsAbout(
  caller: Caller,
  row: RequestRow,
  context: PolicyRequest["context"],
): Omit<PolicyRequest, "action"> {
  const principal = policyPrincipal(caller);
  const { requester, human } = quorumSubjectOf(row);
  const user = (identity: typeof requester) => ({
    __entity: { type: "User", id: identityText(identity) },
  });
  const resource: CedarEntity = {
    uid: { type: "ApprovalRequest", id: row.request_id },
    attrs: {
      kind: row.kind,
      state: row.state,
      requester: user(requester),
      ...(typeof human === "object" ? { human: user(human) } : {}),
    },
    parents: [{ type: "Tenant", id: caller.tenant }],
  };
  return {
    principal: principal.uid,
    resource: resource.uid,
    context,
    entities: [principal, resource],
  };
}

/** Throws `conflict` unless the request is in one of these states by the database's clock. */
export function assertStill(row: RequestRow, ...states: RequestRow["state"][]): void {
  const state = shownState(row);
  if (states.includes(state)) return;
  throw new AppError("conflict", `This request is ${state} already.`, {
    remedy: state === "expired" ? "Ask for the approval again." : "Reload to see how it ended.",
    said: { key: `already.${state}` },
  });
}

/** Throws `stale` when what was seen is not what is asked for now. */
export function assertSameSubject(row: RequestRow, subjectDigest: string): void {
  if (row.subject_digest.toString("hex") === subjectDigest) return;
  throw new AppError("stale", "What you were shown has changed since.", {
    field: "subjectDigest",
    remedy: "Reload, read what is asked for now, and decide again.",
    said: { key: "subjectChanged" },
  });
}
