import { allows, type Capability } from "./policy.ts";
import type { VaultRequest } from "./request.ts";
import { permissionDenied } from "./vault-error.ts";
import type { TokenEntry, VaultState } from "./vault-state.ts";
import { hashToken } from "./vault-store.ts";

/** What every token may do, as OpenBao's `default` policy says. */
const DEFAULT_RULES = [
  { path: "auth/token/lookup-self", capabilities: ["read"] },
  { path: "auth/token/revoke-self", capabilities: ["update"] },
];

/** The live entry of the call's token; anything else is a 403. */
export function authenticate(state: VaultState, request: VaultRequest): TokenEntry {
  const entry = request.token ? state.tokens[hashToken(request.token)] : undefined;
  if (!entry) throw permissionDenied();
  if (entry.expiresAt !== null && entry.expiresAt <= Date.now() / 1000) throw permissionDenied();
  return entry;
}

/** Throws 403 unless the token's policies give the capability on the full path. */
export function authorize(
  state: VaultState,
  request: VaultRequest,
  capability: Capability,
): TokenEntry {
  const entry = authenticate(state, request);
  if (entry.policies.includes("root")) return entry;
  const rules = entry.policies.flatMap((name) => state.policies[name]?.rules ?? []);
  const path = request.namespace + request.path;
  if (!allows([...DEFAULT_RULES, ...rules], path, capability)) throw permissionDenied();
  return entry;
}
