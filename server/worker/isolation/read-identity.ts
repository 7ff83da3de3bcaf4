import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { IdentityEvidence } from "#server/engines/isolation/judge-realm.ts";
import type { SourceState } from "#server/features/isolation/schema.ts";

interface Realms {
  topology: string;
  realms: readonly {
    realm: string;
    issuer: string;
    binding: { kind: "tenant"; tenant: string } | { kind: "claim"; claim: string };
  }[];
}

/** The realms of the identity configuration, each with the tenant that it is bound to. */
export function identityEvidence({ topology, realms }: Realms): IdentityEvidence {
  return {
    name: topology,
    realms: realms.map(({ realm, issuer, binding }) => ({
      realm,
      issuer,
      tenant: binding.kind === "tenant" ? binding.tenant : null,
    })),
  };
}

export function identitySource(identity: IdentityEvidence): SourceState {
  const digest = createHash("sha256")
    .update(canonicalJson(identity as unknown as JsonValue))
    .digest("hex");
  return { kind: "identity", name: identity.name, digest, takenAt: null, reason: null };
}
