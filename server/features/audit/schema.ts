import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";

export const Outcome = z.enum(["succeeded", "denied", "failed"]);
export const ActorKind = z.enum(["user", "service", "worker", "system"]);

/** Recorded in its change's transaction, sealed under a signed head, witnessed by somebody else. */
export const SealState = z.enum(["recorded", "sealed", "witnessed"]);
export type SealState = z.infer<typeof SealState>;

export const RecentEventsInput = z.object({ limit: z.int().min(1).max(20).default(10) });
export type RecentEventsInput = z.output<typeof RecentEventsInput>;

export const AuditEventSummary = z.object({
  eventId: z.uuid(),
  type: z.string(),
  subject: z.string(),
  outcome: Outcome,
  actorKind: ActorKind,
  actorRef: z.string(),
  /** From the payload: gone once that is erased. */
  actorName: z.string().nullable(),
  traceId: z.string(),
  recordedAt: z.date(),
  state: SealState,
  /** Decimal; null while only recorded. */
  leafIndex: z.string().nullable(),
});
export type AuditEventSummary = z.infer<typeof AuditEventSummary>;

export const RecentEvents = z.object({ events: z.array(AuditEventSummary), asOf: z.date() });

/** Whether the event may be trusted, from its envelope up to the newest signed head. */
export const SealProof = z.discriminatedUnion("status", [
  /** Not sealed yet: nothing to check. */
  z.object({ status: z.literal("pending") }),
  z.object({
    status: z.literal("proven"),
    leafIndex: z.string(),
    /** Hexadecimal. */
    leafHash: z.string(),
    sealedAt: z.date(),
    treeSize: z.string(),
    /** Base64, as in the checkpoint. */
    rootHash: z.string(),
    /** Base64, the leaf's sibling first (RFC 6962 §2.1.1). */
    path: z.array(z.string()),
    /** C2SP tlog-proof with the signed checkpoint: can be checked offline. */
    logProof: z.string(),
  }),
  /** What is stored is not what was sealed. */
  z.object({ status: z.literal("broken"), reason: z.string() }),
]);
export type SealProof = z.infer<typeof SealProof>;

export const PayloadState = z.enum(["intact", "altered", "unreadable", "erased"]);
export type PayloadState = z.infer<typeof PayloadState>;

export const AuditEventDetail = AuditEventSummary.extend({
  /** RFC 8785 JSON, byte for byte the log entry. */
  envelope: z.string(),
  payload: z.json().nullable(),
  payloadState: PayloadState,
  /** The policy decision that the act was made under, or denied by, when the payload names one. */
  decision: z
    .object({
      decisionId: z.uuid(),
      action: z.string(),
      outcome: z.enum(["allow", "deny"]),
      engine: z.string(),
      /** Ids of the policies that decided, then of errors; sorted. */
      reasons: z.array(z.string()),
      decidedAt: z.date(),
    })
    .nullable(),
  proof: SealProof,
  asOf: z.date(),
});
export type AuditEventDetail = z.infer<typeof AuditEventDetail>;

export const EventInput = z.object({ eventId: entityId("audit event") });

/** All events of one trace: what one request did, and what was done for it. */
export const EventTrace = z.object({
  traceId: z.string(),
  /** The earliest first. */
  events: z.array(AuditEventSummary),
  hasMore: z.boolean(),
  /** The event that caused the one asked about, which may be of another trace. */
  causedBy: AuditEventSummary.nullable(),
});
export type EventTrace = z.infer<typeof EventTrace>;

export const LogHead = z.object({
  origin: z.string(),
  /** C2SP verifier key: to be kept outside this installation. */
  verifierKey: z.string(),
  checkpoint: z
    .object({ treeSize: z.string(), rootHash: z.string(), note: z.string(), signedAt: z.date() })
    .nullable(),
  /** Who else keeps an eye on the log: what each cosigned last, and since when it does not. */
  witnesses: z.array(
    z.object({
      name: z.string(),
      treeSize: z.string().nullable(),
      cosignedAt: z.date().nullable(),
      trouble: z.enum(["unreachable", "refused", "bad-answer", "ahead", "forked"]).nullable(),
      troubleSince: z.date().nullable(),
    }),
  ),
  /** The window that no signature covers yet. */
  unsealed: z.object({ events: z.int(), since: z.date().nullable() }),
  asOf: z.date(),
});
export type LogHead = z.infer<typeof LogHead>;

export const EventTypes = z.array(z.string());
