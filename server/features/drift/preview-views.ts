import { z } from "zod";
import { Environment, IgnoreRuleSpec, Severity } from "./schema.ts";
import { DriftObjectView } from "./views.ts";

export const PreviewIgnoreInput = z.object({ spec: IgnoreRuleSpec });

/** What an ignore rule would hide of what is known now, before anybody saves it. */
export const IgnorePreview = z.object({
  asOf: z.date(),
  /** Why the rule could not be followed; null when it can. */
  problem: z.string().nullable(),
  objects: z.number(),
  differences: z.number(),
  /** Findings of which nothing would be left. */
  gone: z.object({ count: z.number(), critical: z.number(), high: z.number() }),
  /** How many findings were looked at, and whether there are more. */
  looked: z.number(),
  isWhole: z.boolean(),
  /** The worst of them. */
  items: z.array(
    z.object({
      findingId: z.uuid(),
      severity: Severity,
      object: DriftObjectView,
      cluster: z.string(),
      environment: Environment.nullable(),
      paths: z.array(z.string()),
      isGone: z.boolean(),
    }),
  ),
});
export type IgnorePreview = z.infer<typeof IgnorePreview>;
