import "server-only";
import { z } from "zod";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { personOf } from "../person.ts";
import { RemoveViewInput } from "../schema.ts";

/** Forgets a view of the caller's own. Throws `not_found` for anybody else's. */
export const removeView = verb({
  name: "savedViews.remove",
  scope: "runtime.secrets.read",
  input: RemoveViewInput,
  output: z.object({ viewId: z.uuid() }),
  async run({ tx, tenant, actor, input }) {
    const { issuer, subject } = personOf(actor);
    const [removed] = await tx.query<{ name: string }>(
      `DELETE FROM saved_view WHERE tenant_id = $1 AND view_id = $2 AND issuer = $3 AND subject = $4
       RETURNING name`,
      [tenant, input.viewId, issuer, subject],
    );
    if (!removed) throw notFound("saved view");
    return audited(
      { viewId: input.viewId },
      {
        type: "runtime.views.removed",
        subject: `saved-view/${input.viewId}`,
        payload: { name: removed.name },
      },
    );
  },
});
