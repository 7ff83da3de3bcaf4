import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";

export const WITNESS_TROUBLES = [
  /** No sound answer came. */
  "unreachable",
  /** It does not watch this log, or does not take our key. */
  "refused",
  /** Its cosignature is not valid. */
  "bad-answer",
  /** It cosigned a larger log than there is: ours was cut. */
  "ahead",
  /** It cosigned another log than ours. */
  "forked",
] as const;
export const WitnessTrouble = z.enum(WITNESS_TROUBLES);
export type WitnessTrouble = z.infer<typeof WitnessTrouble>;

const size = z.string().regex(/^(0|[1-9]\d{0,18})$/);

/**
 * Records what a witness said to the log's head. Nothing of the tenant's changes by it, and an event of
 * it would make a new head to be witnessed: the log hears nothing. Gives whether a trouble is new.
 */
export const recordWitness = verb({
  name: "audit.recordWitness",
  scope: "runtime.audit.witness",
  input: z.object({
    witness: z.string().min(1).max(300),
    /** What it cosigned last, as far as is known. */
    knownSize: size,
    cosignature: z
      .object({
        treeSize: size,
        /** Seconds since 1970 by its clock. */
        timestamp: z.number().int().min(0).max(253_402_300_799),
        line: z.string().min(1).max(1_000),
      })
      .nullable(),
    trouble: WitnessTrouble.nullable(),
  }),
  output: z.object({ isNewTrouble: z.boolean() }),
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const { witness, knownSize, cosignature, trouble } = input;
    const [before] = await tx.query<{ trouble: string | null }>(
      "SELECT trouble FROM audit_witness WHERE tenant_id = $1 AND witness = $2 FOR UPDATE",
      [tenant, witness],
    );
    if (cosignature) {
      await tx.query(
        `INSERT INTO audit_cosignature (tenant_id, tree_size, witness, cosigned_at, line, recorded_at)
         VALUES ($1, $2, $3, to_timestamp($4), $5, clock_timestamp())
         ON CONFLICT (tenant_id, tree_size, witness) DO NOTHING`,
        [tenant, cosignature.treeSize, witness, cosignature.timestamp, cosignature.line],
      );
    }
    await tx.query(
      `INSERT INTO audit_witness AS w (tenant_id, witness, known_size, asked_at, trouble, trouble_since)
       VALUES ($1, $2, $3, clock_timestamp(), $4, CASE WHEN $4::text IS NULL THEN NULL ELSE clock_timestamp() END)
       ON CONFLICT (tenant_id, witness) DO UPDATE SET asked_at = excluded.asked_at, trouble = excluded.trouble,
         known_size = greatest(w.known_size, excluded.known_size),
         trouble_since = CASE WHEN w.trouble = excluded.trouble THEN w.trouble_since ELSE excluded.trouble_since END`,
      [tenant, witness, knownSize, trouble],
    );
    return unchanged({ isNewTrouble: trouble !== null && before?.trouble !== trouble });
  },
});
