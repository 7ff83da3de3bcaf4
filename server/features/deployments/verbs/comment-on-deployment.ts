import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf, identityOf } from "#server/features/approvals/index.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { deploymentEvent } from "../deployment-events.ts";
import { lockDeployment } from "../deployment-rows.ts";
import { mentionsIn } from "../mentions.ts";
import { CommentInput, CommentOutcome } from "../schema.ts";

/** Adds a comment, at any time; it stays for ever. Roles and names after an @ find it in their inbox. */
export const commentOnDeployment = verb({
  name: "deployments.comment",
  scope: "runtime.deployments.request",
  input: CommentInput,
  output: CommentOutcome,
  async run({ tx, tenant, actor, input }) {
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    const author = identityOf(actor);
    const commentId = uuidv7();
    const mentions = mentionsIn(input.body);
    await tx.query(
      `INSERT INTO deployment_comment (tenant_id, comment_id, deployment_id, author_issuer, author_subject,
         author_name, body, mentions, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())`,
      [
        tenant,
        commentId,
        row.deployment_id,
        author.issuer,
        author.subject,
        displayNameOf(actor),
        input.body,
        mentions,
      ],
    );
    return audited(
      { commentId, mentions },
      deploymentEvent(row, "commented", uuidv7(), { commentId, body: input.body, mentions }),
    );
  },
});
