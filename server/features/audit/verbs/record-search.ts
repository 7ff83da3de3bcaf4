import "server-only";
import { createHash } from "node:crypto";
import { z } from "zod";
import { actorKey } from "#server/platform/actor.ts";
import { actorReference } from "#server/platform/audit/payload-cipher.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { QueryText } from "../search/schema.ts";

/** The same question of the same person within this time is one search. */
const WINDOW_SECONDS = 600;

/** Notes that somebody searched the log: reading the trail leaves a trace itself. */
export const recordSearch = verb({
  name: "audit.recordSearch",
  scope: "runtime.audit.read",
  input: z.object({
    query: QueryText,
    /** What was done with it. */
    act: z.enum(["search", "tail", "export"]),
  }),
  output: z.object({ isNew: z.boolean() }),
  async run({ tx, tenant, actor, input }) {
    const actorRef = actorReference(tenant, actor.kind, actorKey(actor));
    const digest = createHash("sha256").update(`${input.act}|${input.query}`).digest("hex");
    const [opened] = await tx.prepared<{ at: Date }>(
      `INSERT INTO audit_search_window AS w (tenant_id, actor_ref, query_digest, window_ends_at)
       VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
       ON CONFLICT (tenant_id, actor_ref, query_digest) DO UPDATE SET window_ends_at = excluded.window_ends_at
       WHERE w.window_ends_at <= clock_timestamp() RETURNING clock_timestamp() AS at`,
      [tenant, actorRef, digest, WINDOW_SECONDS],
    );
    if (!opened) return unchanged({ isNew: false });
    return audited(
      { isNew: true },
      {
        type: "runtime.audit.searched",
        at: opened.at,
        subject: `audit-log/${tenant}`,
        // The query may name people: it stands in the erasable part.
        payload: { search: { query: input.query, act: input.act } },
      },
    );
  },
});
