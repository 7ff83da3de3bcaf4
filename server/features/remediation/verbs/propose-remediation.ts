import "server-only";
import { findingInBrief } from "#server/features/drift/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { policyInForce } from "../policies-in-force.ts";
import { ProposeInput, RemediationOutcome } from "../schema.ts";
import { type WhyNot, whyNotRemedied } from "../why-not-remedied.ts";
import { openRemediation } from "../writes/open-remediation.ts";

const WORDS: Partial<Record<WhyNot, [message: string, remedy: string]>> = {
  secret: [
    "The console holds no value of a Secret, so it can't write one.",
    "Rotate the credential, or let the operator that owns the Secret write it again.",
  ],
  "no-object": [
    "This finding is about what several objects do together.",
    "Look at the isolation matrix, and propose to mend the objects that are named there.",
  ],
  "not-comparable": [
    "What is desired and what is there could not be compared.",
    "Mend what the finding names first; the next look compares them again.",
  ],
  "made-by-controller": [
    "This object is made by a controller, which would undo what is applied.",
    "Mend the workload that it comes from, or deploy what was approved.",
  ],
  "switched-off": [
    "Remediation of this rule is switched off.",
    "A sovereign-admin may change the policy in the Sovereign's context.",
  ],
};

/** Proposes to mend a finding. The worker dry-runs it, then another person approves exactly what that showed. */
export const proposeRemediation = verb({
  name: "remediation.propose",
  scope: "runtime.remediations.propose",
  input: ProposeInput,
  output: RemediationOutcome,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "user" && actor.kind !== "service") {
      throw new AppError("forbidden", "Only people and service callers propose.", {
        said: { key: "people.propose" },
      });
    }
    const finding = await findingInBrief(tx, tenant, input.findingId, { hold: true });
    if (!finding) throw notFound("drift finding");
    const policy = await policyInForce(tx, finding.rule);
    const why = await whyNotRemedied(tx, tenant, finding, policy);
    if (why) throw refusal(why);
    const { reason } = input;
    const { remediationId, event } = await openRemediation(context, finding, {
      mode: "review",
      policy,
      reason,
    });
    return audited({ remediationId, state: "proposed" as const }, event);
  },
});

function refusal(why: WhyNot): AppError {
  const [message, remedy] = WORDS[why] ?? [
    why === "in-progress"
      ? "A remediation of this object is under way already."
      : `This finding is ${why}.`,
    "Reload to see how it stands.",
  ];
  return new AppError("conflict", message, {
    field: "findingId",
    remedy,
    said: { key: `remediation.${why}` },
  });
}
