import { z } from "zod";
import { holdsKnownSecret } from "#server/engines/secret-shapes/holds-known-secret.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { RequestedBy } from "../schema.ts";

const A_SECRET = "looks like a secret value: say where it is kept, not what it is";
const withoutSecret = (text: string) => !holdsKnownSecret(text);

/** What shows that it was done: a text, and where there are any a document's place and its SHA-256. */
export const Evidence = z.object({
  note: z
    .string()
    .trim()
    .min(20, "must say what was done and who took part, in 20 characters or more")
    .max(2_000, "must be 2,000 characters at most")
    .refine(withoutSecret, A_SECRET),
  link: z
    .url({ protocol: /^https$/, error: "must be an https:// address" })
    .max(500, "must be 500 characters at most")
    .refine((text) => withoutSecret(text) && new URL(text).password === "", A_SECRET)
    .nullable()
    .default(null),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in 64 hexadecimal digits")
    .nullable()
    .default(null),
});
export type Evidence = z.infer<typeof Evidence>;

export const CompleteManualInput = z.object({
  bindingId: entityId("secret binding"),
  /** When it was done; absent = just now. */
  performedAt: z.date().nullish(),
  evidence: Evidence,
});

export const SettleCompletionInput = z.object({
  completionId: entityId("manual completion"),
  decision: z.enum(["confirm", "reject"]),
  note: z.string().trim().max(1_000, "must be 1,000 characters at most").default(""),
});

export const COMPLETION_STATES = ["awaiting_confirmation", "confirmed", "rejected"] as const;
export const CompletionChanged = z.object({
  completionId: z.uuid(),
  state: z.enum(COMPLETION_STATES),
  /** When it has to be done next; null while nobody knows. */
  dueAt: z.date().nullable(),
});

export const ManualWorkInput = z.object({ bindingId: entityId("secret binding") });

export const CompletionView = z.object({
  completionId: z.uuid(),
  state: z.enum(COMPLETION_STATES),
  performedAt: z.date(),
  completedAt: z.date(),
  completedBy: RequestedBy,
  evidence: Evidence,
  /** Roles of which the second person must have one. */
  confirmers: z.array(z.string()),
  settledBy: RequestedBy.nullable(),
  settledAt: z.date().nullable(),
  settleNote: z.string().nullable(),
  wasDueAt: z.date().nullable(),
  eventId: z.uuid(),
  /** Whether the caller said that it was done, and so can't confirm it. */
  isYours: z.boolean(),
});
export type CompletionView = z.infer<typeof CompletionView>;

export const ManualWork = z.object({
  asOf: z.date(),
  instructions: z.string(),
  intervalDays: z.number().int(),
  owner: z.string(),
  /** Null when nobody knows when it was last done. */
  dueAt: z.date().nullable(),
  isOverdue: z.boolean(),
  /** Who must confirm a completion; empty: nobody. */
  confirmers: z.array(z.string()),
  /** Newest first, the newest 50. */
  completions: z.array(CompletionView),
});
export type ManualWork = z.infer<typeof ManualWork>;

/** Null for a credential that nobody changes by hand. */
export const ManualWorkOutput = z.object({ work: ManualWork.nullable() });
