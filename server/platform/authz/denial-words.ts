import { isolated } from "#server/engines/words/isolated.ts";
import type { Said } from "../errors/said.ts";
import { exchangeSaid } from "./governed-decision.ts";
import type { PolicyDecision } from "./policy-request.ts";

/** What each rule that forbids says, and each failure of a governance engine. */
const WORDS: Record<string, string> = {
  "forbid-deploy-by-a-person": "only a pipeline carries out a deployment, with a token of its own",
  "forbid-deploy-expired": "the request's time is over",
  "forbid-deploy-ended": "the request is not waiting any more",
  "forbid-deploy-frozen": "the environment is frozen",
  "forbid-deploy-outside-window": "outside the change window",
  "forbid-deploy-waiting-time": "the waiting time is not over",
  "forbid-deploy-policy-changed": "the environment's policy changed after the approvals were given",
  "forbid-deploy-subject-changed": "what is to be deployed is not what was approved",
  "forbid-deploy-untrusted-registry": "an image comes from a registry that is not trusted",
  "forbid-deploy-provenance-missing": "provenance missing",
  "forbid-deploy-gate-unmet": "the gate on vulnerabilities and bills of materials is not met",
  "forbid-deploy-merge-not-approved": "the merge is not approved",
  "forbid-deploy-elevation-missing": "no live elevation",
  "forbid-deploy-rejected": "it was rejected",
  "forbid-deploy-approvals-missing": "approvals are missing",
  "forbid-elevate-by-machine": "only people are elevated",
  "forbid-elevate-not-offered": "your roles may not ask for this there",
  "forbid-elevate-too-long": "it is longer than the environment allows",
  "forbid-elevate-too-far-ahead": "it starts later than the environment allows",
  "forbid-elevate-too-many": "you hold or wait for as many grants there as the environment allows",
  "forbid-elevate-grant-over": "the grant is over, so it can't be prolonged",
  "forbid-activate-not-own": "somebody else asked for it",
  "forbid-activate-expired": "the request's time is over",
  "forbid-activate-rejected": "it was rejected or taken back",
  "forbid-activate-approvals-missing": "approvals are missing",
  "forbid-activate-policy-changed": "the elevation policy changed after the approvals were given",
  "forbid-activate-subject-changed": "what is asked for is not what was approved",
  "forbid-manage-elevation-by-machine": "only people say what may be asked for",
  "forbid-manage-elevation-while-elevated":
    "you hold a grant there: give it back before you change what may be asked for",
  "forbid-manage-environment-by-machine": "only people say what an environment demands",
  "forbid-rotate-inactive": "the credential is retired or its secret is missing",
  "forbid-rotate-not-automatable":
    "this credential has no rotator, so the console cannot rotate it",
  "forbid-amend-foreign-request": "only the requester changes or withdraws a request",
  "forbid-create-tenant-elsewhere":
    "tenants are created in the Sovereign's own context, not from inside another tenant",
  "forbid-onboard-tenant-elsewhere":
    "onboarding is the Sovereign's, in its own context, not from inside another tenant",
  "forbid-offboard-tenant-elsewhere":
    "offboarding is the Sovereign's, in its own context, not from inside another tenant",
  "forbid-begin-onboarding-unapproved":
    "a second person has to approve a tenant with a production environment",
  "forbid-label-tenant-elsewhere":
    "labels are the Sovereign's to give, in its own context, not from inside another tenant",
  "forbid-manage-admission-elsewhere":
    "which clusters ask, and whose their namespaces are, is the Sovereign's to say",
  "forbid-manage-rotation-target-elsewhere":
    "where rotations log in is the Sovereign's to say, in its own context, not from inside another tenant",
  "forbid-decide-by-machine": "only people decide",
  "forbid-decide-own-access": "nobody decides about their own access",
  "forbid-decide-access-by-machine": "only people review access",
  "forbid-decide-access-by-others": "this review is answered by other roles",
  "forbid-break-glass-undeclared":
    "you are not declared for this, or the declaration is not in force",
  "forbid-break-glass-standing-rights":
    "break-glass accounts have no other role; somebody with a role asks for elevation",
  "forbid-break-glass-unreviewed": "the use before has not been reviewed by somebody else yet",
  "forbid-review-own-break-glass": "whoever broke glass does not review it, and no machine does",
  "governance-unreachable": "the governance engine could not be reached",
  "governance-timeout": "the governance engine did not answer in time",
  "governance-tls": "the governance engine's certificate could not be verified",
  "governance-credential": "the console has no valid credential for the governance engine",
  "governance-redirect": "the governance engine pointed elsewhere, which is not followed",
  "governance-http-status": "the governance engine answered with an error",
  "governance-content-type": "the governance engine's answer is not JSON",
  "governance-too-large": "the governance engine's answer is too large",
  "governance-malformed": "the governance engine's answer is malformed",
  "governance-decision-not-boolean": "the governance engine's answer holds no decision",
  "governance-wrong-count": "the governance engine did not answer every question",
  "governance-wrong-request-id": "the governance engine answered another question",
  "forbid-mark-leaked-by-machine": "only people say that a value leaked",
  "forbid-decide-own-request": "the requester, and the human behind a caller, never decides",
};

/** Every blocker at once: the id of the policy that forbids, and what it says. */
export function wordsOfBlockers(decision: PolicyDecision): { code: string; words: string }[] {
  const blockers = [
    ...decision.reasons.map((reason) => ({ code: reason, words: wordsOf(reason, decision) })),
    ...decision.errors.map((error) =>
      WORDS[error]
        ? { code: error, words: WORDS[error] }
        : { code: "policy-error", words: `the policy could not be evaluated (${error})` },
    ),
  ];
  return blockers.length > 0
    ? blockers
    : [{ code: "not-permitted", words: "no policy permits it" }];
}

function wordsOf(reason: string, { exchange }: PolicyDecision): string {
  if (reason !== "governance-denied") return WORDS[reason] ?? reason;
  const why = exchange ? exchangeSaid(exchange).reasons.join("; ") : "";
  return `the governance engine refused it${why ? `: ${why}` : ""}`;
}

/** Every blocker at once, in words. */
export function wordsForDecision(decision: PolicyDecision): string {
  return `Blocked because: ${wordsOfBlockers(decision)
    .map(({ words }) => words)
    .join("; ")}.`;
}

/** Every blocker at once, as a sentence of other languages. */
export function denialSaid(decision: PolicyDecision): Said {
  const why = [
    ...decision.reasons.map((reason) => reasonSaid(reason, decision)),
    ...decision.errors.map((error) =>
      WORDS[error]
        ? because(error)
        : { key: "because.policy-error", args: { error: isolated(error) } },
    ),
  ];
  return { key: "blocked", parts: { why: why.length > 0 ? why : [because("not-permitted")] } };
}

function reasonSaid(reason: string, { exchange }: PolicyDecision): Said | string {
  if (reason !== "governance-denied") return WORDS[reason] ? because(reason) : isolated(reason);
  const why = exchange ? exchangeSaid(exchange).reasons.map(isolated) : [];
  return why.length > 0
    ? { key: "because.governance-denied-saying", parts: { why } }
    : because(reason);
}

function because(code: string): Said {
  return { key: `because.${code}` };
}
