import { authenticate, authorize } from "./access.ts";
import { parseDuration } from "./duration.ts";
import { issueToken } from "./issue-token.ts";
import { answer, done, type VaultAnswer, type VaultRequest } from "./request.ts";
import { noHandler, VaultError } from "./vault-error.ts";
import type { TokenEntry } from "./vault-state.ts";
import { hashToken, type VaultStore } from "./vault-store.ts";

export function tokenRoutes(store: VaultStore, request: VaultRequest): VaultAnswer {
  switch (`${request.method} ${request.path}`) {
    case "GET auth/token/lookup-self":
      return answer(describeToken(authorize(store.state, request, "read"), request.token ?? ""));
    case "POST auth/token/create":
      return createToken(store, request);
    case "POST auth/token/revoke-self":
      authorize(store.state, request, "update");
      return revoke(store, request.token ?? "");
    case "POST auth/token/revoke":
      authorize(store.state, request, "update");
      return revoke(store, String(request.body.token ?? ""));
    default:
      authenticate(store.state, request);
      throw noHandler(request.path);
  }
}

function createToken(store: VaultStore, request: VaultRequest): VaultAnswer {
  const parent = authorize(store.state, request, "update");
  const asked = (request.body.policies as string[] | undefined) ?? [];
  const policies = [...new Set(["default", ...asked])].sort();
  const isSubset = policies.every((name) => name === "default" || parent.policies.includes(name));
  if (!parent.policies.includes("root") && !isSubset) {
    throw new VaultError(400, "child policies must be subset of parent");
  }
  const ttlSeconds = request.body.ttl === undefined ? 0 : parseDuration(request.body.ttl);
  const displayName = String(request.body.display_name ?? "token");
  return issueToken(store, { displayName, policies, ttlSeconds });
}

function revoke(store: VaultStore, token: string): VaultAnswer {
  store.change((state) => {
    delete state.tokens[hashToken(token)];
  });
  return done();
}

function describeToken(entry: TokenEntry, id: string): Record<string, unknown> {
  const isExpiring = entry.expiresAt !== null;
  return {
    id,
    accessor: entry.accessor,
    creation_time: entry.createdAt,
    creation_ttl: entry.creationTtlSeconds,
    display_name: entry.displayName,
    expire_time: isExpiring ? new Date((entry.expiresAt ?? 0) * 1000).toISOString() : null,
    issue_time: new Date(entry.createdAt * 1000).toISOString(),
    path: "auth/token/create",
    policies: entry.policies,
    renewable: false,
    ttl: isExpiring ? Math.max(0, (entry.expiresAt ?? 0) - Math.floor(Date.now() / 1000)) : 0,
    type: "service",
  };
}
