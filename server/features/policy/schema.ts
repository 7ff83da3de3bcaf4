import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";

export const DecisionOutcome = z.enum(["allow", "deny"]);

export const ListDecisionsInput = z.object({
  outcome: DecisionOutcome.optional(),
  limit: z.number().int().min(1).max(100).default(50),
  cursor: entityId("policy decision").optional(),
});
export type ListDecisionsInput = z.infer<typeof ListDecisionsInput>;

export const DecisionInput = z.object({ decisionId: entityId("policy decision") });

export const Reason = z.object({ policyId: z.string(), words: z.string() });

export const DecisionSummary = z.object({
  decisionId: z.string(),
  action: z.string(),
  outcome: DecisionOutcome,
  principal: z.string(),
  /** As the identity provider last told it; null where it is not known. */
  principalName: z.string().nullable(),
  resource: z.string(),
  reasons: z.array(Reason),
  errors: z.array(z.string()),
  /** Who decided: `cedar`, or a governance engine elsewhere over AuthZEN. */
  engine: z.enum(["cedar", "authzen"]),
  engineVersion: z.string(),
  decidedAt: z.date(),
});
export type DecisionSummary = z.infer<typeof DecisionSummary>;

export const DecisionPage = z.object({
  items: z.array(DecisionSummary),
  nextCursor: z.string().nullable(),
  asOf: z.date(),
});
export type DecisionPage = z.infer<typeof DecisionPage>;

export const DecisionDetail = DecisionSummary.extend({
  /** RFC 8785 texts, as they were judged. */
  request: z.string(),
  entities: z.string(),
  policySetDigest: z.string(),
  schemaDigest: z.string(),
  digest: z.string(),
  /** What a governance engine was asked and what came back; null of Cedar's own decision. */
  exchange: z
    .object({
      url: z.string(),
      request: z.string(),
      index: z.number(),
      count: z.number(),
      status: z.number().nullable(),
      contentType: z.string().nullable(),
      failure: z.string().nullable(),
      response: z.string().nullable(),
      responseEncoding: z.enum(["utf8", "base64"]),
      responseDigest: z.string().nullable(),
      reasons: z.array(z.string()),
    })
    .nullable(),
});
export type DecisionDetail = z.infer<typeof DecisionDetail>;

/** `unknown`: the rules or the engine have changed since, so nothing can be said (law 7). */
export const Replay = z.object({
  /** Of a governance engine's decision: that its recorded question and answer give this outcome, no more. */
  shows: z.enum(["decision", "exchange"]),
  verdict: z.enum(["same", "different", "unknown"]),
  changed: z.array(
    z.enum([
      "policies",
      "schema",
      "engine",
      "engine kind",
      "question",
      "request",
      "entities",
      "outcome",
      "reasons",
      "errors",
      "digest",
    ]),
  ),
  recordedDigest: z.string(),
  replayedDigest: z.string(),
});
export type Replay = z.infer<typeof Replay>;

const VerdictInWords = z.object({
  outcome: DecisionOutcome,
  reasons: z.array(Reason),
  errors: z.array(z.string()),
});

export const PolicyProblemView = z.object({
  file: z.string(),
  line: z.number(),
  column: z.number(),
  message: z.string(),
});

export const WhatIf = z.object({
  asOf: z.date(),
  /** While there are any nothing is tried. */
  problems: z.array(PolicyProblemView),
  environmentDigests: z.record(z.string(), z.string()),
  /** How many decisions there were to be tried. */
  taken: z.number(),
  trial: z
    .object({
      policySetDigest: z.string(),
      schemaDigest: z.string(),
      counts: z.object({
        same: z.number(),
        "allow-to-deny": z.number(),
        "deny-to-allow": z.number(),
        "reasons-changed": z.number(),
        unknown: z.number(),
      }),
      judged: z.number(),
      isComplete: z.boolean(),
      changed: z.number(),
      /** The newest of what would change. */
      changesShown: z.array(
        z.object({
          decisionId: z.string(),
          action: z.string(),
          principal: z.string(),
          resource: z.string(),
          decidedAt: z.date(),
          kind: z.enum(["allow-to-deny", "deny-to-allow", "reasons-changed", "unknown"]),
          before: VerdictInWords,
          after: VerdictInWords.nullable(),
          why: z.string().nullable(),
        }),
      ),
      digest: z.string(),
    })
    .nullable(),
});
export type WhatIf = z.infer<typeof WhatIf>;

export const Rules = z.object({
  policies: z.array(z.object({ policyId: z.string(), text: z.string(), isDelegated: z.boolean() })),
  schema: z.string(),
  policySetDigest: z.string(),
  schemaDigest: z.string(),
});
export type Rules = z.infer<typeof Rules>;
