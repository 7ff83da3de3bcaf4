import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { requirePage } from "../page-scope.ts";
import { personOf } from "../person.ts";
import { SaveViewInput } from "../schema.ts";

const MOST = 50;

/**
 * Keeps a table's filter, order and columns under a name, for the caller alone or for everybody who may
 * see the page; the same name again replaces the caller's own.
 */
export const saveView = verb({
  name: "savedViews.save",
  scope: "runtime.secrets.read",
  input: SaveViewInput,
  output: z.object({ viewId: z.uuid() }),
  async run({ tx, tenant, actor, caller, input }) {
    requirePage(caller, input.page);
    const { issuer, subject, name } = personOf(actor);
    const own = await tx.query<{
      view_id: string;
      name: string;
      params: string;
      is_shared: boolean;
    }>(
      `SELECT view_id, name, params, is_shared FROM saved_view
       WHERE tenant_id = $1 AND issuer = $2 AND subject = $3 AND page = $4`,
      [tenant, issuer, subject, input.page],
    );
    const same = own.find((view) => view.name === input.name);
    if (same?.params === input.params && same.is_shared === input.isShared) {
      return unchanged({ viewId: same.view_id });
    }
    if (!same && own.length >= MOST) {
      throw new AppError("conflict", `You have ${MOST} views of this page already.`, {
        field: "name",
        said: { key: "tooManyViews", args: { most: MOST } },
        remedy: "Remove one that you no longer need.",
      });
    }
    const [saved] = await tx.query<{ view_id: string }>(
      `INSERT INTO saved_view (tenant_id, view_id, issuer, subject, page, name, params, is_shared, saved_by_name, saved_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp())
       ON CONFLICT (tenant_id, issuer, subject, page, name) DO UPDATE SET params = excluded.params,
         is_shared = excluded.is_shared, saved_by_name = excluded.saved_by_name, saved_at = excluded.saved_at
       RETURNING view_id`,
      [
        tenant,
        uuidv7(),
        issuer,
        subject,
        input.page,
        input.name,
        input.params,
        input.isShared,
        name,
      ],
    );
    const viewId = saved?.view_id ?? "";
    const kept = (params: string, isShared: boolean) => ({ params, isShared });
    return audited(
      { viewId },
      {
        type: "runtime.views.saved",
        subject: `saved-view/${viewId}`,
        payload: {
          page: input.page,
          name: input.name,
          before: same ? kept(same.params, same.is_shared) : null,
          after: kept(input.params, input.isShared),
        },
      },
    );
  },
});
