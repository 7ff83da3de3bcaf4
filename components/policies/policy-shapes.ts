import type { z } from "zod";
import type {
  ListSecretPoliciesOutput,
  PolicyProblem as PolicyProblemSchema,
  PreviewSecretPoliciesOutput,
  SecretPolicyDetailOutput,
} from "#server/features/secret-policies/schema.ts";

/** What the server tells of policies, in the words of its schemas. */
export type PolicyList = z.output<typeof ListSecretPoliciesOutput>;
export type PolicyDetail = z.output<typeof SecretPolicyDetailOutput>;
export type PolicyPreview = z.output<typeof PreviewSecretPoliciesOutput>;
export type PolicyProblem = z.output<typeof PolicyProblemSchema>;
