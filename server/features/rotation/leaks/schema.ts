import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";
import { Rotator } from "../schema.ts";

export const INCIDENT_STATES = ["open", "contained", "closed"] as const;
export const INCIDENT_SOURCES = [
  "vault-policies",
  "vault-roles",
  "vault-entities",
  "vault-audit",
  "sessions",
  "leases",
] as const;

/** What answers the leak. */
export const LEAK_RESPONSES = [
  "rotating",
  "awaiting-approval",
  "hurried",
  "waiting",
  "by-hand",
] as const;
export type LeakResponse = (typeof LEAK_RESPONSES)[number];

const Reason = z
  .string()
  .trim()
  .min(10, "must say how it is known, in 10 characters or more")
  .max(1_000, "must be 1,000 characters at most");

export const MarkLeakedInput = z.object({
  bindingId: entityId("secret binding"),
  /** Which version leaked: the one in use now, or the one that still works in grace beside it. */
  leaked: z.enum(["current", "old"]).default("current"),
  reason: Reason,
});

export const LeakMarked = z.object({
  incidentId: z.uuid(),
  bindingId: z.uuid(),
  rotationId: z.uuid().nullable(),
  response: z.enum(LEAK_RESPONSES),
});

export const PursueLeakInput = z.object({ incidentId: entityId("leak incident") });

/** Where the value stands, for asking who could read it. */
export const LeakPursued = z.object({
  ask: z
    .object({
      store: z.string(),
      path: z.string(),
      rotator: Rotator,
      /** The login that leaked, where it is one of a database. */
      role: z.string().nullable(),
      /** Logins that were issued for it, from our own ledger; null where none lives by a lease. */
      leases: z.array(z.object({ name: z.string(), detail: z.string() })).nullable(),
      isContained: z.boolean(),
    })
    .nullable(),
});

/** Who could read the value, or used it, as one source tells. Goes into the erasable payload. */
export const SourceFinding = z.object({
  /** A policy, role, entity, session or lease, as its source calls it. */
  name: z.string().max(300),
  /** Where it holds or from where it came: a path, a mount, an address. */
  detail: z.string().max(500),
  /** Whether a person is behind it; unknown where the source does not tell. */
  human: z.enum(["yes", "no", "unknown"]),
});
export type SourceFinding = z.infer<typeof SourceFinding>;

export const SourceAnswer = z.object({
  source: z.enum(INCIDENT_SOURCES),
  state: z.enum(["read", "unknown"]),
  reason: z.string().max(60).default(""),
  findings: z.array(SourceFinding).max(500).default([]),
});
export type SourceAnswer = z.input<typeof SourceAnswer>;

export const RecordIncidentSourcesInput = z.object({
  incidentId: entityId("leak incident"),
  answers: z.array(SourceAnswer).min(1).max(INCIDENT_SOURCES.length),
});

export const CloseIncidentInput = z.object({
  incidentId: entityId("leak incident"),
  findings: z
    .string()
    .trim()
    .min(10, "must say what was found, in 10 characters or more")
    .max(4_000, "must be 4,000 characters at most"),
  /** How a person proved by hand that the leaked value is dead, where the console could not. */
  proofByHand: z
    .string()
    .trim()
    .min(10, "must say how, in 10 characters or more")
    .max(1_000, "must be 1,000 characters at most")
    .optional(),
});
export const IncidentClosed = z.object({
  incidentId: z.uuid(),
  state: z.enum(INCIDENT_STATES),
});
