import { z } from "zod";
import { LAYERS, MODELS } from "#server/engines/isolation/declaration.ts";
import { CELL_LAYERS, CELL_STATES, FACT_CODES, VERDICTS } from "#server/engines/isolation/fact.ts";
import { DeclarationInput, Environment, KnownSource, StoredFact } from "./schema.ts";
import { WhatIfAnswer, WhatIfQuestion } from "./what-if-schema.ts";

export const MatrixInput = z.object({ environment: Environment });

export const MatrixCell = z.object({
  layer: z.enum(LAYERS),
  model: z.enum(MODELS).nullable(),
  state: z.enum(CELL_STATES),
  since: z.date().nullable(),
  /** Facts that make it what it is. */
  findings: z.number(),
});
export type MatrixCell = z.infer<typeof MatrixCell>;

export const MatrixRow = z.object({
  tenant: z.string(),
  displayName: z.string(),
  /** `bridge` when its layers differ; null when nothing is declared. */
  model: z.enum([...MODELS, "bridge"]).nullable(),
  regions: z.array(z.string()),
  observedAt: z.date().nullable(),
  cells: z.array(MatrixCell),
  /** Whether everything is in the agreed regions (Placement). */
  residency: MatrixCell.omit({ layer: true, model: true }),
});
export type MatrixRow = z.infer<typeof MatrixRow>;

export const Matrix = z.object({
  asOf: z.date(),
  environment: Environment,
  rows: z.array(MatrixRow),
  sources: z.array(KnownSource),
});
export type Matrix = z.infer<typeof Matrix>;

export const CellInput = z.object({ environment: Environment, layer: z.enum(CELL_LAYERS) });

export const FactView = z.object({
  code: z.enum(FACT_CODES),
  verdict: z.enum(VERDICTS),
  source: z.object({ kind: z.string(), name: z.string() }),
  params: z.record(z.string(), z.string()),
  /** The other tenant's name; null when it is one that the reader may not know. Absent without one. */
  peer: z.string().nullable().optional(),
  objects: z.array(z.string()),
});
export type FactView = z.infer<typeof FactView>;

export const CellDetail = z.object({
  asOf: z.date(),
  environment: Environment,
  layer: z.enum(CELL_LAYERS),
  model: z.enum(MODELS).nullable(),
  state: z.enum(CELL_STATES),
  since: z.date().nullable(),
  observedAt: z.date().nullable(),
  factsDigest: z.string().nullable(),
  /** The worst first. */
  facts: z.array(FactView),
  sources: z.array(KnownSource),
  declaredVersion: z.number().nullable(),
  history: z.array(
    z.object({
      changeId: z.string(),
      before: z.enum(CELL_STATES).nullable(),
      state: z.enum(CELL_STATES),
      at: z.date(),
      eventId: z.string().nullable(),
    }),
  ),
});
export type CellDetail = z.infer<typeof CellDetail>;

export const EdgeSide = z.object({
  workload: z.string(),
  environment: Environment,
  allowedBy: z.object({ kind: z.enum(["policies", "not-isolated"]), names: z.array(z.string()) }),
});

export const ReachEdge = z.object({
  edgeId: z.string(),
  cluster: z.string(),
  ports: z.string(),
  /** Null: another tenant, which the reader may not know. */
  from: EdgeSide.nullable(),
  to: EdgeSide.nullable(),
  firstSeenAt: z.date(),
});
export type ReachEdge = z.infer<typeof ReachEdge>;

/** A tenant's name, `unowned`, or null for another tenant. */
const who = z.string().nullable();
export const ReachPair = z.object({ from: who, to: who, count: z.number() });
export type ReachPair = z.infer<typeof ReachPair>;
export const Reach = z.object({
  asOf: z.date(),
  environment: Environment,
  tenants: z.array(z.string()),
  pairs: z.array(ReachPair),
  /** Tenants whose network nobody could judge: no edge shown there means nothing. */
  unknown: z.array(z.string()),
  /** Tenants of which more connections are seen than are kept, with how many more. */
  leftOff: z.array(z.object({ tenant: z.string(), count: z.number() })),
});
export type Reach = z.infer<typeof Reach>;

export const EdgesInput = z.object({
  environment: Environment,
  from: who,
  to: who,
  /** The last edge of the page before. */
  after: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable()
    .default(null),
});
export const Edges = z.object({
  edges: z.array(ReachEdge),
  /** Where the next page begins; null after the last. */
  next: z.string().nullable(),
});
export type Edges = z.infer<typeof Edges>;

export const WhatIfView = z.object({
  whatIfId: z.string(),
  environment: Environment,
  state: z.enum(["requested", "answered", "failed"]),
  question: WhatIfQuestion,
  askedByName: z.string(),
  askedAt: z.date(),
  answeredAt: z.date().nullable(),
  eraseAt: z.date(),
  /** With the names of other tenants that the reader may know. */
  answer: WhatIfAnswer.extend({ peers: z.record(z.string(), z.string()) }).nullable(),
});
export type WhatIfView = z.infer<typeof WhatIfView>;

/** One cell for an auditor: what it was made from, with digests that can be computed again. */
export const CellEvidence = z.object({
  format: z.literal("sovereign-console/isolation-evidence/v1"),
  tenant: z.string(),
  environment: Environment,
  layer: z.enum(CELL_LAYERS),
  state: z.enum(CELL_STATES),
  since: z.string(),
  observedAt: z.string(),
  declared: z.object({ version: z.number(), declaration: DeclarationInput }).nullable(),
  facts: z.array(StoredFact),
  /** SHA-256 of the facts as canonical JSON (RFC 8785); the event of the last change names it. */
  factsDigest: z.string(),
  sources: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      digest: z.string().nullable(),
      takenAt: z.string().nullable(),
      awaySince: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  changes: z.array(
    z.object({
      before: z.enum(CELL_STATES).nullable(),
      state: z.enum(CELL_STATES),
      at: z.string(),
      eventId: z.string().nullable(),
      factsDigest: z.string(),
    }),
  ),
  exportedAt: z.string(),
  /** SHA-256 of everything else here, as canonical JSON. */
  documentDigest: z.string(),
});
export type CellEvidence = z.infer<typeof CellEvidence>;

export const DeclaredVersion = z.object({
  version: z.number(),
  declaration: DeclarationInput,
  reason: z.string(),
  savedByName: z.string(),
  savedAt: z.date(),
});
export const Declared = z.object({
  asOf: z.date(),
  environment: Environment,
  /** The newest first. */
  versions: z.array(DeclaredVersion),
});
export type Declared = z.infer<typeof Declared>;
