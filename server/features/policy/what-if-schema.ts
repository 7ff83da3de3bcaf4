import { z } from "zod";
import { EnvironmentName, EnvironmentPolicySpec } from "#server/features/deployments/index.ts";

const Text = z.string().max(100_000);
const PolicyId = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be words joined by -");

export const WhatIfInput = z.object({
  /** Whole files of rules, by id; null leaves one out. */
  policies: z.record(PolicyId, Text.nullable()).default({}),
  schema: Text.optional(),
  environment: z.object({ name: EnvironmentName, policy: EnvironmentPolicySpec }).optional(),
  last: z.number().int().min(1).max(5_000).default(1_000),
});
export type WhatIfInput = z.infer<typeof WhatIfInput>;
