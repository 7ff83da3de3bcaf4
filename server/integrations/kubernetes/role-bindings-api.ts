import {
  KubeConfig,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
} from "@kubernetes/client-node";
import { type ClusterAccess, KubernetesError, limited } from "./kubernetes-call.ts";

/** Who owns the fields that we apply: the cluster tells our part from anybody else's by it. */
const FIELD_MANAGER = "sovereign-console";

export interface RoleBindingSpec {
  namespace: string;
  name: string;
  roleKind: "Role" | "ClusterRole";
  role: string;
  /** The user as the cluster's OIDC authenticator names them. */
  user: string;
  annotations: Record<string, string>;
}

/** `RoleBinding` objects of one cluster: applied, read, deleted. Throws KubernetesError. */
export class RoleBindingsApi {
  readonly #api: RbacAuthorizationV1Api;

  constructor(access: ClusterAccess) {
    const config = new KubeConfig();
    if (access.kind === "in-cluster") config.loadFromCluster();
    else config.loadFromFile(access.file);
    this.#api = config.makeApiClient(RbacAuthorizationV1Api);
  }

  /** Server-side apply: makes it, or makes it as it should be. Doing it twice is doing it once. */
  async apply({
    namespace,
    name,
    roleKind,
    role,
    user,
    annotations,
  }: RoleBindingSpec): Promise<void> {
    const body = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: {
        namespace,
        name,
        labels: { "app.kubernetes.io/managed-by": FIELD_MANAGER },
        annotations,
      },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: roleKind, name: role },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
    };
    await limited("role binding apply", () =>
      this.#api.patchNamespacedRoleBinding(
        { namespace, name, body, fieldManager: FIELD_MANAGER, force: true },
        setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply),
      ),
    );
  }

  /** What it binds; null when there is none of this name. */
  async read(
    namespace: string,
    name: string,
  ): Promise<{ roleKind: string; role: string; users: string[] } | null> {
    try {
      const found = await limited("role binding read", () =>
        this.#api.readNamespacedRoleBinding({ namespace, name }),
      );
      return {
        roleKind: found.roleRef.kind,
        role: found.roleRef.name,
        users: (found.subjects ?? []).flatMap((each) => (each.kind === "User" ? [each.name] : [])),
      };
    } catch (error) {
      if (error instanceof KubernetesError && error.failure === "not_found") return null;
      throw error;
    }
  }

  /** What isn't there is as good as deleted. */
  async delete(namespace: string, name: string): Promise<void> {
    try {
      await limited("role binding delete", () =>
        this.#api.deleteNamespacedRoleBinding({ namespace, name }),
      );
    } catch (error) {
      if (error instanceof KubernetesError && error.failure === "not_found") return;
      throw error;
    }
  }
}
