import "server-only";
import { uuidv7 } from "uuidv7";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { type FindingInBrief, findingInBrief } from "#server/features/drift/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { openBreakerOf, remediationsOfLate } from "../breaker-rows.ts";
import { objectDigest } from "../object-digest.ts";
import { modeFor, type PolicyInForce, policyInForce } from "../policies-in-force.ts";
import { ProposeAutomaticallyInput, ProposedAutomatically } from "../schema.ts";
import { whyNotRemedied } from "../why-not-remedied.ts";
import { objectText } from "../writes/move-remediation.ts";
import { openRemediation } from "../writes/open-remediation.ts";

/**
 * Mends a finding without asking, where the Sovereign's policy lets it happen. An object that came back too often
 * opens its breaker instead: then nothing happens to it by itself until a person has looked.
 */
export const proposeAutomatically = verb({
  name: "remediation.proposeAutomatically",
  scope: "runtime.remediations.execute",
  input: ProposeAutomaticallyInput,
  output: ProposedAutomatically,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const finding = await findingInBrief(tx, tenant, input.findingId, { hold: true });
    if (!finding) throw notFound("drift finding");
    const policy = await policyInForce(tx, finding.rule);
    const isAutomatic = modeFor(policy, finding.object) === "auto" && finding.rule !== "unmanaged";
    const why = await whyNotRemedied(tx, tenant, finding, policy);
    const { cluster } = finding;
    const digest = objectDigest(finding.object);
    if (!isAutomatic || why || (await openBreakerOf(tx, tenant, cluster, digest))) {
      return unchanged({ outcome: "nothing" as const });
    }
    const { breakerCount, breakerWindowSeconds: windowSeconds } = policy.spec;
    const count = await remediationsOfLate(tx, tenant, { cluster, digest, windowSeconds });
    if (count >= breakerCount) return openBreaker(context, finding, policy, count);
    const { event } = await openRemediation(context, finding, {
      mode: "auto",
      policy,
      reason: `Version ${policy.version} of the policy for ${finding.rule} lets it happen by itself.`,
    });
    return audited({ outcome: "proposed" as const }, event);
  },
});

async function openBreaker(
  context: VerbContext<unknown>,
  { object, cluster, rule, findingId }: FindingInBrief,
  { spec, version }: PolicyInForce,
  count: number,
) {
  const { tx, tenant } = context;
  const breakerId = uuidv7();
  const eventId = uuidv7();
  const { apiVersion: api_version, kind, namespace, name } = object;
  await tx.query(
    `INSERT INTO remediation_breaker (tenant_id, breaker_id, cluster, object_digest, rule, api_version, kind, namespace,
       name, count, window_seconds, opened_at, event_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, clock_timestamp(), $12)`,
    [
      tenant,
      breakerId,
      cluster,
      objectDigest(object),
      rule,
      api_version,
      kind,
      namespace,
      name,
      count,
      spec.breakerWindowSeconds,
      eventId,
    ],
  );
  const text = objectText({ api_version, kind, namespace, name });
  const { events } = await runVouched(raiseAlert, context, {
    kind: "remediation-breaker-open",
    severity: "critical",
    subjectRef: `remediation-breaker/${breakerId}`,
    detail: `${cluster}: ${text} came back after ${count} remediations; somebody else keeps changing it.`,
  });
  return audited(
    { outcome: "breaker-opened" as const },
    {
      eventId,
      type: "runtime.drift.remediation-breaker-opened",
      subject: `remediation-breaker/${breakerId}`,
      outcome: "failed",
      payload: { findingId, rule, cluster, object: text, count, policyVersion: version },
    },
    ...events,
  );
}
