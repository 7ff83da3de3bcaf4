import { z } from "zod";
import { SecretValue } from "#server/platform/secret-value.ts";
import { EngineCalls, enginePath } from "./engine-calls.ts";
import { oddAnswer } from "./openbao-error.ts";
import type { OpenBaoHttp } from "./openbao-http.ts";

/** A static role's settings and age, without its password. */
export interface StaticRole {
  name: string;
  connection: string;
  username: string;
  rotationPeriodSeconds: number | null;
  /** RFC 3339; null when OpenBao has not rotated it yet. */
  lastRotatedAt: string | null;
}

export interface StaticCredential {
  username: string;
  password: SecretValue;
  lastRotatedAt: string | null;
  /** Until OpenBao rotates it by itself. */
  ttlSeconds: number;
}

/** A login made for us alone. The lease is the only handle by which it can be revoked. */
export interface DynamicCredential {
  leaseId: string;
  ttlSeconds: number;
  isRenewable: boolean;
  username: string;
  password: SecretValue;
}

export interface DynamicRole {
  name: string;
  connection: string;
  defaultTtlSeconds: number;
  maxTtlSeconds: number;
}

/** The documentation says `last_openbao_rotation`, the code `last_vault_rotation`. */
const Rotated = {
  last_openbao_rotation: z.string().nullish(),
  last_vault_rotation: z.string().nullish(),
};
const NamesBody = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const StaticRoleBody = z.object({
  data: z.object({
    db_name: z.string(),
    username: z.string(),
    rotation_period: z.number().optional(),
    ...Rotated,
  }),
});
const StaticCredentialBody = z.object({
  data: z.object({
    username: z.string(),
    password: z.string().min(1),
    ttl: z.number(),
    ...Rotated,
  }),
});
const DynamicRoleBody = z.object({
  data: z.object({ db_name: z.string(), default_ttl: z.number(), max_ttl: z.number() }),
});
const DynamicCredentialBody = z.object({
  lease_id: z.string().min(1),
  lease_duration: z.number(),
  renewable: z.boolean(),
  data: z.object({ username: z.string().min(1), password: z.string().min(1) }),
});

/** The database engine below one mount. */
export class DatabaseEngine {
  readonly #calls: EngineCalls;
  readonly #mount: string;

  constructor(http: OpenBaoHttp, mount = "database") {
    this.#calls = new EngineCalls(http);
    this.#mount = mount;
  }

  async staticRoles(): Promise<string[]> {
    return this.#names("static role list", "static-roles");
  }

  async dynamicRoles(): Promise<string[]> {
    return this.#names("database role list", "roles");
  }

  /** Null when there is no such static role. */
  async staticRole(name: string): Promise<StaticRole | null> {
    const path = this.#path("static-roles", name);
    const found = await this.#calls.read("static role read", path, StaticRoleBody);
    if (!found) return null;
    const { db_name: connection, username, rotation_period: period, ...rotated } = found.data;
    return {
      name,
      connection,
      username,
      rotationPeriodSeconds: period ?? null,
      lastRotatedAt: lastRotation(rotated),
    };
  }

  async staticCredential(name: string): Promise<StaticCredential | null> {
    const path = this.#path("static-creds", name);
    const found = await this.#calls.read("static credential read", path, StaticCredentialBody);
    if (!found) return null;
    const { username, password, ttl, ...rotated } = found.data;
    return {
      username,
      password: SecretValue.of(password),
      lastRotatedAt: lastRotation(rotated),
      ttlSeconds: ttl,
    };
  }

  /**
   * Rotates a static role now. A failure with oddity `background_retry` means that OpenBao keeps
   * trying: the password may change at any moment. Compare `lastRotatedAt` before going on.
   */
  async rotateStaticRole(name: string): Promise<void> {
    await this.#calls.do("rotate-role", this.#path("rotate-role", name));
  }

  async dynamicRole(name: string): Promise<DynamicRole | null> {
    const path = this.#path("roles", name);
    const found = await this.#calls.read("database role read", path, DynamicRoleBody);
    if (!found) return null;
    const { db_name: connection, default_ttl, max_ttl } = found.data;
    return { name, connection, defaultTtlSeconds: default_ttl, maxTtlSeconds: max_ttl };
  }

  /** Makes a login. Never repeated: after `outcome_unknown` look for a lease that nobody recorded. */
  async issueCredential(role: string): Promise<DynamicCredential | null> {
    const operation = "database credential issue";
    const path = this.#path("creds", role);
    const found = await this.#calls.readOnce(operation, path, DynamicCredentialBody);
    if (!found) return null;
    const { lease_id: leaseId, lease_duration: ttlSeconds, renewable, data } = found;
    if (!leaseId.startsWith(`${path}/`)) throw oddAnswer(operation, "contradiction");
    return {
      leaseId,
      ttlSeconds,
      isRenewable: renewable,
      username: data.username,
      password: SecretValue.of(data.password),
    };
  }

  /** What every lease of a dynamic role begins with, for `Leases.revokePrefix` and `Leases.list`. */
  leasePrefix(role: string): string {
    return this.#path("creds", role);
  }

  async #names(operation: string, area: string): Promise<string[]> {
    const found = await this.#calls.list(operation, this.#path(area), NamesBody);
    return found?.data.keys ?? [];
  }

  #path(...segments: string[]): string {
    return enginePath(this.#mount, ...segments);
  }
}

function lastRotation(rotated: {
  last_openbao_rotation?: string | null;
  last_vault_rotation?: string | null;
}): string | null {
  return rotated.last_openbao_rotation ?? rotated.last_vault_rotation ?? null;
}
