import "server-only";
import { z } from "zod";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { MarkMentionReadInput } from "../schema.ts";

/** Takes a mention off the inbox of whoever calls; the comment stays where it is. */
export const markMentionRead = verb({
  name: "inbox.markMentionRead",
  scope: "runtime.approvals.read",
  input: MarkMentionReadInput,
  output: z.object({ commentId: z.string() }),
  async run({ tx, tenant, actor, input: { commentId } }) {
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only a person has an inbox.", {
        said: { key: "people.inbox" },
      });
    const [comment] = await tx.query<{ deployment_id: string }>(
      "SELECT deployment_id FROM deployment_comment WHERE tenant_id = $1 AND comment_id = $2",
      [tenant, commentId],
    );
    if (!comment) throw notFound("comment");
    const marked = await tx.query(
      `INSERT INTO mention_read (tenant_id, issuer, subject, comment_id, read_at)
       VALUES ($1, $2, $3, $4, clock_timestamp()) ON CONFLICT DO NOTHING RETURNING comment_id`,
      [tenant, actor.issuer, actor.subject, commentId],
    );
    if (marked.length === 0) return unchanged({ commentId });
    return audited(
      { commentId },
      {
        type: "runtime.inbox.mention-read",
        subject: `deployment/${comment.deployment_id}`,
        payload: { commentId },
      },
    );
  },
});
