import { authorize } from "./access.ts";
import { databaseRoutes } from "./database-routes.ts";
import { kvRoutes } from "./kv-routes.ts";
import { pkiRoutes } from "./pki-routes.ts";
import type { VaultAnswer, VaultRequest } from "./request.ts";
import { transitRoutes } from "./transit-routes.ts";
import { noHandler } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

/** Hands a call to the engine that is mounted at the longest matching path. */
export function engineRoutes(
  store: VaultStore,
  request: VaultRequest,
): VaultAnswer | Promise<VaultAnswer> {
  const full = request.namespace + request.path;
  const { mounts, engines } = store.state;
  const mountPath = [...Object.keys(mounts), ...Object.keys(engines)]
    .filter((path) => full.startsWith(path))
    .sort((a, b) => b.length - a.length)[0];
  if (!mountPath?.startsWith(request.namespace)) {
    authorize(store.state, request, "read");
    throw noHandler(request.path);
  }
  const rest = full.slice(mountPath.length);
  const type = engines[mountPath]?.type;
  if (type === "transit") return transitRoutes(store, request, mountPath, rest);
  if (type === "database") return databaseRoutes(store, request, mountPath, rest);
  if (type === "pki") return pkiRoutes(store, request, mountPath, rest);
  return kvRoutes(store, request, mountPath, rest);
}
