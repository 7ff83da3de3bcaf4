import { z } from "zod";
import { MODELS } from "#server/engines/isolation/declaration.ts";
import { CELL_LAYERS, CELL_STATES, FACT_CODES, VERDICTS } from "#server/engines/isolation/fact.ts";

export const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
export const Environment = z.enum(ENVIRONMENTS);

const model = z.enum(MODELS);
const label = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$/,
    "must be a lower-case name, up to 100 characters",
  );
const quantity = z
  .string()
  .regex(
    /^\d{1,15}(\.\d{1,9})?([numkMGTPE]|[KMGTPE]i)?$/,
    "must be a Kubernetes quantity, like 500m, 12 or 24Gi",
  );

/** What is declared of one environment: a model for each layer and the boundary that it names. */
export const DeclarationInput = z
  .object({
    compute: z.object({
      model,
      namespaces: z.array(label).max(200),
      nodePool: label.nullable(),
    }),
    network: z.object({ model, network: z.string().trim().min(1).max(200).nullable() }),
    data: z.object({
      model,
      /** `namespace/cluster`, `namespace/cluster/database`, or the name of a catalog: `console`. */
      database: z
        .string()
        .regex(
          /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*){0,2}$/,
          "must be namespace/cluster, namespace/cluster/database, or console",
        )
        .max(300)
        .nullable(),
    }),
    secrets: z.object({
      model,
      vaultPath: z
        .string()
        .regex(
          /^[a-z0-9][a-z0-9._/-]{0,198}[a-z0-9]$/,
          "must be a path without a leading or trailing slash",
        )
        .nullable(),
    }),
    quota: z.object({ model, hard: z.record(z.string().min(1).max(100), quantity) }),
    regions: z.array(label).max(50),
  })
  .strict();
export type DeclarationInput = z.infer<typeof DeclarationInput>;

export const DeclareIsolationInput = z.object({
  environment: Environment,
  declaration: DeclarationInput,
  /** The version that the change was made from; 0 for none. Another one in force is a `stale` error. */
  basedOn: z.number().int().min(0),
  reason: z.string().trim().min(3, "say why, in at least 3 characters").max(2_000),
});
export const IsolationDeclared = z.object({
  environment: Environment,
  version: z.number(),
  outcome: z.enum(["created", "changed", "unchanged"]),
});

export const StoredFact = z.object({
  code: z.enum(FACT_CODES),
  verdict: z.enum(VERDICTS),
  source: z.object({
    kind: z.enum(["cluster", "vault", "catalog", "identity", "declaration"]),
    name: z.string(),
  }),
  params: z.record(z.string(), z.string()),
  /** HMAC of the neighbour's name, in hex; see `peerRef`. */
  peer: z.string().nullable(),
  objects: z.array(z.string()),
});
export type StoredFact = z.infer<typeof StoredFact>;

export const SourceState = z.object({
  kind: z.enum(["cluster", "vault", "catalog", "identity"]),
  name: z.string().max(200),
  /** SHA-256 in hex of what was read; null while it is away. */
  digest: z.string().nullable(),
  /** When what was read was written, where that is another time. */
  takenAt: z.coerce.date().nullable(),
  /** Why it can't be read; null when it was. */
  reason: z.string().max(500).nullable(),
  /** Kinds that may not or could not be read, and since when. */
  unread: z
    .array(
      z.object({
        kind: z.string().max(300),
        reason: z.string().max(500),
        since: z.coerce.date(),
      }),
    )
    .max(200)
    .optional(),
});
export type SourceState = z.infer<typeof SourceState>;
/** As stored: with since when it is away. */
export const KnownSource = SourceState.extend({ awaySince: z.coerce.date().nullable() });
export type KnownSource = z.infer<typeof KnownSource>;

export const BeginLookInput = z.object({
  owner: z.string().min(1).max(200),
  leaseSeconds: z.number().int().min(1).max(3_600),
  /** A cluster told of a change: the turn need not have come. */
  isHastened: z.boolean().default(false),
});
export const LookBegun = z.object({
  /** Null: it isn't due, or another worker looks. */
  begun: z
    .object({
      fence: z.string(),
      declared: z.array(
        z.object({
          environment: Environment,
          version: z.number(),
          declaration: DeclarationInput,
          secretPaths: z.array(z.string()),
        }),
      ),
    })
    .nullable(),
});

export const LookedCell = z.object({
  environment: Environment,
  layer: z.enum(CELL_LAYERS),
  model: z.enum(MODELS).nullable(),
  state: z.enum(CELL_STATES),
  facts: z.array(StoredFact).max(500),
});
export const LookedEdge = z.object({
  edgeId: z.string().regex(/^[0-9a-f]{32}$/),
  direction: z.enum(["in", "out"]),
  environment: Environment,
  cluster: z.string().max(200),
  workload: z.string().max(600),
  ports: z.string().max(4_000),
  allowedBy: z.object({
    kind: z.enum(["policies", "not-isolated"]),
    names: z.array(z.string()),
  }),
  peer: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
  other: z.string().max(600).nullable(),
});
export type LookedEdge = z.infer<typeof LookedEdge>;

export const RecordLookInput = z.object({
  fence: z.string().regex(/^\d+$/),
  nextInSeconds: z.number().int().min(1).max(86_400),
  inputsDigest: z.string().regex(/^[0-9a-f]{64}$/),
  sources: z.array(SourceState).max(100),
  cells: z.array(LookedCell).max(20),
  edges: z.array(LookedEdge).max(20_000),
  /** How many more there are. */
  edgesLeftOff: z.number().int().min(0).default(0),
});
export const LookRecorded = z.object({
  changed: z.array(
    z.object({
      environment: Environment,
      layer: z.enum(CELL_LAYERS),
      /** The same as `state`: it was violated, and is in one more way. */
      before: z.enum(CELL_STATES).nullable(),
      state: z.enum(CELL_STATES),
      /** Facts that violate and did not before. */
      added: z.array(StoredFact),
    }),
  ),
});
