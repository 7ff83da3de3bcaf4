import { z } from "zod";
import { AccessCalls } from "./access.ts";
import { DatabaseEngine } from "./database-engine.ts";
import { KvV2 } from "./kv-v2.ts";
import { Leases } from "./leases.ts";
import { OpenBaoHttp, type OpenBaoOptions } from "./openbao-http.ts";
import { parseBody } from "./parse-body.ts";
import { Pki } from "./pki.ts";
import { PkiSuccession } from "./pki-succession.ts";
import { SystemCalls } from "./system.ts";
import { TenantAccessCalls } from "./tenant-access.ts";
import { Transit } from "./transit.ts";

/** What `sys/health` says. `unreachable` and odd answers are thrown: they are not a state of OpenBao's. */
export type OpenBaoHealth = "active" | "standby" | "sealed" | "uninitialized";

const HEALTH_BY_STATUS: Record<number, OpenBaoHealth> = {
  200: "active",
  429: "standby",
  472: "standby",
  473: "standby",
  501: "uninitialized",
  503: "sealed",
};

const SelfBody = z.object({
  data: z.object({ policies: z.array(z.string()), ttl: z.number(), renewable: z.boolean() }),
});

export interface TokenInfo {
  policies: string[];
  /** 0 = does not expire. */
  ttlSeconds: number;
  isRenewable: boolean;
}

/** One OpenBao, one namespace, one identity. Every failure is an `OpenBaoError`. */
export class OpenBaoClient {
  readonly #http: OpenBaoHttp;
  readonly kv: KvV2;
  readonly leases: Leases;
  readonly system: SystemCalls;
  readonly access: AccessCalls;
  readonly tenantAccess: TenantAccessCalls;

  constructor(options: OpenBaoOptions & { mount?: string }) {
    this.#http = new OpenBaoHttp(options);
    this.kv = new KvV2(this.#http, options.mount);
    this.leases = new Leases(this.#http);
    this.system = new SystemCalls(this.#http);
    this.access = new AccessCalls(this.#http);
    this.tenantAccess = new TenantAccessCalls(this.#http);
  }

  transit(mount = "transit"): Transit {
    return new Transit(this.#http, mount);
  }

  database(mount = "database"): DatabaseEngine {
    return new DatabaseEngine(this.#http, mount);
  }

  pki(mount = "pki"): Pki {
    return new Pki(this.#http, mount);
  }

  /** How the authorities of a PKI mount follow one another. */
  pkiSuccession(mount = "pki"): PkiSuccession {
    return new PkiSuccession(this.#http, mount);
  }

  /** KV version 2 below another mount than the client's own. */
  kvAt(mount: string): KvV2 {
    return new KvV2(this.#http, mount);
  }

  async health(): Promise<OpenBaoHealth> {
    const { status } = await this.#http.call({
      operation: "health",
      method: "GET",
      path: "sys/health",
      isRepeatable: true,
      expect: [429, 472, 473, 501, 503],
    });
    return HEALTH_BY_STATUS[status] ?? "sealed";
  }

  /** Ends our own token; its leases end with it. */
  async revokeSelf(): Promise<void> {
    await this.#http.call({
      operation: "token revoke",
      method: "POST",
      path: "auth/token/revoke-self",
      body: {},
      isRepeatable: false,
    });
  }

  /** What our own token may do and how long it lives. */
  async lookupSelf(): Promise<TokenInfo> {
    const { body } = await this.#http.call({
      operation: "token lookup",
      method: "GET",
      path: "auth/token/lookup-self",
      isRepeatable: true,
    });
    const { data } = parseBody(SelfBody, body, "token lookup");
    return { policies: data.policies, ttlSeconds: data.ttl, isRenewable: data.renewable };
  }

  async close(): Promise<void> {
    await this.#http.close();
  }
}
