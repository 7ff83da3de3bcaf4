import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { admissionFacts, usableCluster } from "../admission-facts.ts";
import { CredentialSet, SetCredentialInput } from "../schema.ts";

/**
 * Takes a new token of a cluster by its hash, and lets those before it end: at once, or after a time
 * in which the cluster's configuration changes over. The token itself is never sent to the console
 * for this (law 6): whoever makes it hashes it.
 */
export const setAdmissionCredential = verb({
  name: "admission.setCredential",
  scope: "runtime.admission.manage",
  policy: "ManageAdmission",
  facts: admissionFacts,
  input: SetCredentialInput,
  output: CredentialSet,
  async run({ tx, tenant, actor, input }) {
    const { cluster, keepOldSeconds, reason } = input;
    await usableCluster(tx, tenant, cluster);
    const hash = Buffer.from(input.tokenHash, "hex");
    const [same] = await tx.query<{ ends_at: Date | null }>(
      "SELECT ends_at FROM admission_credential WHERE tenant_id = $1 AND cluster = $2 AND token_hash = $3",
      [tenant, cluster, hash],
    );
    if (same && !same.ends_at) {
      return unchanged({ cluster, outcome: "unchanged" as const, oldEndsAt: null });
    }
    if (same) {
      throw new AppError("conflict", "This token was replaced before, and is not taken again.", {
        said: { key: "received.tokenUsed" },
        field: "tokenHash",
        remedy: "Make a new one.",
      });
    }
    const ended = await tx.query<{ ends_at: Date }>(
      `UPDATE admission_credential
       SET ends_at = least(ends_at, clock_timestamp() + make_interval(secs => $3))
       WHERE tenant_id = $1 AND cluster = $2 AND (ends_at IS NULL OR ends_at > clock_timestamp())
       RETURNING ends_at`,
      [tenant, cluster, keepOldSeconds],
    );
    const eventId = uuidv7();
    await tx.query(
      `INSERT INTO admission_credential (tenant_id, cluster, token_hash, added_by_name, event_id, added_at)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp())`,
      [tenant, cluster, hash, displayNameOf(actor), eventId],
    );
    const oldEndsAt = ended.map(({ ends_at }) => ends_at).sort((a, b) => +b - +a)[0] ?? null;
    return audited(
      { cluster, outcome: "added" as const, oldEndsAt },
      {
        eventId,
        type: "runtime.admission.credential-set",
        subject: `admission-cluster/${cluster}`,
        payload: {
          mark: input.tokenHash.slice(0, 8),
          replaced: ended.length,
          keepOldSeconds,
          reason,
        },
      },
    );
  },
});
