import "server-only";
import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { findGrant } from "../grant-rows.ts";
import { lockProjection } from "../projection-rows.ts";
import { noteElevation } from "../writes/note-elevation.ts";

/** Longer than the worker's calls to a cluster or an identity provider may take. */
const LEASE_SECONDS = 60;

export const ProjectionId = z.object({ projectionId: entityId("elevation projection") });

export const ProjectionWork = z.discriminatedUnion("act", [
  z.object({ act: z.literal("nothing") }),
  z.object({
    act: z.enum(["project", "remove"]),
    projectionId: z.string(),
    grantId: z.string(),
    fence: z.number(),
    kind: z.enum(["keycloak-role", "kubernetes-role-binding"]),
    target: z.record(z.string(), z.string()),
    person: z.object({ issuer: z.string(), subject: z.string() }),
    endsAt: z.date(),
  }),
]);
export type ProjectionWork = z.infer<typeof ProjectionWork>;

/**
 * Takes a due projection for one worker: what is to be done outside is noted before it is done. Where
 * another live grant needs the very same thing there, it is left in place for that one.
 */
export const beginProjection = verb({
  name: "elevation.beginProjection",
  scope: "runtime.elevation.project",
  input: ProjectionId,
  output: ProjectionWork,
  async run(context) {
    const { tx, tenant, input } = context;
    const found = await lockProjection(tx, tenant, input.projectionId);
    // Everything about one target of one person comes one after the other.
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `elevation-projection|${tenant}|${found.target_key}`,
    ]);
    const row = await lockProjection(tx, tenant, input.projectionId);
    const grant = await findGrant(tx, tenant, row.grant_id);
    if (!grant || row.state === "gone" || row.is_leased)
      return unchanged({ act: "nothing" as const });
    const isOver = grant.state !== "granted" || grant.is_over;
    const isNever = isOver && row.state === "wanted";
    if (isNever || (isOver && (await isNeededByAnother(context, row)))) {
      await tx.query(
        `UPDATE elevation_projection SET state = 'gone', gone_at = clock_timestamp(), trouble = '', fence = fence + 1
         WHERE tenant_id = $1 AND projection_id = $2`,
        [tenant, row.projection_id],
      );
      const gone = await noteElevation(context, {
        act: "projection-gone",
        grantId: row.grant_id,
        note: isNever ? "it was never made" : "another live grant goes on with it",
        causedBy: grant.grant_event_id,
        payload: { projectionId: row.projection_id, kind: row.kind },
      });
      return audited({ act: "nothing" as const }, gone);
    }
    if (!isOver && (!grant.has_started || !row.is_due || (await isBeingRemoved(context, row)))) {
      return unchanged({ act: "nothing" as const });
    }
    // Between two looks at what stands, it stays what it was seen to be.
    const state = isOver ? "revoking" : row.state === "projected" ? "projected" : "projecting";
    const [taken] = await tx.query<{ fence: number }>(
      `UPDATE elevation_projection SET state = $3, attempts = CASE WHEN state = $3 THEN attempts + 1 ELSE 1 END,
         lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}), fence = fence + 1
       WHERE tenant_id = $1 AND projection_id = $2 RETURNING fence`,
      [tenant, row.projection_id, state],
    );
    const work = {
      act: isOver ? ("remove" as const) : ("project" as const),
      projectionId: row.projection_id,
      grantId: row.grant_id,
      fence: taken?.fence ?? 0,
      kind: row.kind,
      target: row.target,
      person: { issuer: grant.person_issuer, subject: grant.person_subject },
      endsAt: grant.ends_at,
    };
    if (state === row.state) return unchanged(work);
    return audited(work, {
      type: isOver
        ? "runtime.elevation.projection-removal-begun"
        : "runtime.elevation.projection-begun",
      subject: `elevation-grant/${row.grant_id}`,
      causedBy: grant.grant_event_id,
      payload: { projectionId: row.projection_id, kind: row.kind, target: row.target },
    });
  },
});

async function isNeededByAnother(
  { tx, tenant }: Parameters<typeof beginProjection.run>[0],
  row: { projection_id: string; target_key: string },
): Promise<boolean> {
  const others = await tx.query(
    `SELECT 1 FROM elevation_projection p JOIN elevation_grant g ON g.tenant_id = p.tenant_id AND g.grant_id = p.grant_id
     WHERE p.tenant_id = $1 AND p.target_key = $2 AND p.projection_id <> $3 AND p.kind = 'keycloak-role'
       AND p.state IN ('projecting', 'projected') AND g.state = 'granted' AND g.ends_at > clock_timestamp()`,
    [tenant, row.target_key, row.projection_id],
  );
  return others.length > 0;
}

/** What one grant is just taking away another makes only after it: else it would be taken away too. */
async function isBeingRemoved(
  { tx, tenant }: Parameters<typeof beginProjection.run>[0],
  row: { projection_id: string; target_key: string },
): Promise<boolean> {
  const removing = await tx.query(
    `SELECT 1 FROM elevation_projection WHERE tenant_id = $1 AND target_key = $2 AND projection_id <> $3
       AND kind = 'keycloak-role' AND state = 'revoking' AND lease_until > clock_timestamp()`,
    [tenant, row.target_key, row.projection_id],
  );
  return removing.length > 0;
}
