import { z } from "zod";
import { MAX_QUERY_LENGTH } from "#server/engines/query-language/limits.ts";
import { AuditEventSummary } from "../schema.ts";

/** Read by `analyzeQuery`; the empty one means every event. */
export const QueryText = z
  .string()
  .max(MAX_QUERY_LENGTH * 2, "is too long")
  .default("");

export const SearchInput = z.object({
  query: QueryText,
  /** `olderCursor` or `newerCursor` of a page. */
  cursor: z
    .string()
    .regex(/^(leaf:\d{1,15}|event:[0-9a-f-]{36})$/, "is not one that this search gave")
    .optional(),
  /** From the cursor towards older events, or towards newer ones. */
  direction: z.enum(["older", "newer"]).default("older"),
  /** Instead of a cursor: begins with the newest event at or before this time. */
  at: z.date().optional(),
  limit: z.int().min(1).max(200).default(50),
  /** Whether a page follows the log by itself; noted as such. */
  isTail: z.boolean().default(false),
});
export type SearchInput = z.output<typeof SearchInput>;

/** A mistake or a hint, with its place in the query (UTF-16 code units). */
export const QueryProblem = z.object({
  code: z.string(),
  severity: z.enum(["error", "warning"]),
  from: z.int(),
  to: z.int(),
  args: z.record(z.string(), z.string().optional()),
  message: z.string(),
  remedy: z.string(),
  fix: z.object({ from: z.int(), to: z.int(), insert: z.string() }).nullable(),
});

export const SearchPage = z.object({
  /** The newest first, whatever the direction. */
  events: z.array(AuditEventSummary),
  olderCursor: z.string().nullable(),
  newerCursor: z.string().nullable(),
  /** Whether the query could be run; when not, `events` is empty and a problem says why. */
  isRun: z.boolean(),
  problems: z.array(QueryProblem),
  /** Newest events that this search could not look at, because the index is that far behind. */
  notYetSearchable: z.int(),
  asOf: z.date(),
});
export type SearchPage = z.infer<typeof SearchPage>;

export const OverviewInput = z.object({
  query: QueryText,
  /** Bars of the histogram. */
  bars: z.int().min(1).max(200).default(60),
});
export type OverviewInput = z.output<typeof OverviewInput>;

const FacetValue = z.object({
  value: z.string(),
  /** What people call it, where that is known. */
  name: z.string().nullable(),
  count: z.int(),
});
export const FACETS = [
  "type",
  "outcome",
  "actorKind",
  "actorRef",
  "subjectKind",
  "source",
] as const;

/** How the whole answer spreads. Every count is exact. */
export const SearchOverview = z.object({
  isRun: z.boolean(),
  problems: z.array(QueryProblem),
  total: z.int(),
  facets: z.record(z.enum(FACETS), z.array(FacetValue)),
  histogram: z.object({
    from: z.date(),
    /** Exclusive. */
    until: z.date(),
    barMillis: z.number(),
    counts: z.array(z.int()),
  }),
  notYetSearchable: z.int(),
  asOf: z.date(),
});
export type SearchOverview = z.infer<typeof SearchOverview>;
