import "server-only";
import { z } from "zod";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockGrant } from "../grant-rows.ts";
import { GrantId } from "../schema.ts";
import { noteElevation } from "../writes/note-elevation.ts";

/** Notes that a grant ended by the clock. It gave nothing since then, noted or not (law 8). */
export const expireGrant = verb({
  name: "elevation.expireGrant",
  scope: "runtime.elevation.tend",
  input: GrantId,
  output: z.object({ hasExpired: z.boolean() }),
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockGrant(tx, tenant, input.grantId);
    if (row.state !== "granted" || !row.is_over) return unchanged({ hasExpired: false });
    await tx.query(
      "UPDATE elevation_grant SET state = 'expired' WHERE tenant_id = $1 AND grant_id = $2",
      [tenant, row.grant_id],
    );
    const event = await noteElevation(context, {
      act: "expired",
      grantId: row.grant_id,
      causedBy: row.grant_event_id,
      payload: { environment: row.environment, endedAt: row.ends_at.toISOString() },
    });
    return audited({ hasExpired: true }, event);
  },
});
