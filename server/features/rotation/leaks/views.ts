import { z } from "zod";
import { ROLES } from "#server/platform/authz/scopes.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { ConsumerView, OldUseView } from "../consumers/schema.ts";
import { SECRET_CLASSES } from "../rules.ts";
import { ENVIRONMENTS, RequestedBy } from "../schema.ts";
import { INCIDENT_SOURCES, INCIDENT_STATES } from "./schema.ts";

export const ListIncidentsInput = z.object({
  states: z.array(z.enum(INCIDENT_STATES)).max(INCIDENT_STATES.length).optional(),
  bindingId: entityId("secret binding").optional(),
  cursor: entityId("leak incident").optional(),
  limit: z.number().int().min(1).max(100).default(50),
});
export type ListIncidentsInput = z.output<typeof ListIncidentsInput>;

export const IncidentInBrief = z.object({
  incidentId: z.uuid(),
  bindingId: z.uuid(),
  credential: z.string(),
  environment: z.enum(ENVIRONMENTS),
  state: z.enum(INCIDENT_STATES),
  openedAt: z.date(),
  containedAt: z.date().nullable(),
  closedAt: z.date().nullable(),
});
export type IncidentInBrief = z.infer<typeof IncidentInBrief>;

export const IncidentPage = z.object({
  asOf: z.date(),
  items: z.array(IncidentInBrief),
  nextCursor: z.string().nullable(),
});

export const IncidentInput = z.object({ incidentId: entityId("leak incident") });

/** An event of the audit log, in words that a report can hold. */
export const IncidentEvent = z.object({
  eventId: z.uuid(),
  at: z.date(),
  type: z.string(),
  outcome: z.string(),
  actorKind: z.string(),
  /** Null when it was erased. */
  actorName: z.string().nullable(),
  note: z.string().nullable(),
  isSealed: z.boolean(),
});
export type IncidentEvent = z.infer<typeof IncidentEvent>;

export const IncidentSourceView = z.object({
  source: z.enum(INCIDENT_SOURCES),
  state: z.enum(["read", "unknown", "not-asked"]),
  reason: z.string(),
  lookedAt: z.date().nullable(),
  /** Everything that it ever told about this incident. */
  findings: z.array(
    z.object({
      name: z.string(),
      detail: z.string(),
      human: z.enum(["yes", "no", "unknown"]),
      firstSeenAt: z.date(),
      lastSeenAt: z.date(),
    }),
  ),
});
export type IncidentSourceView = z.infer<typeof IncidentSourceView>;

export const IncidentView = z.object({
  asOf: z.date(),
  incidentId: z.uuid(),
  state: z.enum(INCIDENT_STATES),
  credential: z.object({
    bindingId: z.uuid(),
    name: z.string(),
    class: z.enum(SECRET_CLASSES),
    environment: z.enum(ENVIRONMENTS),
    store: z.string(),
    path: z.string(),
    owner: z.string(),
    currentVersion: z.number().int().nullable(),
  }),
  leakedVersion: z.number().int().nullable(),
  exposedFrom: z.date().nullable(),
  openedAt: z.date(),
  openedBy: RequestedBy,
  reason: z.string().nullable(),
  /** The rotation that answers it, as it stands. */
  rotation: z
    .object({
      rotationId: z.uuid(),
      state: z.string(),
      errorText: z.string().nullable(),
      approvalId: z.uuid().nullable(),
    })
    .nullable(),
  /** The event that says that the leaked value was refused; null while there is none. */
  proof: z
    .object({ at: z.date(), note: z.string(), eventId: z.uuid(), isSealed: z.boolean() })
    .nullable(),
  closing: z
    .object({
      at: z.date(),
      by: RequestedBy,
      findings: z.string().nullable(),
      proofByHand: z.string().nullable(),
    })
    .nullable(),
  timeline: z.array(IncidentEvent),
  /** What people and services did with the credential in the console since the value came into use. */
  consoleUses: z.array(IncidentEvent),
  sources: z.array(IncidentSourceView),
  consumers: z.array(ConsumerView),
  oldUses: z.array(OldUseView),
  /** Which roles may do what with the reference; none of them can read the value. */
  consoleRoles: z.array(
    z.object({ role: z.enum(ROLES), mayRotate: z.boolean(), mayOverride: z.boolean() }),
  ),
});
export type IncidentView = z.infer<typeof IncidentView>;
