import { createPublicKey, X509Certificate } from "node:crypto";
import { decodeJwt, jwtVerify } from "jose";
import { authorize } from "./access.ts";
import { parseDuration } from "./duration.ts";
import type { AuthMount } from "./engine-state.ts";
import { issueToken } from "./issue-token.ts";
import { answer, done, type VaultAnswer, type VaultRequest } from "./request.ts";
import { reviewToken } from "./review-token.ts";
import { absent, noHandler, permissionDenied, VaultError } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

/** Logins that need no token: JWT, Kubernetes service account, client certificate. Null when none is meant. */
export async function loginRoutes(
  store: VaultStore,
  request: VaultRequest,
): Promise<VaultAnswer | null> {
  const found = findMount(store, request);
  if (request.method !== "POST" || found?.rest !== "login") return null;
  const { mount } = found;
  if (mount.type === "jwt") return jwtLogin(store, request, mount);
  if (mount.type === "kubernetes") return kubernetesLogin(store, request, mount);
  if (mount.type === "cert") return certificateLogin(store, request, mount);
  return null;
}

/** Their configuration and roles, with a token. */
export function authRoutes(store: VaultStore, request: VaultRequest): VaultAnswer {
  const found = findMount(store, request);
  if (!found) {
    authorize(store.state, request, "read");
    throw noHandler(request.path);
  }
  const [area = "", name = ""] = found.rest.split("/");
  const { path } = found;
  if (request.method === "LIST") {
    authorize(store.state, request, "list");
    const names = Object.keys(found.mount.roles);
    if (names.length === 0) throw absent();
    return answer({ keys: names.sort() });
  }
  if (request.method === "GET") {
    authorize(store.state, request, "read");
    const kept = area === "config" ? found.mount.config : found.mount.roles[name];
    if (!kept || Object.keys(kept).length === 0) throw absent();
    const { token_reviewer_jwt: _, password: __, ...shown } = kept;
    return answer(shown);
  }
  if (request.method === "DELETE") {
    authorize(store.state, request, "delete");
    store.change((state) => {
      delete state.auth[path]?.roles[name];
    });
    return done();
  }
  authorize(store.state, request, "update");
  store.change((state) => {
    const draft = state.auth[path];
    if (!draft) return;
    if (area === "config") draft.config = request.body;
    else if (["role", "certs", "users"].includes(area)) draft.roles[name] = request.body;
    else throw new VaultError(404, "unsupported path");
  });
  return done();
}

async function jwtLogin(store: VaultStore, request: VaultRequest, mount: AuthMount) {
  const { role: roleName, jwt } = request.body;
  if (!roleName) throw new VaultError(400, "missing role");
  if (!jwt) throw new VaultError(400, "missing token");
  const keys = mount.config.jwt_validation_pubkeys as string[] | undefined;
  if (!keys) throw new VaultError(400, "could not load configuration");
  const role = mount.roles[String(roleName)];
  if (!role) throw new VaultError(400, `role "${roleName}" could not be found`);
  const claims = await verifiedClaims(String(jwt), keys, {
    issuer: mount.config.bound_issuer as string | undefined,
    audience: role.bound_audiences as string[] | undefined,
  });
  for (const [name, wanted] of Object.entries((role.bound_claims as object | undefined) ?? {})) {
    const allowed = Array.isArray(wanted) ? wanted : [wanted];
    if (!allowed.includes(claims[name])) {
      throw new VaultError(400, `error validating claims: claim "${name}" does not match`);
    }
  }
  return grant(store, role, String(claims[String(role.user_claim ?? "sub")] ?? ""));
}

async function verifiedClaims(
  jwt: string,
  keys: string[],
  expected: { issuer: string | undefined; audience: string[] | undefined },
): Promise<Record<string, unknown>> {
  const options = {
    ...(expected.issuer ? { issuer: expected.issuer } : {}),
    ...(expected.audience ? { audience: expected.audience } : {}),
    clockTolerance: 60,
  };
  for (const key of keys) {
    try {
      return (await jwtVerify(jwt, createPublicKey(key), options)).payload;
    } catch {
      // Another key may fit; why one did not is not for the caller.
    }
  }
  throw new VaultError(400, "error validating token: error verifying token");
}

async function kubernetesLogin(store: VaultStore, request: VaultRequest, mount: AuthMount) {
  const { role: roleName, jwt } = request.body;
  if (!jwt) throw new VaultError(400, "missing jwt");
  const role = mount.roles[String(roleName)];
  if (!role) throw new VaultError(400, `invalid role name "${roleName}"`);
  if (!mount.config.kubernetes_host)
    throw new VaultError(500, "could not load backend configuration");
  let audience: string[];
  try {
    audience = [decodeJwt(String(jwt)).aud ?? []].flat();
  } catch {
    throw permissionDenied();
  }
  const account = await reviewToken(
    String(mount.config.kubernetes_host),
    String(mount.config.token_reviewer_jwt ?? ""),
    String(jwt),
    audience,
  );
  const isBound =
    account !== null &&
    matches(role.bound_service_account_names, account.name) &&
    matches(role.bound_service_account_namespaces, account.namespace);
  if (!isBound) throw permissionDenied();
  return grant(store, role, `${account.namespace}-${account.name}`);
}

function certificateLogin(store: VaultStore, request: VaultRequest, mount: AuthMount) {
  const { clientCertificate } = request;
  if (!clientCertificate) throw new VaultError(400, "no client certificate found");
  const shown = new X509Certificate(clientCertificate);
  const now = Date.now();
  const isInTime = Date.parse(shown.validFrom) <= now && now <= Date.parse(shown.validTo);
  const asked = request.body.name;
  const roles = asked ? [mount.roles[String(asked)]] : Object.values(mount.roles);
  const role = roles.find((each) => {
    if (!each || !isInTime) return false;
    const trusted = new X509Certificate(String(each.certificate ?? ""));
    const isTrusted =
      trusted.fingerprint256 === shown.fingerprint256 || shown.verify(trusted.publicKey);
    const uris = each.allowed_uri_sans as string[] | undefined;
    return isTrusted && (!uris || uris.some((uri) => urisOf(shown).includes(uri)));
  });
  if (!role) throw new VaultError(400, "invalid certificate or no client certificate supplied");
  return grant(store, role, shown.subject.replaceAll("\n", ","));
}

function urisOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? "")
    .split(", ")
    .flatMap((each) => (each.startsWith("URI:") ? [each.slice("URI:".length)] : []));
}

function grant(store: VaultStore, role: Record<string, unknown>, displayName: string) {
  const given = (role.token_policies as string[] | undefined) ?? [];
  return issueToken(store, {
    displayName,
    policies: [...new Set(["default", ...given])].sort(),
    ttlSeconds: parseDuration(role.token_ttl ?? 0),
  });
}

function matches(bound: unknown, name: string): boolean {
  const names = Array.isArray(bound) ? bound.map(String) : String(bound ?? "").split(",");
  return names.includes("*") || names.includes(name);
}

function findMount(store: VaultStore, request: VaultRequest) {
  const full = request.namespace + request.path.replace(/^auth\//, "");
  const path = Object.keys(store.state.auth)
    .filter((each) => full.startsWith(each))
    .sort((a, b) => b.length - a.length)[0];
  const mount = path === undefined ? undefined : store.state.auth[path];
  return path && mount ? { path, mount, rest: full.slice(path.length) } : null;
}
