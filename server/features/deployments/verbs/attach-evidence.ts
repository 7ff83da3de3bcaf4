import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { assertAttachable } from "../assert-attachable.ts";
import { deploymentEvent } from "../deployment-events.ts";
import { assertWaiting } from "../deployment-outcome.ts";
import { imagesOf, lockDeployment, revisionKey } from "../deployment-rows.ts";
import { AttachEvidenceInput, AttachOutcome } from "../evidence-schema.ts";
import { writeHistory } from "../writes/take-step.ts";

const MOST_ATTACHMENTS = 100;

/**
 * Attaches an attestation, a vulnerability report or a bill of materials to a waiting request. What it
 * proves is found by the worker; a finding that differs makes a new revision.
 */
export const attachEvidence = verb({
  name: "deployments.attachEvidence",
  scope: "runtime.deployments.request",
  input: AttachEvidenceInput,
  output: AttachOutcome,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const { kind, body } = input;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    assertWaiting(row);
    const images = (await imagesOf(tx, tenant, [row])).get(revisionKey(row)) ?? [];
    assertAttachable(kind, body, images);
    const digest = createHash("sha256").update(body, "utf8").digest();
    const output = { deploymentId: row.deployment_id, digest: digest.toString("hex") };
    const [before] = await tx.query<{ count: number; has: boolean }>(
      `SELECT count(*)::int AS count, coalesce(bool_or(digest = $3), false) AS has FROM deployment_attachment
       WHERE tenant_id = $1 AND deployment_id = $2`,
      [tenant, row.deployment_id, digest],
    );
    if (before?.has) return unchanged({ ...output, outcome: "unchanged" as const });
    if ((before?.count ?? 0) >= MOST_ATTACHMENTS) {
      throw new AppError("conflict", `This request has ${MOST_ATTACHMENTS} attachments already.`, {
        remedy: "Ask for the deployment again with the attachments that matter.",
        said: { key: "tooManyAttachments", args: { count: MOST_ATTACHMENTS } },
      });
    }
    const eventId = uuidv7();
    await tx.query(
      `INSERT INTO deployment_attachment (tenant_id, deployment_id, digest, kind, body, attached_by_name, event_id, attached_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())`,
      [tenant, row.deployment_id, digest, kind, body, displayNameOf(actor), eventId],
    );
    await tx.query(
      `UPDATE deployment_request SET evidence_due = true, check_due_at = clock_timestamp()
       WHERE tenant_id = $1 AND deployment_id = $2`,
      [tenant, row.deployment_id],
    );
    const note = `${kind} sha256:${output.digest}`;
    await writeHistory(context, row, { act: "attached", before: row.state, note, eventId });
    const bytes = Buffer.byteLength(body, "utf8");
    return audited(
      { ...output, outcome: "attached" as const },
      deploymentEvent(row, "attached", eventId, { kind, digest: output.digest, bytes }),
    );
  },
});
