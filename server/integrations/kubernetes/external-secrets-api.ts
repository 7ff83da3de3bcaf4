import { type CustomObjectsApi, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { type ClusterAccess, customObjects, KubernetesError, limited } from "./kubernetes-call.ts";

const OBJECTS = { group: "external-secrets.io", plural: "externalsecrets" };
/** The newest first; older installations serve the other. */
const VERSIONS = ["v1", "v1beta1"] as const;

/** External Secrets of one cluster, asked to fetch before their interval is over. */
export class ExternalSecretsApi {
  readonly #objects: CustomObjectsApi;

  constructor(access: ClusterAccess) {
    this.#objects = customObjects(access);
  }

  /**
   * Sets the annotation `force-sync`, as its documentation says: any other value than before makes the
   * operator fetch. Asking again is harmless. `absent` when there is none of this name.
   */
  async askForFetch(namespace: string, name: string, mark: string): Promise<"asked" | "absent"> {
    const body = { metadata: { annotations: { "force-sync": mark } } };
    for (const version of VERSIONS) {
      try {
        await limited("ExternalSecret fetch", () =>
          this.#objects.patchNamespacedCustomObject(
            { ...OBJECTS, version, namespace, name, body },
            setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
          ),
        );
        return "asked";
      } catch (error) {
        if (!(error instanceof KubernetesError) || error.failure !== "not_found") throw error;
      }
    }
    return "absent";
  }
}
