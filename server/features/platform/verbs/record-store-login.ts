import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";

/**
 * Notes how a worker is logged in to a store, in the Sovereign's own log. A failure that lasts is
 * told of once.
 */
export const recordStoreLogin = verb({
  name: "platform.recordStoreLogin",
  scope: "runtime.stores.report",
  input: z.object({
    address: z.string().min(1).max(300),
    worker: z.string().min(1).max(200),
    method: z.enum(["token", "jwt", "kubernetes", "cert"]),
    role: z.string().max(200),
    /** Null when it is logged in. */
    errorCode: z.string().max(60).nullable(),
    /** 0 = the login does not end. */
    ttlSeconds: z.number().int().min(0),
  }),
  output: z.object({ isLoggedIn: z.boolean() }),
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const { address, worker, method, role, errorCode, ttlSeconds } = input;
    const [before] = await tx.query<{ error_code: string | null }>(
      "SELECT error_code FROM store_login WHERE tenant_id = $1 AND address = $2 AND worker = $3 FOR UPDATE",
      [tenant, address, worker],
    );
    const isLoggedIn = errorCode === null;
    if (before && !isLoggedIn && before.error_code === errorCode) return unchanged({ isLoggedIn });
    await tx.query(UPSERT, [tenant, address, worker, method, role, errorCode, ttlSeconds]);
    return audited(
      { isLoggedIn },
      {
        type: isLoggedIn ? "runtime.stores.logged-in" : "runtime.stores.login-failed",
        subject: `tenant/${tenant}`,
        outcome: isLoggedIn ? "succeeded" : "failed",
        payload: { address, worker, method, role, ttlSeconds, ...(errorCode ? { errorCode } : {}) },
      },
    );
  },
});

const UPSERT = `
  INSERT INTO store_login AS l (tenant_id, address, worker, method, role, error_code, since, expires_at, seen_at)
  VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(),
    CASE WHEN $6::text IS NULL AND $7 > 0 THEN clock_timestamp() + make_interval(secs => $7) END, clock_timestamp())
  ON CONFLICT (tenant_id, address, worker) DO UPDATE SET method = excluded.method, role = excluded.role,
    since = CASE WHEN l.error_code IS NOT DISTINCT FROM excluded.error_code THEN l.since ELSE excluded.since END,
    error_code = excluded.error_code, expires_at = excluded.expires_at, seen_at = excluded.seen_at`;
