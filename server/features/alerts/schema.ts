import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";
import { EventTypes } from "./event-types.ts";

export const Severity = z.enum(["info", "warning", "critical"]);

export const RaiseAlertInput = z.object({
  kind: z.string().regex(/^[a-z][a-z0-9-]{0,99}$/, "must be a short name in kebab-case"),
  severity: Severity,
  subjectRef: z.string().regex(/^[a-z][a-z0-9-]*\/[\x21-\x7e]{1,180}$/, "must be like kind/id"),
  detail: z.string().trim().min(1, "must say what happened").max(2000),
  /** The event that the alert is about. */
  eventId: entityId("audit event").optional(),
  /** Tells subscribers what happened, and asks nobody to do anything: it is acknowledged from the start. */
  isNotice: z.boolean().default(false),
});

export const AlertRaised = z.object({ alertId: z.string(), deliveries: z.number() });

export const AlertId = z.object({ alertId: entityId("alert") });
export const AlertAcknowledged = z.object({ alertId: z.string(), acknowledgedAt: z.date() });

export const AlertView = z.object({
  alertId: z.string(),
  kind: z.string(),
  severity: Severity,
  subjectRef: z.string(),
  detail: z.string(),
  eventId: z.string().nullable(),
  createdAt: z.date(),
  acknowledgedAt: z.date().nullable(),
  acknowledgedBy: z.string().nullable(),
});
export type AlertView = z.infer<typeof AlertView>;

const limit = z.number().int().min(1).max(100).default(50);

export const ListAlertsInput = z.object({
  show: z.enum(["open", "acknowledged", "all"]).default("open"),
  limit,
  cursor: entityId("alert").optional(),
});
export type ListAlertsInput = z.infer<typeof ListAlertsInput>;

export const AlertPage = z.object({
  items: z.array(AlertView),
  openCount: z.number(),
  nextCursor: z.string().nullable(),
  asOf: z.date(),
});
export type AlertPage = z.infer<typeof AlertPage>;

export const AddWebhookEndpointInput = z.object({
  url: z.string().trim().min(1, "must not be empty").max(2000),
  description: z.string().trim().max(200, "must have at most 200 characters").default(""),
  /** Events of credentials that it gets, besides every alert. */
  eventTypes: EventTypes.default([]),
});

export const WebhookEndpointId = z.object({ endpointId: entityId("webhook endpoint") });
export const SetWebhookEndpointEnabledInput = WebhookEndpointId.extend({ enabled: z.boolean() });
export const EndpointState = WebhookEndpointId.extend({ enabled: z.boolean() });

export const RetireWebhookEndpointInput = WebhookEndpointId.extend({
  reason: z
    .string()
    .trim()
    .min(10, "must say why, in 10 characters or more")
    .max(1_000, "must be 1,000 characters at most"),
});
export const EndpointRetired = WebhookEndpointId.extend({ retiredAt: z.date() });
export const TestQueued = WebhookEndpointId.extend({ deliveryId: z.string() });

export const DeliveryState = z.enum(["pending", "delivered", "dead"]);

export const WebhookEndpointView = z.object({
  endpointId: z.string(),
  url: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  eventTypes: z.array(z.string()),
  createdAt: z.date(),
  /** The newest that was tried. */
  lastDelivery: z
    .object({
      state: DeliveryState,
      attempt: z.number().int(),
      /** When it ended, or when it is tried again. */
      at: z.date(),
      responseStatus: z.number().int().nullable(),
      lastError: z.string().nullable(),
    })
    .nullable(),
  /** Deliveries that wait. */
  waiting: z.number().int(),
  /** Deliveries of the last 30 days that were given up. */
  failed: z.number().int(),
});
export type WebhookEndpointView = z.infer<typeof WebhookEndpointView>;

/** Why a delivery failed: a code, never a word of the receiver's answer. */
export const DeliveryFault = z.enum([
  "address-refused",
  "name-not-found",
  "connection-refused",
  "connection-lost",
  "tls",
  "timeout",
  "redirect",
  "http-status",
  "endpoint-disabled",
  "gave-up",
  "other",
]);
export type DeliveryFault = z.infer<typeof DeliveryFault>;

export const ListDeliveriesInput = z.object({
  endpointId: entityId("webhook endpoint").optional(),
  limit,
  cursor: entityId("webhook delivery").optional(),
});
export type ListDeliveriesInput = z.infer<typeof ListDeliveriesInput>;

export const DeliveryView = z.object({
  deliveryId: z.string(),
  endpointId: z.string(),
  /** It delivers one of the two. */
  alertId: z.string().nullable(),
  eventId: z.string().nullable(),
  state: DeliveryState,
  attempt: z.number(),
  nextAttemptAt: z.date(),
  responseStatus: z.number().nullable(),
  lastError: z.string().nullable(),
  finishedAt: z.date().nullable(),
});

export const DeliveryPage = z.object({
  items: z.array(DeliveryView),
  nextCursor: z.string().nullable(),
  asOf: z.date(),
});
export type DeliveryPage = z.infer<typeof DeliveryPage>;

export const WebhookKey = z.object({
  /** Standard Webhooks: signatures `v1a`, Ed25519 over `id.timestamp.body`. */
  scheme: z.literal("v1a"),
  /** The first 16 hex digits of the SHA-256 of the public key: to tell keys apart. */
  keyId: z.string(),
  publicKey: z.string(),
});

const DeliveryId = z.object({ deliveryId: z.uuid("must be the id of a webhook delivery") });
export const BeginDeliveryInput = DeliveryId;

export const DeliveryClaim = z.discriminatedUnion("isClaimed", [
  z.object({ isClaimed: z.literal(false) }),
  z.object({
    isClaimed: z.literal(true),
    /** Counts claims: only the latest may record how it went. */
    fence: z.string(),
    attempt: z.number(),
    url: z.string(),
    /** The message's id: the same in every attempt, so that receivers count it once. */
    messageId: z.string(),
    attemptedAt: z.date(),
    body: z.string(),
  }),
]);

export const RecordDeliveryInput = DeliveryId.extend({
  fence: z.string().regex(/^[0-9]{1,18}$/, "must be the fence of a claim"),
  result: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("answered"), status: z.number().int().min(100).max(599) }),
    z.object({ kind: z.literal("failed"), fault: DeliveryFault }),
  ]),
  /** The pause before the next attempt, if there is to be one. */
  retryAfterSeconds: z.number().int().min(1).max(86_400),
});

export const DeliveryRecorded = z.object({ isRecorded: z.boolean(), state: DeliveryState });
