import { z } from "zod";
import { EngineCalls, enginePath } from "./engine-calls.ts";
import type { OpenBaoHttp } from "./openbao-http.ts";

const Keys = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const Policy = z.object({ data: z.object({ policy: z.string() }) });
const AuthMounts = z.object({ data: z.record(z.string(), z.object({ type: z.string() })) });
const Role = z.object({
  data: z.object({
    token_policies: z.array(z.string()).nullish(),
    policies: z.array(z.string()).nullish(),
    role_type: z.string().nullish(),
    bound_service_account_namespaces: z.array(z.string()).nullish(),
  }),
});
const Entity = z.object({
  data: z.object({
    name: z.string(),
    policies: z.array(z.string()).nullish(),
    // An alias of a login method that is gone has no type any more.
    aliases: z.array(z.object({ mount_type: z.string().nullish() })).nullish(),
  }),
});

/** Below which word a login method keeps what gives policies. */
const ROLES: Record<string, readonly string[]> = {
  kubernetes: ["role"],
  jwt: ["role"],
  oidc: ["role"],
  approle: ["role"],
  cert: ["certs"],
  userpass: ["users"],
  ldap: ["users", "groups"],
};

export interface AuthRole {
  name: string;
  policies: string[];
  /** `oidc` or `jwt`, where the method has both. */
  roleType: string | null;
  /** Namespaces whose service accounts may take it; null where it has no such bound. */
  namespaces: string[] | null;
}

/** Who may do what in OpenBao: its policies and what gives them out. Reads only. */
export class AccessCalls {
  readonly #calls: EngineCalls;

  constructor(http: OpenBaoHttp) {
    this.#calls = new EngineCalls(http);
  }

  async policyNames(): Promise<string[]> {
    const found = await this.#calls.list("policies", "sys/policies/acl", Keys);
    return found?.data.keys ?? [];
  }

  /** Null for one that is not there, or has no text of its own, like `root`. */
  async policy(name: string): Promise<string | null> {
    const path = enginePath("sys/policies/acl", name);
    return (await this.#calls.read("policy", path, Policy))?.data.policy ?? null;
  }

  async authMounts(): Promise<{ path: string; type: string }[]> {
    const found = await this.#calls.read("auth methods", "sys/auth", AuthMounts);
    return Object.entries(found?.data ?? {}).map(([path, { type }]) => ({
      path: path.replace(/\/$/, ""),
      type,
    }));
  }

  /** What a login method gives policies to; null for a method whose roles we don't know how to list. */
  async roles(mount: { path: string; type: string }): Promise<AuthRole[] | null> {
    const kinds = ROLES[mount.type];
    if (!kinds) return null;
    const roles: AuthRole[] = [];
    for (const kind of kinds) {
      const base = enginePath(`auth/${mount.path}`, kind);
      const names = (await this.#calls.list("roles", base, Keys))?.data.keys ?? [];
      for (const name of names) {
        const found = await this.#calls.read("role", enginePath(base, name), Role);
        if (!found) continue;
        const { token_policies: given, policies: older, role_type: roleType } = found.data;
        roles.push({
          name,
          policies: [...(given ?? []), ...(older ?? [])],
          roleType: roleType ?? null,
          namespaces: found.data.bound_service_account_namespaces ?? null,
        });
      }
    }
    return roles;
  }

  /** Entities and groups of the identity store that have policies of their own. */
  async identities(kind: "entity" | "group") {
    const base = `identity/${kind}/id`;
    const ids = (await this.#calls.list(kind, base, Keys))?.data.keys ?? [];
    const found = await Promise.all(
      ids.slice(0, 500).map((id) => this.#calls.read(kind, enginePath(base, id), Entity)),
    );
    return found.flatMap((each) =>
      each
        ? [
            {
              name: each.data.name,
              policies: each.data.policies ?? [],
              methods: (each.data.aliases ?? []).map((alias) => alias.mount_type ?? "gone"),
            },
          ]
        : [],
    );
  }
}
