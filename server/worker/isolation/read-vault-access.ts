import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { Away } from "#server/engines/isolation/judge-isolation.ts";
import type { PolicyHolder, VaultEvidence } from "#server/engines/isolation/judge-secrets.ts";
import { type PathRule, parsePolicy } from "#server/engines/vault-policy/parse-policy.ts";
import type { SourceState } from "#server/features/isolation/schema.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { humanBehind } from "../vault-login-methods.ts";

export interface VaultLook {
  evidence: VaultEvidence | Away;
  source: SourceState;
}

const NAME = "openbao";

/** Tokens can't be listed: who made one by hand is known to the vault's own audit log only. */
const UNLISTABLE = new Set(["token", "ns_token"]);

/**
 * Reads the vault's policies and what gives them out: roles of its login methods, entities and groups.
 * One part that can't be read makes the whole away: half of the readers is no answer.
 */
export async function readVaultAccess(
  vault: Pick<OpenBaoClient, "access">,
  platformReaders: readonly string[],
  region: string | null = null,
): Promise<VaultLook> {
  try {
    const policies = new Map<string, PathRule[] | null>();
    const texts: Record<string, string | null> = {};
    for (const name of (await vault.access.policyNames()).sort()) {
      const text = await vault.access.policy(name);
      texts[name] = text;
      policies.set(name, text === null ? [] : parsed(text));
    }
    const holders: PolicyHolder[] = [];
    const unlisted: string[] = [];
    for (const mount of await vault.access.authMounts()) {
      const roles = await vault.access.roles(mount);
      const given = `auth/${mount.path} (${mount.type})`;
      if (roles === null) {
        if (!UNLISTABLE.has(mount.type)) unlisted.push(given);
        continue;
      }
      for (const { name, policies: names, roleType, namespaces } of roles) {
        const isPlatform = platformReaders.includes(`auth/${mount.path}/${name}`);
        const human = humanBehind([roleType ?? mount.type]);
        holders.push({ name, given, human, policies: names, namespaces, isPlatform });
      }
    }
    for (const kind of ["entity", "group"] as const) {
      for (const { name, policies: names, methods } of await vault.access.identities(kind)) {
        holders.push({
          name,
          given: `${kind} of the identity store`,
          human: humanBehind(methods),
          policies: names,
          namespaces: null,
          isPlatform: false,
        });
      }
    }
    const inputs = { texts, holders: holders as unknown as JsonValue, unlisted };
    const digest = createHash("sha256").update(canonicalJson(inputs)).digest("hex");
    return {
      evidence: { name: NAME, policies, holders, unlisted, region },
      source: { kind: "vault", name: NAME, digest, takenAt: null, reason: null },
    };
  } catch (error) {
    if (!(error instanceof OpenBaoError)) throw error;
    const reason = error.message.slice(0, 500);
    return {
      evidence: { name: NAME, reason },
      source: { kind: "vault", name: NAME, digest: null, takenAt: null, reason },
    };
  }
}

function parsed(text: string): PathRule[] | null {
  try {
    return parsePolicy(text);
  } catch {
    return null;
  }
}
