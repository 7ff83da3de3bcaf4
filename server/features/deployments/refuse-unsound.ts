import "server-only";
import { createPublicKey } from "node:crypto";
import {
  type EnvironmentPolicy,
  type PolicyProblemCode,
  policyProblems,
} from "#server/engines/deployments/environment-policy.ts";
import type { QuorumRequirement } from "#server/engines/quorum/types.ts";
import type { TrustedKey } from "#server/engines/supply-chain/supply-chain-demand.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

const WORDS: Record<PolicyProblemCode, [problem: string, remedy: string]> = {
  "below-minimum": ["takes less than every deployment does", "Ask for at least"],
  "same-role-twice": ["names a role twice", "Add the counts up in one group."],
  "no-registry": [
    "trusts no registry, so no image could ever be deployed",
    "Name one registry at least.",
  ],
  "bad-registry": [
    "is not a registry",
    "Write a host, or a host and a path: registry.example/team.",
  ],
  "bad-time-zone": ["is not a time zone", "Name one like Asia/Muscat."],
  "waits-longer-than-it-lives": [
    "is not shorter than a request lives, so every request would expire while it waits",
    "Shorten the waiting time, or let requests live longer.",
  ],
  "no-signer": [
    "demands signed images, and trusts nobody's signature",
    "Name a signer with its issuer, or pin a public key.",
  ],
  "no-builder": [
    "demands provenance, and trusts no builder for that level",
    "Name a builder and the level that it is trusted for.",
  ],
  "same-key-twice": ["gives two keys one name", "Name each key once."],
  "no-window-in-time": [
    "never open while a request lives, so no request could ever be carried out",
    "Let requests live longer, or open a window earlier.",
  ],
};

/** Throws `invalid` for a policy that nobody could satisfy, naming the field and the remedy. */
export function refuseUnsound(
  policy: EnvironmentPolicy,
  minimum: QuorumRequirement,
  now: Date,
): void {
  refuseBadKeys(policy.supplyChain?.keys ?? []);
  const [problem] = policyProblems(policy, minimum, now);
  if (!problem) return;
  const field = `policy.${problem.field}`;
  const [words, remedy] = WORDS[problem.code];
  const least = minimum.map(({ role, count }) => `${count} ${role}`).join(" and ");
  throw new AppError("invalid", `${field}: ${words}`, {
    field,
    remedy: problem.code === "below-minimum" ? `${remedy} ${least}.` : remedy,
    said: { key: `policy.${problem.code}`, args: { least } },
  });
}

/** Throws `invalid` for what is no public key, or not one that cosign signs with. */
function refuseBadKeys(keys: readonly TrustedKey[]): void {
  keys.forEach(({ publicKey }, at) => {
    if (isPublicKey(publicKey)) return;
    const field = `policy.supplyChain.keys.${at}.publicKey`;
    throw new AppError("invalid", `${field}: is not a public key in PEM`, {
      field,
      remedy: "Paste what `cosign public-key` prints: ECDSA, RSA or Ed25519.",
      said: { key: "policy.bad-key", args: { number: at + 1 } },
    });
  });
}

function isPublicKey(pem: string): boolean {
  if (!pem.startsWith("-----BEGIN PUBLIC KEY-----")) return false;
  try {
    return ["ec", "rsa", "ed25519"].includes(createPublicKey(pem).asymmetricKeyType ?? "");
  } catch {
    return false;
  }
}
