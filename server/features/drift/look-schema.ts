import { z } from "zod";
import {
  Difference,
  Environment,
  IgnoreRuleSpec,
  Reason,
  Rule,
  Severity,
  SourceState,
} from "./schema.ts";

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const cluster = z.string().min(1).max(200);
const object = {
  cluster,
  environment: Environment.nullable(),
  apiVersion: z.string().max(320),
  kind: z.string().max(253),
  namespace: z.string().max(253).nullable(),
  name: z.string().max(253),
};

export const BeginDriftLookInput = z.object({
  owner: z.string().min(1).max(200),
  leaseSeconds: z.number().int().min(1).max(3_600),
  /** A source told of a change: the turn need not have come. */
  isHastened: z.boolean().default(false),
});
export const DriftLookBegun = z.object({
  /** Null: it isn't due, or another worker looks. */
  begun: z
    .object({
      fence: z.string(),
      startedAt: z.date(),
      isSovereign: z.boolean(),
      /** Of what the findings were made, by cluster. */
      clusters: z.array(z.object({ cluster, inputsDigest: digest })),
      /** In force, by the database's clock. */
      ignore: z.array(z.object({ ruleId: z.uuid(), version: z.number(), spec: IgnoreRuleSpec })),
    })
    .nullable(),
});
export type DriftLook = NonNullable<z.infer<typeof DriftLookBegun>["begun"]>;

export const SeenFinding = z.object({
  ...object,
  fingerprint: digest,
  groupId: z.string().regex(/^[0-9a-f]{32}$/),
  contentDigest: digest,
  rule: Rule,
  severity: Severity,
  managers: z.array(z.string().max(200)).max(50),
  reason: Reason,
  params: z.record(z.string(), z.string().max(4_000)),
  differences: z.array(Difference).max(200),
  differenceCount: z.number().int().min(0),
  searchText: z.string().max(8_000),
});
export type SeenFinding = z.infer<typeof SeenFinding>;

export const SeenIgnored = z.object({
  ...object,
  ruleId: z.uuid(),
  objectDigest: digest,
  differences: z.array(Difference).max(200),
  differenceCount: z.number().int().min(0),
});
export type SeenIgnored = z.infer<typeof SeenIgnored>;

export const RecordDriftInput = z.object({
  fence: z.string().regex(/^\d+$/),
  /** New, changed or back. */
  seen: z.array(SeenFinding).max(500).default([]),
  /** Not there any more, as sources that could tell show. */
  goneIds: z.array(z.uuid()).max(2_000).default([]),
  ignored: z.array(SeenIgnored).max(500).default([]),
  unignored: z
    .array(z.object({ ruleId: z.uuid(), objectDigest: digest }))
    .max(2_000)
    .default([]),
  /** With the last slice: ends the turn. */
  end: z
    .object({
      nextInSeconds: z.number().int().min(1).max(86_400),
      /** When the sources were begun to be read. */
      readAt: z.date(),
      sources: z.array(SourceState).max(500),
      clusters: z
        .array(
          z.object({
            cluster,
            /** Null: it could not be read, and what it was made from stays as it was. */
            inputsDigest: digest.nullable(),
            isLive: z.boolean(),
            /** Everything that is asked of it was read and compared; null where nothing is asked. */
            isCompared: z.boolean().nullable(),
          }),
        )
        .max(200),
    })
    .optional(),
});
export const DriftRecorded = z.object({
  /** By cause: what is to be told of. */
  told: z.array(
    z.object({
      act: z.enum(["found", "changed", "reopened", "resolved"]),
      groupId: z.string(),
      rule: Rule,
      severity: Severity,
      count: z.number(),
      kind: z.string(),
      name: z.string(),
      eventId: z.string(),
      /** Was less severe, or not there. */
      isNewlyCritical: z.boolean(),
    }),
  ),
});
export type DriftTold = z.infer<typeof DriftRecorded>["told"];
