import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { ApiConnection } from "./api-connection.ts";
import { type ClusterAccess, KubernetesError } from "./kubernetes-call.ts";

/** Who owns the fields that remediation applies: the cluster tells our part from anybody else's by it. */
export const REMEDIATION_MANAGER = "sovereign-console-remediation";

/** One object of a cluster by name. */
export interface ObjectAddress {
  apiVersion: string;
  kind: string;
  /** Null for what is in no namespace. */
  namespace: string | null;
  name: string;
}

export interface ApplyOptions {
  /** Takes fields over from others. Only after a try without it named them. */
  force?: boolean;
  /** All of it but the writing. */
  dryRun?: boolean;
  /** The version that must still be there; null: whatever is. */
  resourceVersion?: string | null;
}

/**
 * Single objects of one cluster, written by server-side apply under a field manager of our own. Secrets are
 * neither read nor written here (law 6). Throws KubernetesError, which tells no value; a `conflict` with
 * `managers` is about fields that others own, one without about a version that is no longer there.
 */
export class ServerSideApply {
  readonly #api: ApiConnection;
  readonly #paths = new Map<
    string,
    Promise<Map<string, { resource: string; isNamespaced: boolean }>>
  >();

  constructor(access: ClusterAccess) {
    this.#api = new ApiConnection(access);
  }

  /** Null when there is none of this name. */
  async read(address: ObjectAddress): Promise<Manifest | null> {
    const path = await this.#pathOf(address);
    try {
      return (await this.#api.request({ operation: "object read", path })) as Manifest;
    } catch (error) {
      if (error instanceof KubernetesError && error.failure === "not_found") return null;
      throw error;
    }
  }

  /** Makes it, or makes our fields as given; gives the object as it then is, or would be. */
  async apply(manifest: Manifest, options: ApplyOptions = {}): Promise<Manifest> {
    const { force = false, dryRun = false, resourceVersion = null } = options;
    const body = applyBody(manifest);
    const path = await this.#pathOf(addressOf(manifest));
    const versioned =
      resourceVersion === null
        ? body
        : { ...body, metadata: { ...body.metadata, resourceVersion } };
    return (await this.#api.request({
      operation: dryRun ? "dry-run" : "apply",
      method: "PATCH",
      path,
      query: {
        fieldManager: REMEDIATION_MANAGER,
        fieldValidation: "Strict",
        ...(force ? { force: "true" } : {}),
        ...(dryRun ? { dryRun: "All" } : {}),
      },
      contentType: "application/apply-patch+yaml",
      body: versioned,
      namesManagers: true,
    })) as Manifest;
  }

  /** Deletes exactly the object that was seen. What isn't there any more is `not_found`. */
  async delete(
    address: ObjectAddress,
    seen: { uid: string; resourceVersion: string },
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<void> {
    const path = await this.#pathOf(address);
    await this.#api.request({
      operation: dryRun ? "dry-run of a delete" : "delete",
      method: "DELETE",
      path,
      query: dryRun ? { dryRun: "All" } : {},
      body: {
        kind: "DeleteOptions",
        apiVersion: "v1",
        preconditions: seen,
        propagationPolicy: "Background",
        ...(dryRun ? { dryRun: ["All"] } : {}),
      },
    });
  }

  close(): Promise<void> {
    return this.#api.close();
  }

  async #pathOf({ apiVersion, kind, namespace, name }: ObjectAddress): Promise<string> {
    if (apiVersion === "v1" && kind === "Secret") {
      throw new KubernetesError("permission_denied", "access to a Secret");
    }
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    let known = this.#paths.get(base);
    if (!known) {
      known = this.#kindsOf(base);
      this.#paths.set(base, known);
      // A cluster that was away, or a kind that comes later, is asked about again.
      known.catch(() => this.#paths.delete(base));
    }
    const found = (await known).get(kind);
    if (!found) {
      this.#paths.delete(base);
      throw new KubernetesError("invalid", "unknown kind");
    }
    const place = found.isNamespaced
      ? `/namespaces/${encodeURIComponent(namespace ?? "default")}`
      : "";
    return `${base}${place}/${found.resource}/${encodeURIComponent(name)}`;
  }

  async #kindsOf(base: string) {
    const answer = (await this.#api.request({ operation: "discovery", path: base })) as {
      resources?: { name: string; kind: string; namespaced?: boolean }[];
    };
    const own = (answer.resources ?? []).filter(({ name }) => !name.includes("/"));
    return new Map(
      own.map(({ name, kind, namespaced }) => [
        kind,
        { resource: name, isNamespaced: namespaced === true },
      ]),
    );
  }
}

export function addressOf({ apiVersion, kind, metadata }: Manifest): ObjectAddress {
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
}

/** What the server writes by itself, and what is not ours to set. */
const NOT_APPLIED = new Set([
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** A manifest as it is applied: without status, book-keeping and what kubectl noted down. */
export function applyBody(manifest: Manifest): Manifest {
  const { status: _, metadata, ...rest } = manifest;
  const kept = Object.fromEntries(
    Object.entries(metadata).filter(([field, value]) => !NOT_APPLIED.has(field) && value !== null),
  );
  const annotations = kept.annotations as Record<string, unknown> | undefined;
  if (annotations) {
    const { [LAST_APPLIED]: __, ...others } = annotations;
    if (Object.keys(others).length > 0) kept.annotations = others;
    else delete kept.annotations;
  }
  return { ...rest, metadata: kept } as unknown as Manifest;
}
