import { z } from "zod";
import { DISCLOSURES } from "#server/engines/evidence/pack-format.ts";
import { MAX_QUERY_LENGTH } from "#server/engines/query-language/limits.ts";
import { entityId } from "#server/platform/entity-id.ts";

/** A query of the audit page; the empty one means every event. */
export const EvidenceQuery = z.string().max(MAX_QUERY_LENGTH, "is too long").default("");
export const PackState = z.enum(["requested", "building", "ready", "failed", "expired"]);
export const PackFailure = z.enum(["store-unreachable", "store-refused", "not-verified", "error"]);
export type PackFailure = z.infer<typeof PackFailure>;

/** Longest that a pack is kept. Days. */
export const MOST_KEPT_DAYS = 3_650;

export const AskPackInput = z.object({
  query: EvidenceQuery,
  disclosure: z.enum(DISCLOSURES),
  keptDays: z.int().min(1).max(MOST_KEPT_DAYS).default(30),
});
export const PackAsked = z.object({ packId: z.uuid() });
export const PackInput = z.object({ packId: entityId("evidence pack") });

const Decimal = z.string().regex(/^(0|[1-9][0-9]{0,18})$/, "must be a decimal number");
export const Fence = Decimal;

export const BeginPackInput = PackInput.extend({
  owner: z.string().min(1).max(200),
  leaseSeconds: z.int().min(5).max(3_600),
});
/** What the worker makes a pack from. */
export const PackBegun = z.object({
  begun: z
    .object({
      fence: Fence,
      query: z.string(),
      asOf: z.date(),
      disclosure: z.enum(DISCLOSURES),
      from: Decimal,
      to: Decimal,
      treeSize: Decimal,
      checkpoint: z.string(),
      keptDays: z.int(),
    })
    .nullable(),
});
export type PackBegun = NonNullable<z.output<typeof PackBegun>["begun"]>;

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hexadecimal");

export const RecordPackInput = PackInput.extend({
  fence: Fence,
  report: z.discriminatedUnion("kind", [
    /** Still at it: the lease goes on. */
    z.object({
      kind: z.literal("progress"),
      entries: z.int().min(0),
      matches: z.int().min(0),
      leaseSeconds: z.int().min(5).max(3_600),
    }),
    z.object({
      kind: z.literal("ready"),
      entries: z.int().min(0),
      matches: z.int().min(0),
      digest: Sha256,
      bytes: z.int().min(0),
      storedDigest: Sha256,
      expiresAt: z.date(),
      /** What the stored pack is encrypted with; sealed in this verb's transaction. Hexadecimal. */
      packKey: Sha256,
    }),
    /** Tried again a few times, then given up. */
    z.object({ kind: z.literal("failed"), failure: PackFailure }),
  ]),
});
export const PackRecorded = z.object({ state: PackState });

export const ExpirePackInput = PackInput.extend({
  /** First it is ended and its key destroyed; then its bytes are gone, or are known to be locked until later. */
  step: z.enum(["end", "removed", "locked"]),
});
export const PackExpired = z.object({
  /** What is to be taken out of the content store now. */
  storedDigest: Sha256.nullable(),
});

export const ExportFormat = z.enum(["csv", "ndjson"]);
export type ExportFormat = z.infer<typeof ExportFormat>;
export const BeginExportInput = z.object({ query: EvidenceQuery, format: ExportFormat });
export const ExportBegun = z.object({
  exportId: z.uuid(),
  asOf: z.date(),
  /** Entries under the newest signed head; 0 before the first. */
  treeSize: Decimal,
});
export const RecordExportInput = z.object({
  exportId: entityId("audit export"),
  state: z.enum(["begun", "ended", "aborted"]),
  /** Entries of the log that were looked at, and events that left. */
  entries: z.int().min(0),
  events: z.int().min(0),
  /** Why it was aborted. */
  cause: z.enum(["reader-gone", "session-ended", "error", "forsaken"]).optional(),
});
export const ExportRecorded = z.object({ state: z.enum(["begun", "ended", "aborted"]) });

export const PackTaken = z.object({
  digest: Sha256,
  storedDigest: Sha256,
  bytes: z.int(),
  packKey: Sha256,
});

export const PackView = z.object({
  packId: z.uuid(),
  state: PackState,
  disclosure: z.enum(DISCLOSURES),
  /** Null where its text can't be read any more. */
  query: z.string().nullable(),
  asOf: z.date(),
  from: Decimal,
  to: Decimal,
  treeSize: Decimal,
  /** Witnesses under its head. */
  cosignatures: z.int(),
  entriesDone: z.number(),
  matches: z.number(),
  digest: Sha256.nullable(),
  bytes: z.number().nullable(),
  failure: PackFailure.nullable(),
  askedByName: z.string(),
  askedAt: z.date(),
  doneAt: z.date().nullable(),
  keptDays: z.int(),
  expiresAt: z.date().nullable(),
});
export type PackView = z.infer<typeof PackView>;

export const ListPacksInput = z.object({
  /** `nextCursor` of a page. */
  cursor: entityId("evidence pack").optional(),
  limit: z.int().min(1).max(100).default(50),
});
export const PackList = z.object({
  packs: z.array(PackView),
  nextCursor: z.uuid().nullable(),
  verifierKey: z.string(),
  asOf: z.date(),
});

export const ExportView = z.object({
  exportId: z.uuid(),
  format: ExportFormat,
  state: z.enum(["begun", "ended", "aborted"]),
  query: z.string().nullable(),
  events: z.number(),
  begunAt: z.date(),
  endedAt: z.date().nullable(),
});
