import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { keepLogSeeds } from "../writes/keep-log-seeds.ts";

export const TenantShredded = z.object({
  /** Keys destroyed now; payloads that they had sealed; payloads without a key of their own, erased. */
  keys: z.number(),
  payloads: z.number(),
  erased: z.number(),
});

const INDEX_TABLES = ["audit_segment_page", "audit_segment_column", "audit_segment"] as const;

/**
 * In the tenant that is being offboarded: destroys its keys, so that no payload of its log is read again,
 * erases those that were sealed before it had one, and drops the search index. The log itself stays.
 */
export const shredTenant = verb({
  name: "onboarding.shredTenant",
  scope: "runtime.tenants.carry-out",
  input: z.object({}),
  output: TenantShredded,
  async run({ tx, tenant, actor }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [here] = await tx.query<{ state: string }>(
      "SELECT state FROM tenant WHERE tenant_id = $1",
      [tenant],
    );
    if (here?.state !== "offboarding") {
      throw new AppError(
        "conflict",
        "Keys are destroyed of a tenant that is being offboarded only.",
      );
    }
    await keepLogSeeds(tx, tenant);
    const erased = await tx.query(
      "DELETE FROM audit_payload WHERE tenant_id = $1 AND key_id = 'payload-1' RETURNING event_id",
      [tenant],
    );
    const [sealed] = await tx.query<{ payloads: number }>(
      "SELECT count(*)::int AS payloads FROM audit_payload WHERE tenant_id = $1",
      [tenant],
    );
    const keys = await tx.query(
      `UPDATE tenant_key SET wrapped = NULL, destroyed_at = clock_timestamp()
       WHERE tenant_id = $1 AND wrapped IS NOT NULL RETURNING key_id`,
      [tenant],
    );
    for (const table of ["audit_data_key", "audit_wrap_key"]) {
      await tx.query(
        `UPDATE ${table} SET wrapped = NULL, destroyed_at = clock_timestamp() WHERE tenant_id = $1 AND wrapped IS NOT NULL`,
        [tenant],
      );
    }
    for (const table of INDEX_TABLES) {
      await tx.query(`DELETE FROM ${table} WHERE tenant_id = $1`, [tenant]);
    }
    const output = { keys: keys.length, payloads: sealed?.payloads ?? 0, erased: erased.length };
    if (keys.length + erased.length === 0) return unchanged(output);
    // The log's own last word: sealed with the key that this very transaction destroys.
    return audited(output, {
      type: "runtime.tenants.keys-destroyed",
      subject: `tenant/${tenant}`,
      payload: output,
    });
  },
});
