import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { bornAt, logKeyRows } from "../sealing/log-keys.ts";

/** Notes that people are told of an old key, once a key. Gives which key that is; null when it was told already. */
export const noteLogKeyDue = verb({
  name: "audit.noteLogKeyDue",
  scope: "runtime.audit.keys",
  input: z.object({}),
  output: z.object({ number: z.int().nullable(), begunAt: z.date().nullable() }),
  async run({ tx, tenant, actor }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const current = (await logKeyRows(tx, tenant)).find((row) => row.state === "current");
    const number = current?.number ?? 1;
    const [noted] = await tx.query(
      `INSERT INTO audit_log_key_due (tenant_id, number, told_at) VALUES ($1, $2, clock_timestamp())
       ON CONFLICT DO NOTHING RETURNING number`,
      [tenant, number],
    );
    if (!noted) return unchanged({ number: null, begunAt: null });
    return unchanged({ number, begunAt: current?.begins_at ?? (await bornAt(tx, tenant)) });
  },
});
