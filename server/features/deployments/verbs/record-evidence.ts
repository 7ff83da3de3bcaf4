import "server-only";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { isWaiting } from "#server/engines/deployments/state-machine.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { deploymentEvent } from "../deployment-events.ts";
import { imagesOf, lockDeployment, revisionKey } from "../deployment-rows.ts";
import { holdEnvironment } from "../environment-rows.ts";
import { type Evidence, policyDigest, provenanceOf } from "../evidence.ts";
import { RecordEvidenceInput, RecordOutcome } from "../evidence-schema.ts";
import { addVerdicts } from "../writes/add-verdicts.ts";
import { renewRequest } from "../writes/renew-request.ts";

/**
 * Records what was found of a request's images. It becomes part of the approval subject: a finding that
 * differs makes a new revision, and approvals given before are stale. Nothing is recorded where anything
 * that was looked at has changed meanwhile.
 */
export const recordEvidence = verb({
  name: "deployments.recordEvidence",
  scope: "runtime.deployments.tend",
  input: RecordEvidenceInput,
  output: RecordOutcome,
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    const outdated = () =>
      unchanged({
        outcome: "outdated" as const,
        revision: row.revision,
        provenance: row.provenance,
      });
    if (!isWaiting(row.state) || row.is_expired || row.revision !== input.revision) {
      return outdated();
    }
    const environment = await holdEnvironment(tx, tenant, row.environment, "share");
    if (environment?.version !== input.policyVersion) return outdated();
    if (row.policy_version !== input.policyVersion) return outdated();
    if (Boolean(environment.spec.mergeApprovals) !== (input.merge !== null)) return outdated();
    if (input.merge && input.merge.change !== row.change_ref) return outdated();
    const images = (await imagesOf(tx, tenant, [row])).get(revisionKey(row)) ?? [];
    const wanted = [...new Set(images.map(({ digest }) => digest))].sort();
    if (canonicalJson(wanted) !== canonicalJson(input.images.map(({ image }) => image).sort())) {
      return outdated();
    }
    const attached = await tx.query<{ digest: string; kind: string }>(
      `SELECT encode(digest, 'hex') AS digest, kind FROM deployment_attachment
       WHERE tenant_id = $1 AND deployment_id = $2 ORDER BY digest`,
      [tenant, row.deployment_id],
    );
    const digests = attached.map(({ digest }) => digest);
    if (canonicalJson(digests) !== canonicalJson(input.attachments.toSorted())) return outdated();
    const evidence: Evidence = {
      trustedRoot: input.trustedRoot,
      policy: policyDigest(environment.spec),
      attestations: attached
        .filter(({ kind }) => kind === "attestation")
        .map((each) => each.digest),
      images: input.images.map(({ image, verdict, gate, vulnerabilities, sboms }) => ({
        image,
        verdict,
        gate,
        vulnerabilities: vulnerabilities.map(({ attachment }) => attachment),
        sboms: sboms.map(({ attachment }) => attachment),
      })),
      ...(input.merge ? { merge: input.merge } : {}),
    };
    const provenance = provenanceOf(input.images);
    await tx.query(
      "UPDATE deployment_request SET evidence_due = false WHERE tenant_id = $1 AND deployment_id = $2",
      [tenant, row.deployment_id],
    );
    const seen = canonicalJson(row.evidence as unknown as JsonValue);
    if (seen === canonicalJson(evidence as unknown as JsonValue)) {
      return unchanged({ outcome: "unchanged" as const, revision: row.revision, provenance });
    }
    const eventId = uuidv7();
    const events = await renewRequest(context, row, environment, {
      images,
      configDigest: row.config_digest,
      changeRef: row.change_ref,
      reason: `The evidence was looked at: ${WORDS[provenance]}.`,
      provenance,
      evidence,
    });
    await addVerdicts(tx, tenant, row, { ...input, policy: evidence.policy, eventId });
    return audited(
      { outcome: "recorded" as const, revision: row.revision, provenance },
      deploymentEvent(row, "evidence-recorded", eventId, {
        revision: row.revision,
        provenance,
        evidence: evidence as unknown as JsonValue,
      }),
      ...events,
    );
  },
});

const WORDS = {
  verified: "every image is verified",
  failed: "an image is refused",
  unknown: "not every image is proven",
};
