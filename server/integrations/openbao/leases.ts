import { z } from "zod";
import { EngineCalls, enginePath } from "./engine-calls.ts";
import { OpenBaoError, oddAnswer } from "./openbao-error.ts";
import type { OpenBaoHttp } from "./openbao-http.ts";

export interface Lease {
  leaseId: string;
  issuedAt: string;
  /** Null when it does not expire. */
  expiresAt: string | null;
  lastRenewedAt: string | null;
  ttlSeconds: number;
  isRenewable: boolean;
}

const LookupBody = z.object({
  data: z.object({
    id: z.string(),
    issue_time: z.string(),
    expire_time: z.string().nullable(),
    last_renewal: z.string().nullable(),
    ttl: z.number(),
    renewable: z.boolean(),
  }),
});
const RenewBody = z.object({ lease_duration: z.number(), renewable: z.boolean() });
const NamesBody = z.object({ data: z.object({ keys: z.array(z.string()) }) });

/** Leases of whatever engine. OpenBao lists them by prefix only, and only to a token with `sudo`. */
export class Leases {
  readonly #calls: EngineCalls;

  constructor(http: OpenBaoHttp) {
    this.#calls = new EngineCalls(http);
  }

  /** Null when it is revoked, expired or was never there: OpenBao keeps no memory of a lease. */
  async lookup(leaseId: string): Promise<Lease | null> {
    const found = await unlessAbsent(
      this.#calls.send(
        "lease lookup",
        "sys/leases/lookup",
        { lease_id: leaseId },
        LookupBody,
        true,
      ),
    );
    if (!found) return null;
    const { data } = found;
    if (data.id !== leaseId) throw oddAnswer("lease lookup", "contradiction");
    return {
      leaseId: data.id,
      issuedAt: data.issue_time,
      expiresAt: data.expire_time,
      lastRenewedAt: data.last_renewal,
      ttlSeconds: data.ttl,
      isRenewable: data.renewable,
    };
  }

  /** Answers the seconds it now lives, at most the role's `max_ttl`; null when the lease is gone. */
  async renew(leaseId: string, incrementSeconds: number): Promise<number | null> {
    const body = { lease_id: leaseId, increment: incrementSeconds };
    const found = await unlessAbsent(
      this.#calls.send("lease renew", "sys/leases/renew", body, RenewBody, true),
    );
    return found?.lease_duration ?? null;
  }

  /** Waits until it is revoked. Revoking what is gone is no error. */
  async revoke(leaseId: string): Promise<void> {
    await this.#calls.do(
      "lease revoke",
      "sys/leases/revoke",
      { lease_id: leaseId, sync: true },
      true,
    );
  }

  /** Revokes every lease below a prefix and waits for it. Needs `sudo`. */
  async revokePrefix(prefix: string): Promise<void> {
    const path = enginePath("sys/leases/revoke-prefix", prefix);
    await this.#calls.do("lease revoke-prefix", path, { sync: true }, true);
  }

  /** Lease ids directly below a prefix. Needs `sudo`. */
  async list(prefix: string): Promise<string[]> {
    const path = `${enginePath("sys/leases/lookup", prefix)}/`;
    const found = await this.#calls.list("lease list", path, NamesBody);
    return (found?.data.keys ?? []).map((key) => `${prefix}/${key}`);
  }
}

async function unlessAbsent<T>(call: Promise<T>): Promise<T | null> {
  return call.catch((error: unknown) => {
    if (error instanceof OpenBaoError && error.failure === "not_found") return null;
    throw error;
  });
}
