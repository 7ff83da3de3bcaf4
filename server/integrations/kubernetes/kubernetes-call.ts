import { ApiException, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";

/** Who we are to the cluster: the pod's own service account, or a kubeconfig file. */
export type ClusterAccess =
  | { kind: "in-cluster" }
  | {
      kind: "kubeconfig";
      file: string;
      /** The file's current context otherwise. */
      context?: string;
    };

/**
 * - `not_found`: no such object.
 * - `credentials_refused`: the cluster does not take our credentials, or no longer.
 * - `permission_denied`: it knows us, and we may not do this.
 * - `expired`: what we had read is too old to go on from; it is read anew.
 * - `configuration`: the kubeconfig can't be used.
 * - `invalid`: refused for what was asked.
 * - `conflict`: it changed meanwhile; nothing was done.
 * - `untrusted`: its certificate is not by the authority that we were given.
 * - `unreachable`: no trustworthy answer. Asking for a renewal again is harmless.
 */
export type KubernetesFailure =
  | "not_found"
  | "credentials_refused"
  | "permission_denied"
  | "expired"
  | "configuration"
  | "invalid"
  | "conflict"
  | "untrusted"
  | "unreachable";

/** A failed call, by its operation and status; what the cluster wrote is dropped. */
export class KubernetesError extends Error {
  readonly failure: KubernetesFailure;
  /** Of HTTP; null where there was no answer. */
  readonly status: number | null;
  /** Of a server-side apply that met fields of others: who they are. */
  readonly managers: readonly string[];

  constructor(
    failure: KubernetesFailure,
    operation: string,
    status: number | null = null,
    managers: readonly string[] = [],
  ) {
    super(`Kubernetes ${operation}: ${failure}${status ? ` (HTTP ${status})` : ""}`);
    this.name = "KubernetesError";
    this.failure = failure;
    this.status = status;
    this.managers = managers;
  }
}

const TIMEOUT_MILLIS = 10_000;

/** The client for objects of other groups than Kubernetes' own. */
export function customObjects(access: ClusterAccess): CustomObjectsApi {
  return kubeConfig(access).makeApiClient(CustomObjectsApi);
}

/** Throws KubernetesError `configuration`; what the file holds is not told. */
export function kubeConfig(access: ClusterAccess): KubeConfig {
  const config = new KubeConfig();
  try {
    if (access.kind === "in-cluster") config.loadFromCluster();
    else config.loadFromFile(access.file);
  } catch {
    throw new KubernetesError("configuration", "kubeconfig");
  }
  if (access.kind === "kubeconfig" && access.context !== undefined) {
    if (!config.getContextObject(access.context)) {
      throw new KubernetesError("configuration", "kubeconfig context");
    }
    config.setCurrentContext(access.context);
  }
  const cluster = config.getCurrentCluster();
  const isUnproven = cluster?.skipTLSVerify || cluster?.server.startsWith("http:");
  if (isUnproven && process.env.CONSOLE_MODE === "production") {
    throw new KubernetesError("configuration", "kubeconfig without a proven server");
  }
  return config;
}

/** A call within our patience; throws KubernetesError. */
export async function limited<T>(operation: string, call: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new KubernetesError("unreachable", operation)), TIMEOUT_MILLIS);
  });
  try {
    return await Promise.race([call(), late]);
  } catch (error) {
    if (error instanceof KubernetesError) throw error;
    const status = error instanceof ApiException ? error.code : null;
    throw new KubernetesError(failureOf(status), operation, status);
  } finally {
    clearTimeout(timer);
  }
}

export function failureOf(status: number | null): KubernetesFailure {
  if (status === 404) return "not_found";
  if (status === 401) return "credentials_refused";
  if (status === 403) return "permission_denied";
  if (status === 410) return "expired";
  if (status === 409) return "conflict";
  return status !== null && status >= 400 && status < 500 && status !== 429
    ? "invalid"
    : "unreachable";
}
