import "server-only";
import { uuidv7 } from "uuidv7";
import type { TenantTx } from "../db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "../tenancy/authorized-tenant.ts";
import { exchangeSaid } from "./governed-decision.ts";
import { policyTexts } from "./policy-engine.ts";
import type { PolicyDecision } from "./policy-request.ts";

/** Records a decision with its digests, in the transaction it decides about. Returns its id. */
export async function savePolicyDecision(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  decision: PolicyDecision,
): Promise<string> {
  const decisionId = uuidv7();
  const [stored] = await tx.query<{ texts: number }>(
    `WITH made AS (INSERT INTO policy_decision (tenant_id, decision_id, action, outcome, policy_set_digest, schema_digest,
       engine_version, request, entities, reasons, errors, digest, engine, exchange, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, clock_timestamp()))
     SELECT count(*)::int AS texts FROM policy_set WHERE tenant_id = $1 AND digest IN ($5, $6)`,
    [
      tenant,
      decisionId,
      decision.action,
      decision.outcome,
      decision.policySetDigest,
      decision.schemaDigest,
      decision.engineVersion,
      decision.request,
      decision.entities,
      decision.reasons,
      decision.errors,
      decision.digest,
      decision.engine,
      decision.exchange,
    ],
  );
  if (stored?.texts !== 2) await storeTexts(tx, tenant);
  return decisionId;
}

/** Rules change; what a decision was made from stays, so that it can be made again (law 11). */
async function storeTexts(tx: TenantTx, tenant: AuthorizedTenantId): Promise<void> {
  const { policySet, schema } = policyTexts();
  await tx.query(
    `INSERT INTO policy_set (tenant_id, digest, body)
     SELECT $1, sha256(convert_to(body, 'UTF8')), body FROM unnest($2::text[]) AS body
     ON CONFLICT (tenant_id, digest) DO NOTHING`,
    [tenant, [policySet, schema]],
  );
}

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
