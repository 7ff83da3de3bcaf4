import { z } from "zod";
import { CELL_STATES } from "#server/engines/isolation/fact.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { DeclarationInput, Environment, StoredFact } from "./schema.ts";

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** What somebody wants to know: what a change would do, or what would close a connection. */
export const WhatIfQuestion = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("change"),
    /** NetworkPolicies as YAML or JSON, added or in the place of those of the same name. */
    policies: z.string().max(262_144).nullable(),
    /** Those that would go. */
    remove: z
      .array(z.string().regex(NAME, "must be namespace/name of a policy"))
      .max(100)
      .default([]),
  }),
  z.object({
    kind: z.literal("close"),
    edgeId: z.string().regex(/^[0-9a-f]{32}$/, "must be the id of a connection"),
    direction: z.enum(["in", "out"]),
  }),
]);
export type WhatIfQuestion = z.output<typeof WhatIfQuestion>;

export const AskWhatIfInput = z.object({ environment: Environment, question: WhatIfQuestion });
export const WhatIfAsked = z.object({ whatIfId: z.uuid() });
export const WhatIfInput = z.object({ whatIfId: entityId("isolation what-if") });

export const FAR_KINDS = ["own", "tenant", "platform", "unowned", "outside"] as const;

/** One connection that changes; a neighbour's workloads are counted, never named. */
export const ChangedEdge = z.object({
  cluster: z.string(),
  own: z.string(),
  direction: z.enum(["in", "out"]),
  far: z.object({
    kind: z.enum(FAR_KINDS),
    text: z.string().nullable(),
    peer: z.string().nullable(),
  }),
  before: z.string().nullable(),
  after: z.string().nullable(),
  count: z.number(),
});
export type ChangedEdge = z.infer<typeof ChangedEdge>;

const Outcome = z.object({ state: z.enum(CELL_STATES), violations: z.array(StoredFact) });

/** What the worker found on its last reading; stored sealed. */
export const WhatIfAnswer = z.object({
  readings: z.array(
    z.object({
      cluster: z.string(),
      digest: z.string().nullable(),
      takenAt: z.string().nullable(),
    }),
  ),
  problems: z.array(
    z.object({
      code: z.enum([
        "namespace-not-own",
        "policy-absent",
        "policy-invalid",
        "cluster-away",
        "edge-gone",
        "nothing-to-propose",
      ]),
      what: z.string(),
      message: z.string().optional(),
    }),
  ),
  policies: z.object({
    added: z.array(z.string()),
    replaced: z.array(z.string()),
    removed: z.array(z.string()),
  }),
  edges: z.array(ChangedEdge),
  edgesLeftOff: z.number(),
  before: Outcome,
  after: Outcome,
  /** For a connection to be closed: the policies that would, and whether the engine says so. */
  proposal: z.object({ yaml: z.string(), closes: z.boolean() }).nullable(),
  /** SHA-256 of everything above, as canonical JSON. */
  digest: z.string(),
});
export type WhatIfAnswer = z.infer<typeof WhatIfAnswer>;

export const BeginWhatIfInput = z.object({
  whatIfId: entityId("isolation what-if"),
  owner: z.string().min(1).max(200),
  leaseSeconds: z.number().int().min(1).max(3_600),
});
export const WhatIfBegun = z.object({
  /** Null: it is answered, gone, or another worker's. */
  begun: z
    .object({
      fence: z.string(),
      environment: Environment,
      question: WhatIfQuestion,
      declaration: DeclarationInput.nullable(),
    })
    .nullable(),
});
export const RecordWhatIfInput = z.object({
  whatIfId: entityId("isolation what-if"),
  fence: z.string().regex(/^\d+$/),
  /** Null: it could not be worked out. */
  answer: WhatIfAnswer.nullable(),
});
export const WhatIfRecorded = z.object({ state: z.enum(["answered", "failed"]) });
