import { EngineCalls, enginePath } from "./engine-calls.ts";
import type { OpenBaoHttp } from "./openbao-http.ts";

/** What gives a tenant's workloads their secrets: policies and roles, made and taken away. All repeatable. */
export class TenantAccessCalls {
  readonly #calls: EngineCalls;

  constructor(http: OpenBaoHttp) {
    this.#calls = new EngineCalls(http);
  }

  async writePolicy(name: string, policy: string): Promise<void> {
    const path = enginePath("sys/policies/acl", name);
    await this.#calls.do("policy write", path, { policy }, true);
  }

  async removePolicy(name: string): Promise<void> {
    await this.#calls.remove("policy remove", enginePath("sys/policies/acl", name));
  }

  /** A role of a Kubernetes login method: service accounts of these namespaces get this policy. */
  async writeKubernetesRole(
    mount: string,
    name: string,
    role: { namespaces: readonly string[]; policy: string; ttlSeconds: number },
  ): Promise<void> {
    await this.#calls.do(
      "role write",
      enginePath(`auth/${mount}/role`, name),
      {
        bound_service_account_names: ["default"],
        bound_service_account_namespaces: [...role.namespaces],
        token_policies: [role.policy],
        token_ttl: role.ttlSeconds,
      },
      true,
    );
  }

  async removeKubernetesRole(mount: string, name: string): Promise<void> {
    await this.#calls.remove("role remove", enginePath(`auth/${mount}/role`, name));
  }
}
