import "server-only";
import { uuidv7 } from "uuidv7";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { parseSecretPolicies } from "#server/engines/secret-policy/parse-policies.ts";
import type { SecretPolicy } from "#server/engines/secret-policy/policy.ts";
import { isolated } from "#server/engines/words/isolated.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { addVersion } from "../add-version.ts";
import { refusedText } from "../policy-problems.ts";
import { lockPolicies, type PolicyRow } from "../policy-rows.ts";
import { SaveSecretPoliciesInput, SecretPoliciesSaved } from "../schema.ts";

/**
 * Saves one or many SecretPolicies: all of a text, or nothing of it. In the Sovereign's context they
 * apply to every organization that has their labels, in an organization's own to itself only. The
 * same text again changes nothing; a policy that somebody else changed meanwhile is `stale`.
 */
export const saveSecretPolicies = verb({
  name: "secretPolicies.save",
  scope: "runtime.policies.manage",
  input: SaveSecretPoliciesInput,
  output: SecretPoliciesSaved,
  async run({ tx, tenant, input }) {
    const { policies, sources, problems } = parseSecretPolicies(input.yaml);
    if (problems.length > 0) throw refusedText("yaml", problems);
    const names = policies.map((policy) => policy.name);
    const stored = await lockPolicies(tx, tenant, names);
    const events: AuditEventDraft[] = [];
    const saved: (typeof SecretPoliciesSaved)["_zod"]["input"]["policies"] = [];
    for (const [at, policy] of policies.entries()) {
      const { name } = policy;
      const source = sources[at] ?? "";
      const before = stored.get(name);
      if (before && !before.retired_at && before.source === source) {
        const { policy_id: policyId, version } = before;
        saved.push({ policyId, name, version, outcome: "unchanged" });
        continue;
      }
      refuseStale(before, name, input.basedOn[name] ?? 0);
      const policyId = before?.policy_id ?? uuidv7();
      const version = (before?.version ?? 0) + 1;
      const eventId = uuidv7();
      const parsed = parsedAlone(policy, source);
      const [written] = await tx.query<{ policy_id: string }>(before ? REPLACE : INSERT, [
        tenant,
        policyId,
        name,
        version,
        source,
        JSON.stringify(parsed),
      ]);
      // Somebody made one of this name between our look and our insert.
      if (!written) throw stale(name);
      await addVersion(tx, tenant, { policyId, version, source, isRetirement: false, eventId });
      const outcome = before ? (before.retired_at ? "restored" : "changed") : "created";
      saved.push({ policyId, name, version, outcome });
      events.push({
        eventId,
        type: "runtime.policies.saved",
        subject: `secret-policy/${policyId}`,
        payload: {
          name,
          version,
          outcome,
          reason: input.reason,
          before: (before && !before.retired_at ? before.parsed : null) as unknown as JsonValue,
          after: parsed as unknown as JsonValue,
        },
      });
    }
    const [first, ...more] = events;
    return first ? audited({ policies: saved }, first, ...more) : unchanged({ policies: saved });
  },
});

/** A retired policy may be made anew without knowing that there was one. */
function refuseStale(before: PolicyRow | undefined, name: string, basedOn: number): void {
  if (basedOn === (before?.version ?? 0)) return;
  if (before?.retired_at && basedOn === 0) return;
  throw stale(name);
}

function stale(name: string): AppError {
  return new AppError("stale", `The policy "${name}" was changed meanwhile.`, {
    said: { key: "changed.secretPolicy", args: { name: isolated(name) } },
    field: "basedOn",
    remedy: "Nothing was saved. Load the newest version, and make your change again.",
  });
}

/** Lines are those of the policy's own text, not of the file that it came in. */
function parsedAlone(policy: SecretPolicy, source: string) {
  const { organizationLabels, rules } = parseSecretPolicies(source).policies[0] ?? policy;
  return { organizationLabels, rules };
}

const INSERT = `
  INSERT INTO secret_policy (tenant_id, policy_id, name, version, source, parsed, saved_at)
  VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
  ON CONFLICT (tenant_id, name) DO NOTHING RETURNING policy_id`;
const REPLACE = `
  UPDATE secret_policy SET name = $3, version = $4, source = $5, parsed = $6, retired_at = NULL,
    saved_at = clock_timestamp()
  WHERE tenant_id = $1 AND policy_id = $2 RETURNING policy_id`;
