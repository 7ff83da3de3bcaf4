import { z } from "zod";

/** How far the audit of a log has come: what another process needs to go on. */
export const AuditProgress = z.object({
  origin: z.string(),
  /** SHA-256 of the checkpoint that was kept elsewhere. */
  kept: z.string(),
  /** The newest signed head when it began: what the log is held against. */
  note: z.string(),
  /** Its entries. */
  size: z.string().regex(/^\d+$/),
  /** The newest event when it began. */
  lastEvent: z.guid(),
  step: z.enum(["tiles", "heads", "events", "done"]),
  /** Where the step goes on: `level/index`, a tree size, an event; null at its beginning. */
  at: z.string().nullable(),
  /** Entries, heads or events that the step has looked at. */
  looked: z.int().min(0),
  faults: z.array(z.string()),
});
export type AuditProgress = z.infer<typeof AuditProgress>;
