import "server-only";
import { z } from "zod";
import type { LiveGrant } from "./authz/live-grants.ts";
import type { Scope } from "./authz/scopes.ts";
import type { AuthorizedTenantId } from "./tenancy/authorized-tenant.ts";

/** Identity is (issuer, subject), never an e-mail (law 9). */
export const principalSchema = z.object({ issuer: z.string(), subject: z.string() });
export type Principal = z.infer<typeof principalSchema>;

/** Everyone is somebody (law 13). */
export type Actor =
  | ({ kind: "user"; sessionId: string; displayName: string; roles: readonly string[] } & Principal)
  | ({ kind: "service"; human: Principal | "unknown"; roles: readonly string[] } & Principal)
  | { kind: "worker"; name: string; causedBy: string | null }
  | { kind: "system"; component: string };

/** Who calls, for which tenant, with which scopes. Made only after the tenant guard. */
export interface Caller {
  readonly actor: Actor;
  readonly tenant: AuthorizedTenantId;
  /** What roles give, and what live grants add; a grant counts in its environment only. */
  readonly scopes: ReadonlySet<Scope>;
  /** A person's live grants, and what the roles alone give; absent without a grant. */
  readonly elevation?: {
    readonly standing: ReadonlySet<Scope>;
    readonly grants: readonly LiveGrant[];
  };
  /** W3C trace context of the call. */
  readonly traceparent: string;
  readonly requestId: string;
  /** A key under which the caller wants this act to happen once. */
  readonly idempotencyKey?: string;
}

/** The stable text of an actor: the input of its pseudonym in the log. */
export function actorKey(actor: Actor): string {
  switch (actor.kind) {
    case "user":
    case "service":
      return `${actor.kind}:${actor.issuer}|${actor.subject}`;
    case "worker":
      return `worker:${actor.name}`;
    case "system":
      return `system:${actor.component}`;
  }
}
