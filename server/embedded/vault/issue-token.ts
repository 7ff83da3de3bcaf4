import { randomBytes } from "node:crypto";
import type { VaultAnswer } from "./request.ts";
import type { TokenEntry } from "./vault-state.ts";
import { hashToken, type VaultStore } from "./vault-store.ts";

/** Makes a token that ends after its seconds (0 = never) and answers it as OpenBao's `auth` block. */
export function issueToken(
  store: VaultStore,
  options: { displayName: string; policies: string[]; ttlSeconds: number },
): VaultAnswer {
  const { displayName, policies, ttlSeconds } = options;
  const createdAt = Math.floor(Date.now() / 1000);
  const token = `s.${randomBytes(24).toString("base64url")}`;
  const entry: TokenEntry = {
    accessor: randomBytes(18).toString("base64url"),
    displayName,
    policies,
    createdAt,
    expiresAt: ttlSeconds > 0 ? createdAt + ttlSeconds : null,
    creationTtlSeconds: ttlSeconds,
  };
  store.change((state) => {
    state.tokens[hashToken(token)] = entry;
  });
  const auth = {
    client_token: token,
    accessor: entry.accessor,
    policies,
    token_policies: policies,
    lease_duration: ttlSeconds,
    renewable: false,
    token_type: "service",
  };
  return { status: 200, data: null, auth };
}
