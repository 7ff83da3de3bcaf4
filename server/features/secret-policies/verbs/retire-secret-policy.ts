import "server-only";
import { uuidv7 } from "uuidv7";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { addVersion } from "../add-version.ts";
import { policyById } from "../policy-rows.ts";
import { RetireSecretPolicyInput, SecretPolicyRetired } from "../schema.ts";

/** Takes a policy out of force; its versions stay. Retiring it again changes nothing. */
export const retireSecretPolicy = verb({
  name: "secretPolicies.retire",
  scope: "runtime.policies.manage",
  input: RetireSecretPolicyInput,
  output: SecretPolicyRetired,
  async run({ tx, tenant, input: { policyId, reason } }) {
    const policy = await policyById(tx, tenant, policyId, "FOR UPDATE");
    if (!policy) throw notFound("secret policy");
    const { name, source } = policy;
    if (policy.retired_at) return unchanged({ policyId, version: policy.version });
    const version = policy.version + 1;
    const eventId = uuidv7();
    await tx.query(
      `UPDATE secret_policy SET version = $3, retired_at = clock_timestamp(), saved_at = clock_timestamp()
       WHERE tenant_id = $1 AND policy_id = $2`,
      [tenant, policyId, version],
    );
    await addVersion(tx, tenant, { policyId, version, source, isRetirement: true, eventId });
    return audited(
      { policyId, version },
      {
        eventId,
        type: "runtime.policies.retired",
        subject: `secret-policy/${policyId}`,
        payload: { name, version, reason },
      },
    );
  },
});
