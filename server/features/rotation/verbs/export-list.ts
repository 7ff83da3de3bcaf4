import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { filterSql, findByText } from "../binding-filter.ts";
import { orderSql } from "../binding-order.ts";
import { ID_DIGITS } from "../exported-ids.ts";
import { SqlParams } from "../sql-params.ts";
import { ListBindingsInput } from "../views.ts";

/** Above it, a list is for the API and not for a file. */
export const MOST_ROWS = 250_000;

/**
 * Fixes which credentials an export holds, in the order of the table, and says so in the log before the
 * first row leaves. Names and dates only: there are no values to export.
 */
export const exportList = verb({
  name: "rotation.exportList",
  scope: "runtime.secrets.read",
  input: ListBindingsInput.omit({ cursor: true, limit: true }),
  output: z.object({
    exportId: z.uuid(),
    asOf: z.date(),
    rows: z.number().int(),
    /** Ids in their order, 32 hex digits each: a hundred thousand texts of their own would weigh ten times as much. */
    bindingIds: z.string(),
  }),
  async run({ tx, tenant, input }) {
    const params = new SqlParams([tenant]);
    const found = await findByText(tx, input.text);
    const conditions = ["b.tenant_id = $1", ...filterSql(input, "now()", params, found)];
    const { orderBy } = orderSql(input.sort, input.order);
    const [fixed] = await tx.query<{ ids: string | null }>(
      `SELECT string_agg(replace(id::text, '-', ''), '' ORDER BY place) AS ids FROM (
         SELECT b.binding_id AS id, row_number() OVER (ORDER BY ${orderBy}) AS place
         FROM secret_binding b WHERE ${conditions.join(" AND ")} ORDER BY ${orderBy} LIMIT ${MOST_ROWS + 1}) wanted`,
      params.values,
    );
    const bindingIds = fixed?.ids ?? "";
    const rows = bindingIds.length / ID_DIGITS;
    if (rows > MOST_ROWS) {
      throw new AppError("invalid", `More than ${MOST_ROWS} credentials pass this filter.`, {
        said: { key: "rotation.tooManyRows", args: { most: MOST_ROWS } },
        remedy: "Narrow the filter and export in parts.",
      });
    }
    const exportId = uuidv7();
    const { sort, order, ...filter } = input;
    return audited(
      { exportId, asOf: await tx.startedAt(), rows, bindingIds },
      {
        type: "runtime.secrets.list-exported",
        subject: `export/${exportId}`,
        payload: { filter: filter as JsonValue, sort, order, rows },
      },
    );
  },
});
