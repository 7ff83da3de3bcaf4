import { z } from "zod";

/** Every kind of record that an input may point at. The isolation test swaps these for foreign ones. */
export const ENTITY_KINDS = [
  "secret binding",
  "rotation",
  "leak incident",
  "lease",
  "manual completion",
  "certificate renewal",
  "secret policy",
  "audit event",
  "approval request",
  "approval review",
  "policy decision",
  "alert",
  "webhook endpoint",
  "webhook delivery",
  "saved view",
  "deployment request",
  "deployment comment",
  "elevation request",
  "elevation grant",
  "elevation projection",
  "region",
  "region promotion",
  "step-up attempt",
  "security key",
  "access campaign",
  "access item",
  "break-glass principal",
  "break-glass use",
  "drift finding",
  "drift ignore rule",
  "remediation",
  "remediation breaker",
  "tenant lifecycle",
  "isolation what-if",
  "legal hold",
  "evidence pack",
  "audit export",
  "event dead letter",
  "sink",
  "sink erasure",
  "sink backfill",
  "sink check",
  "dead letter",
] as const;

export type EntityKind = (typeof ENTITY_KINDS)[number];

/** The id of a record of this kind, in the caller's tenant. */
export function entityId(kind: EntityKind) {
  return z.uuid({ error: `must be the id of a ${kind}` }).meta({ entity: kind });
}

/** The kind that `entityId` marked a schema with, if it did. */
export function entityKindOf(schema: z.core.$ZodType): EntityKind | undefined {
  return z.globalRegistry.get(schema)?.entity as EntityKind | undefined;
}
