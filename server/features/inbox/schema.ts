import { z } from "zod";
import { APPROVAL_KINDS } from "#server/features/approvals/index.ts";
import { entityId } from "#server/platform/entity-id.ts";

export const INBOX_KINDS = [
  ...APPROVAL_KINDS,
  "break-glass-review",
  "access-review",
  "mention",
] as const;

/** One thing that waits for the person who asks. */
export const InboxItem = z.object({
  kind: z.enum(INBOX_KINDS),
  /** Of the request, the use, the campaign or the comment. */
  id: z.string(),
  title: z.string(),
  /** Where a deployment would go; null for everything else. */
  where: z
    .object({ deploymentId: z.string(), service: z.string(), environment: z.string() })
    .nullable(),
  by: z.string(),
  since: z.date(),
  /** When it is over, or has to be done; null: it does not end by itself. */
  dueAt: z.date().nullable(),
  isExpiring: z.boolean(),
  /** How many more people it takes; 0 where nothing is counted. */
  missing: z.number().int(),
  /** What else stops it now, as policies say it. */
  blockers: z.array(z.object({ code: z.string(), words: z.string() })),
});
export type InboxItem = z.infer<typeof InboxItem>;

export const InboxInput = z.object({
  /** Without what blocks each: for a badge that asks often. */
  isBrief: z.boolean().default(false),
});
export const Inbox = z.object({ items: z.array(InboxItem), asOf: z.date() });
export type Inbox = z.infer<typeof Inbox>;

export const MarkMentionReadInput = z.object({ commentId: entityId("deployment comment") });
