import { ApiException, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";

/** Who we are to the cluster: the pod's own service account, or a kubeconfig file. */
export type ClusterAccess = { kind: "in-cluster" } | { kind: "kubeconfig"; file: string };

/**
 * - `not_found`: no such certificate.
 * - `permission_denied`: our identity may not do this.
 * - `invalid`: refused for what was asked.
 * - `conflict`: it changed meanwhile; nothing was done.
 * - `unreachable`: no trustworthy answer. Asking for a renewal again is harmless.
 */
export type KubernetesFailure =
  | "not_found"
  | "permission_denied"
  | "invalid"
  | "conflict"
  | "unreachable";

/** A failed call, by its operation and status; what the cluster wrote is dropped. */
export class KubernetesError extends Error {
  readonly failure: KubernetesFailure;

  constructor(failure: KubernetesFailure, operation: string, status: number | null = null) {
    super(`Kubernetes ${operation}: ${failure}${status ? ` (HTTP ${status})` : ""}`);
    this.name = "KubernetesError";
    this.failure = failure;
  }
}

const TIMEOUT_MILLIS = 10_000;

/** The client for objects of other groups than Kubernetes' own. */
export function customObjects(access: ClusterAccess): CustomObjectsApi {
  const config = new KubeConfig();
  if (access.kind === "in-cluster") config.loadFromCluster();
  else config.loadFromFile(access.file);
  return config.makeApiClient(CustomObjectsApi);
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

function failureOf(status: number | null): KubernetesFailure {
  if (status === 404) return "not_found";
  if (status === 401 || status === 403) return "permission_denied";
  if (status === 409) return "conflict";
  return status !== null && status >= 400 && status < 500 ? "invalid" : "unreachable";
}
