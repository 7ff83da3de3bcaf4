import { z } from "zod";
import { SECRET_CLASSES } from "#server/engines/secret-policy/default-rule.ts";
import { entityId } from "#server/platform/entity-id.ts";

export const DISCOVERY_SOURCES = [
  "openbao-kv",
  "openbao-static-role",
  "external-secret",
  "azure-key-vault",
] as const;
export type DiscoverySource = (typeof DISCOVERY_SOURCES)[number];

const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
const store = z.enum(["openbao", "azure-key-vault"]);
const path = z.string().min(1).max(400);

export const BeginDiscoveryInput = z.object({
  owner: z.string().min(1).max(200),
  leaseSeconds: z.number().int().min(1).max(3_600),
});

/** Where the names of shared mounts and vaults belong to this tenant. */
export const DiscoveryTarget = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("openbao"),
    mount: z.string(),
    engine: z.enum(["transit", "database", "pki", "kv"]),
    prefix: z.string(),
  }),
  z.object({ kind: z.literal("azure-key-vault"), vault: z.string(), prefix: z.string() }),
]);
export type DiscoveryTarget = z.infer<typeof DiscoveryTarget>;

export const DiscoveryBegun = z.object({
  /** Null: it isn't due, or another worker looks. */
  begun: z.object({ fence: z.string(), targets: z.array(DiscoveryTarget) }).nullable(),
});

/** A secret that a store lists, or that something refers to. */
const FoundSecret = z.object({
  store,
  path,
  name: z.string().min(1).max(200),
  class: z.enum(SECRET_CLASSES),
  environment: z.enum(ENVIRONMENTS),
});

const fence = z.string().regex(/^\d+$/);
const leaseSeconds = z.number().int().min(1).max(3_600);

/** What one transaction of a run changes at most of each sort. */
export const MOST_AT_ONCE = 500;

/** A chunk of what stores list. */
export const NoteFoundInput = z.object({
  fence,
  /** The turn is kept for so long from now. */
  leaseSeconds,
  found: z.array(FoundSecret).min(1).max(MOST_AT_ONCE),
});
export const FoundNoted = z.object({ unmanaged: z.number().int(), back: z.number().int() });

export const RecordDiscoveryInput = z.object({
  fence,
  /** The turn is kept for so long while there is more than one record takes. */
  leaseSeconds,
  /** Seconds until the next run. */
  nextInSeconds: z.number().int().min(1).max(86_400),
  sources: z
    .array(
      z.object({
        source: z.enum(DISCOVERY_SOURCES),
        place: z.string().min(1).max(400),
        /** Null: it was read whole. */
        failure: z
          .object({ code: z.string().min(1).max(60), text: z.string().min(1).max(1_000) })
          .nullable(),
        found: z.number().int().min(0),
        takenAt: z.date().nullable().default(null),
        digest: z.string().max(100).nullable().default(null),
      }),
    )
    .max(1_000),
  /** Parts of stores that were read whole: what isn't found there isn't there. */
  whole: z.array(z.object({ store, prefix: z.string().min(1).max(400) })).max(1_000),
  /** All that stores list, each noted before: what is not among it, where a part was read whole, is gone. */
  found: z.array(FoundSecret.pick({ store: true, path: true })).max(1_000_000),
  /** What objects of a cluster refer to; whether it is there, a store says. */
  references: z
    .array(FoundSecret.extend({ place: z.string().min(1).max(600), detail: z.string().max(600) }))
    .max(100_000),
});
export type RecordDiscoveryInput = z.input<typeof RecordDiscoveryInput>;

/** Of the whole run so far. */
export const DiscoveryRecorded = z.object({
  unmanaged: z.number().int(),
  missing: z.number().int(),
  back: z.number().int(),
  /** Whether there was more than one record takes: the turn is kept, and the same is recorded again. */
  isMore: z.boolean(),
});

export const DiscoveryState = z.object({
  asOf: z.date(),
  /** Null: never. */
  lastRunAt: z.date().nullable(),
  sources: z.array(
    z.object({
      source: z.enum(DISCOVERY_SOURCES),
      place: z.string(),
      triedAt: z.date(),
      /** When it was last read whole. */
      readAt: z.date().nullable(),
      failingSince: z.date().nullable(),
      failureCode: z.string().nullable(),
      failureText: z.string().nullable(),
      found: z.number().int(),
      takenAt: z.date().nullable(),
    }),
  ),
  unmanaged: z.number().int(),
  missing: z.number().int(),
});

export const SightingsInput = z.object({ bindingId: entityId("secret binding") });
export const SightingsOutput = z.object({
  asOf: z.date(),
  origin: z.enum(["bound", "discovered"]),
  /** When its store last listed it; null: never looked, or never there. */
  lastSeenAt: z.date().nullable(),
  missingSince: z.date().nullable(),
  retiredAt: z.date().nullable(),
  retiredReason: z.string().nullable(),
  /** Whether the viewer may bind and unbind here. */
  mayBind: z.boolean(),
  sightings: z.array(
    z.object({
      source: z.enum(DISCOVERY_SOURCES),
      place: z.string(),
      detail: z.string(),
      firstSeenAt: z.date(),
      lastSeenAt: z.date(),
      goneAt: z.date().nullable(),
    }),
  ),
});
