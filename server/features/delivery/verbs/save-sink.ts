import "server-only";
import { uuidv7 } from "uuidv7";
import { sinkTarget } from "#server/engines/delivery/sink-target.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { refuseBadQuery } from "../check-query.ts";
import { refuseTarget } from "../refuse-target.ts";
import { SaveSinkInput, SinkSaved } from "../schema.ts";
import { lockSink, type SinkRow, sealedSize } from "../sink-rows.ts";

const MOST_SINKS = 50;

/** Adds a sink, or changes one: where it has come to is kept. */
export const saveSink = verb({
  name: "delivery.saveSink",
  scope: "runtime.delivery.manage",
  input: SaveSinkInput,
  output: SinkSaved,
  async run({ tx, tenant, input }) {
    const { config, query, masking, name } = input;
    refuseBadQuery(query, await tx.startedAt());
    refuseTarget(config);
    const told = shown({ name, config, query, masking });
    const columns = [name, JSON.stringify(config), query, JSON.stringify(masking)];
    if (input.sinkId === undefined) {
      await refuseTaken(tx, tenant, name, null);
      const [sinkId, eventId] = [uuidv7(), uuidv7()];
      await tx.query(
        `INSERT INTO sink (tenant_id, sink_id, name, kind, config, query, masking, state, created_at, changed_at)
         VALUES ($1, $2, $3, $4::jsonb ->> 'kind', $4, $5, $6, 'active', clock_timestamp(), clock_timestamp())`,
        [tenant, sinkId, ...columns],
      );
      const from = input.from === "now" ? await sealedSize(tx, tenant) : 0n;
      await tx.query(
        `INSERT INTO sink_cursor (tenant_id, cursor_id, sink_id, kind, state, from_leaf, next_leaf, cause_event_id, started_at, next_attempt_at)
         VALUES ($1, $2, $3, 'live', 'running', $4, $4, $5, clock_timestamp(), clock_timestamp())`,
        [tenant, uuidv7(), sinkId, from.toString(), eventId],
      );
      return audited(
        { sinkId, revision: 1 },
        {
          eventId,
          type: "runtime.delivery.sink-added",
          subject: `sink/${sinkId}`,
          payload: { ...told, fromLeaf: from.toString() },
        },
      );
    }
    const sink = await lockSink(tx, tenant, input.sinkId);
    if (input.revision !== sink.revision) {
      throw new AppError("stale", "Somebody changed this sink since you opened it.", {
        field: "revision",
        said: { key: "sink.changed" },
        remedy: "Load it again, then make your change.",
      });
    }
    if (config.kind !== sink.kind) {
      throw new AppError("invalid", "config.kind: can't be changed", {
        field: "config.kind",
        said: { key: "sink.kindFixed" },
        remedy: "Add another sink, and remove this one once that one has caught up.",
      });
    }
    await refuseTaken(tx, tenant, name, sink.sink_id);
    await tx.query(
      `UPDATE sink SET name = $3, config = $4, query = $5, masking = $6, revision = revision + 1, changed_at = clock_timestamp()
       WHERE tenant_id = $1 AND sink_id = $2`,
      [tenant, sink.sink_id, ...columns],
    );
    // What was mended is tried at once.
    await tx.query(
      `UPDATE sink_cursor SET next_attempt_at = clock_timestamp() WHERE tenant_id = $1 AND sink_id = $2 AND state = 'running'`,
      [tenant, sink.sink_id],
    );
    return audited(
      { sinkId: sink.sink_id, revision: sink.revision + 1 },
      {
        type: "runtime.delivery.sink-changed",
        subject: `sink/${sink.sink_id}`,
        payload: { ...told, revision: sink.revision + 1, before: shown(sink), after: told },
      },
    );
  },
});

/** Of an address its origin alone: the rest may be what a receiver takes for a key. */
function shown({
  name,
  config,
  query,
  masking,
}: Pick<SinkRow, "name" | "config" | "query" | "masking">) {
  return {
    name,
    kind: config.kind,
    target: sinkTarget(config),
    format: config.format,
    query,
    maskingRules: masking.length,
    masking: masking.map((rule) => ({ ...rule })),
  };
}

async function refuseTaken(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  name: string,
  own: string | null,
): Promise<void> {
  const others = await tx.query<{ is_same: boolean }>(
    `SELECT lower(name) = lower($2) AS is_same FROM sink
     WHERE tenant_id = $1 AND state <> 'removed' AND sink_id IS DISTINCT FROM $3::uuid`,
    [tenant, name, own],
  );
  if (others.some((each) => each.is_same)) {
    throw new AppError("conflict", "name: another sink has it", {
      field: "name",
      said: { key: "sink.nameTaken" },
      remedy: "Choose another name.",
    });
  }
  if (own === null && others.length >= MOST_SINKS) {
    throw new AppError("conflict", `There are ${MOST_SINKS} sinks already.`, {
      said: { key: "sink.tooMany", args: { most: MOST_SINKS } },
      remedy: "Remove one that is no longer used.",
    });
  }
}
