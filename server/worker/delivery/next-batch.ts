import "server-only";
import { CIRCUIT_OPENS_AT } from "#server/engines/delivery/pause-millis.ts";
import { toOcsf } from "#server/engines/ocsf/to-ocsf.ts";
import {
  type CursorWork,
  type DeliverableRow,
  deliverableEvent,
  isSelected,
  maskingKeyOf,
  type OpenedRow,
  openedRow,
  redrivenEvents,
  sealedEvents,
  selectionOf,
} from "#server/features/delivery/index.ts";
import type { DeliverableEvent } from "#server/integrations/sinks/sink.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Leaves that are read at once: a few hundred kilobytes. */
const READ_AT_ONCE = 500;

export interface NextBatch {
  readonly events: readonly DeliverableEvent[];
  /** What could not be shaped as the sink's rules say: it is not sent otherwise. */
  readonly unfit: readonly { eventId: string; leafIndex: bigint; reason: string }[];
  readonly passedOver: number;
  /** Where the cursor stands once all of them are done with. */
  readonly endLeaf: bigint;
}

/** The next sealed events of a cursor, in the order of their leaves, selected and shaped for its sink. */
export async function nextBatch(tenant: AuthorizedTenantId, work: CursorWork): Promise<NextBatch> {
  const { rows, maskingKey, now } = await readRows(tenant, work);
  const selection = selectionOf(work.kind === "redrive" ? [] : work.queries, work, now);
  // While the circuit is open one event is enough to see whether the sink is back.
  const most = work.failures >= CIRCUIT_OPENS_AT ? 1 : READ_AT_ONCE;
  const shaping = {
    masking: work.masking,
    maskingKey,
    ocsf: work.config.format === "ocsf" ? toOcsf : null,
  };
  const events: DeliverableEvent[] = [];
  const unfit: { eventId: string; leafIndex: bigint; reason: string }[] = [];
  let [passedOver, last] = [0, null as DeliverableRow | null];
  for (const opened of rows) {
    if (events.length >= most) break;
    const { row } = opened;
    last = row;
    if (!isSelected(tenant, opened, selection)) {
      passedOver += 1;
      continue;
    }
    try {
      events.push(deliverableEvent(tenant, opened, shaping));
    } catch (err) {
      logger.error({ err, tenant, sinkId: work.sinkId }, "an event could not be shaped for a sink");
      const reason = "it could not be masked or mapped as the sink's rules say";
      unfit.push({ eventId: row.event_id, leafIndex: BigInt(row.leaf_index), reason });
    }
  }
  const endLeaf = last ? BigInt(last.leaf_index) + 1n : work.endLeaf;
  return { events, unfit, passedOver, endLeaf: work.kind === "redrive" ? 0n : endLeaf };
}

function readRows(
  tenant: AuthorizedTenantId,
  work: CursorWork,
): Promise<{ rows: OpenedRow[]; maskingKey: Buffer; now: Date }> {
  return withTenant(
    tenant,
    "worker",
    async (tx) => {
      const range = { from: work.nextLeaf, until: work.endLeaf, most: READ_AT_ONCE };
      const found =
        work.kind === "redrive"
          ? await redrivenEvents(tx, tenant, work.sinkId, READ_AT_ONCE)
          : await sealedEvents(tx, tenant, range);
      return {
        rows: found.map((row) => openedRow(tenant, row)),
        maskingKey: maskingKeyOf(tenant, work.sinkId),
        now: await tx.startedAt(),
      };
    },
    { readOnly: true },
  );
}
