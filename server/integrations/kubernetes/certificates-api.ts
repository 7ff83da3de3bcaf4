import { type CustomObjectsApi, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { readManagedCertificate, renewalPatch } from "../certificates/cert-manager.ts";
import { type ClusterAccess, customObjects, KubernetesError, limited } from "./kubernetes-call.ts";

const CERTIFICATES = { group: "cert-manager.io", version: "v1", plural: "certificates" };

/** cert-manager's `Certificate` objects of one cluster: read, and asked to be renewed. */
export class CertificatesApi {
  readonly #objects: CustomObjectsApi;

  constructor(access: ClusterAccess) {
    this.#objects = customObjects(access);
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
