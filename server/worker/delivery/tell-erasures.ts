import "server-only";
import { pauseMillis } from "#server/engines/delivery/pause-millis.ts";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import { toOcsf } from "#server/engines/ocsf/to-ocsf.ts";
import {
  claimErasure,
  type ErasureOutcome,
  type ErasureWork,
  recordErasure,
} from "#server/features/delivery/index.ts";
import {
  type DeliverableEvent,
  type JsonObject,
  type Sink,
  SinkError,
} from "#server/integrations/sinks/sink.ts";
import { env } from "#server/platform/env/env.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "../jobs/each-due.ts";
import { type OfferOptions, offer } from "./offer.ts";

const BATCH = 20;
const SCOPES = ["runtime.delivery.execute"] as const;

/** Those that act on what they are told; the others are stores that only their own operator deletes from. */
const ACT_ON_NOTICES: ReadonlySet<SinkConfig["kind"]> = new Set(["webhook", "nats-jetstream"]);

type Open = (tenantId: string, config: SinkConfig) => Promise<Sink>;

/**
 * Has sinks forget what was erased: deleted by its ids where the receiver can, else a notice that names them is
 * delivered in the place of the events, always under the same id, so that it may be sent twice.
 */
export function tellErasures(
  open: Open,
  { leaseSeconds, signal }: { leaseSeconds: number; signal: AbortSignal },
): Promise<number> {
  const options = { signal, timeoutMillis: Math.max(500, leaseSeconds * 250) };
  return eachDue<DueKey>("app.due_sink_erasures($1)", [BATCH], async ({ tenant_id, id }) => {
    const caller = workerCaller({ tenantId: tenant_id, name: "delivery", scopes: SCOPES });
    const { work } = await runVerb(claimErasure, caller, { erasureId: id, leaseSeconds });
    if (!work) return;
    const notice = noticeOf(tenant_id, id, work);
    const outcome = await told(() => open(tenant_id, work.config), { work, notice, options });
    await runVerb(recordErasure, caller, { erasureId: id, fence: work.fence, outcome });
  });
}

async function told(
  open: () => Promise<Sink>,
  { work, notice, options }: { work: ErasureWork; notice: DeliverableEvent; options: OfferOptions },
): Promise<ErasureOutcome> {
  const later = (trouble: string, askedMillis?: number): ErasureOutcome => ({
    kind: "later",
    trouble,
    pauseMillis: pauseMillis(work.failures + 1, Math.random(), askedMillis),
  });
  let sink: Sink | undefined;
  try {
    sink = await open();
    if (sink.erase) {
      const limit = AbortSignal.timeout(options.timeoutMillis);
      await sink.erase(work.eventIds, AbortSignal.any([options.signal, limit]));
      return { kind: "deleted" };
    }
    const { outcomes, trouble } = await offer(sink, [notice], options);
    const [outcome] = outcomes;
    if (outcome?.kind === "delivered") {
      return { kind: ACT_ON_NOTICES.has(work.config.kind) ? "told" : "by-hand" };
    }
    // It takes no notice of this kind and never will: somebody deletes there.
    if (outcome?.kind === "rejected") return { kind: "by-hand" };
    return later(trouble?.message ?? outcome?.reason ?? "it did not answer");
  } catch (error) {
    if (error instanceof SinkError) {
      return later(error.message, error.retryAfterMs);
    }
    logger.warn({ err: error, sinkId: work.sinkId }, "a sink could not be told what was erased");
    return later("it did not answer");
  } finally {
    await sink?.close().catch(() => undefined);
  }
}

/** What a receiver is told in the place of the events; it names them and says nothing of what they said. */
function noticeOf(tenantId: string, id: string, work: ErasureWork): DeliverableEvent {
  const type = "runtime.retention.erased";
  const envelope: JsonObject = {
    specversion: "1.0",
    id,
    source: `//${env().LOG_ORIGIN}/${tenantId}`,
    type,
    subject: `retention-act/${work.actId}`,
    time: work.erasedAt.toISOString(),
    tenant: tenantId,
    principalkind: "worker",
    outcome: "succeeded",
    datacontenttype: "application/json",
    data: { erased: work.eventIds },
  };
  // It is no event of the log: it has no leaf.
  return {
    id,
    seq: 0n,
    tenantId,
    occurredAt: work.erasedAt,
    type,
    envelope,
    ocsf: work.config.format === "ocsf" ? toOcsf(envelope) : null,
  };
}
