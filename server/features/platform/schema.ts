import { z } from "zod";

/** One tenant as a platform operator sees it: counts and times, never content. */
export const TenantCounts = z.object({
  tenantId: z.string(),
  kind: z.enum(["sovereign", "organization"]),
  credentials: z.number().int(),
  unfinishedRotations: z.number().int(),
  /** Outcome unknown, or the old value could not be revoked. */
  troubledRotations: z.number().int(),
  /** Since when the oldest due rotation waits for a worker; null when none does. */
  oldestDueAt: z.date().nullable(),
  openAlerts: z.number().int(),
  unsealedEvents: z.number().int(),
  /** The published window: events recorded since then are not sealed yet. */
  oldestUnsealedAt: z.date().nullable(),
  sealedEvents: z.number().int(),
  sealedAt: z.date().nullable(),
});
export type TenantCounts = z.infer<typeof TenantCounts>;

/** How one worker is logged in to one secret store. */
export const StoreLoginView = z.object({
  address: z.string(),
  worker: z.string(),
  method: z.enum(["token", "jwt", "kubernetes", "cert"]),
  role: z.string(),
  /** Null when it is logged in. */
  errorCode: z.string().nullable(),
  since: z.date(),
  /** When the token ends; it is replaced before. Null: it does not end, or there is none. */
  expiresAt: z.date().nullable(),
});
export type StoreLoginView = z.infer<typeof StoreLoginView>;

/** Who decides, and how a governance engine answered in the last day. */
export const EngineHealth = z.object({
  /** Null: Cedar, by the console's own rules. */
  governance: z
    .object({ name: z.string(), address: z.string(), timeoutMillis: z.number() })
    .nullable(),
  cedarVersion: z.string(),
  answered: z.number().int(),
  unanswered: z.number().int(),
  answeredAt: z.date().nullable(),
  unansweredAt: z.date().nullable(),
});
export type EngineHealth = z.infer<typeof EngineHealth>;

export const PlatformHealth = z.object({
  asOf: z.date(),
  engine: EngineHealth,
  tenants: z.array(TenantCounts),
  /** In the Sovereign's context only; the newest of the last day. */
  logins: z.array(StoreLoginView),
});
export type PlatformHealth = z.infer<typeof PlatformHealth>;
