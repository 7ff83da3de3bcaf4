import {
  ApiException,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";
import { readManagedCertificate, renewalPatch } from "../certificates/cert-manager.ts";

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

const CERTIFICATES = { group: "cert-manager.io", version: "v1", plural: "certificates" };
const TIMEOUT_MILLIS = 10_000;

/** cert-manager's `Certificate` objects of one cluster: read, and asked to be renewed. */
export class CertificatesApi {
  readonly #objects: CustomObjectsApi;

  constructor(access: ClusterAccess) {
    const config = new KubeConfig();
    if (access.kind === "in-cluster") config.loadFromCluster();
    else config.loadFromFile(access.file);
    this.#objects = config.makeApiClient(CustomObjectsApi);
  }

  /** Null when there is none of this name. */
  async read(namespace: string, name: string): Promise<unknown> {
    try {
      const at = { ...CERTIFICATES, namespace, name };
      return await limited("certificate read", () => this.#objects.getNamespacedCustomObject(at));
    } catch (error) {
      if (error instanceof KubernetesError && error.failure === "not_found") return null;
      throw error;
    }
  }

  /** As `cmctl renew` does. Does nothing to a certificate that is being issued already. */
  async askForRenewal(
    namespace: string,
    name: string,
    now: Date,
  ): Promise<"asked" | "under-way" | "absent"> {
    const object = await this.read(namespace, name);
    if (object === null) return "absent";
    const patch = renewalPatch(object, now);
    if (!patch) return "under-way";
    await limited("certificate renewal", () =>
      this.#objects.patchNamespacedCustomObjectStatus(
        { ...CERTIFICATES, namespace, name, body: patch.body },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      ),
    );
    return "asked";
  }

  /** How many times it was issued; null before the first, and when it isn't there. */
  async revision(namespace: string, name: string): Promise<number | null> {
    const object = await this.read(namespace, name);
    return object === null ? null : readManagedCertificate(object).revision;
  }
}

async function limited<T>(operation: string, call: () => Promise<T>): Promise<T> {
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
