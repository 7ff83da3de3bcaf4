import "server-only";
import { createHash } from "node:crypto";
import { policyTexts } from "#server/platform/authz/policy-engine.ts";
import { isDelegated } from "#server/platform/authz/policy-set.ts";
import type { Rules } from "../schema.ts";
import { rulesInForce } from "./draft-rules.ts";

/** The rules in force as a draft begins with them. */
export function rulesView(): Rules {
  const { policies, schema } = rulesInForce();
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  return {
    policies: Object.entries(policies).map(([policyId, text]) => ({
      policyId,
      text,
      isDelegated: isDelegated(text),
    })),
    schema,
    policySetDigest: sha256(policyTexts().policySet),
    schemaDigest: sha256(schema),
  };
}
