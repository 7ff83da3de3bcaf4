import "server-only";
import { pauseMillis } from "#server/engines/delivery/pause-millis.ts";
import { settleBatch } from "#server/engines/delivery/settle-batch.ts";
import {
  type CursorWork,
  claimCursor,
  MOST_DEAD_LETTERS,
  recordBatch,
} from "#server/features/delivery/index.ts";
import { SinkError } from "#server/integrations/sinks/sink.ts";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { nextBatch } from "./next-batch.ts";
import { type Offer, offer } from "./offer.ts";
import type { OpenSinks } from "./open-sinks.ts";

export interface Delivering {
  readonly sinks: OpenSinks;
  readonly owner: string;
  readonly leaseSeconds: number;
  readonly signal: AbortSignal;
  /** `before:delivery.send`, `after:delivery.send`, `after:delivery.record`: the process kills itself there. */
  readonly failpoint?: string | undefined;
}

/**
 * Takes a cursor as far as its sink goes along: claim, then batch by batch read, send outside any
 * transaction, note what became of it (law 2). The cursor passes an event only when the sink has it
 * durably, or never will; killed anywhere, the next worker sends again what was not noted.
 */
export async function deliverCursor(
  { tenantId, cursorId }: { tenantId: string; cursorId: string },
  delivering: Delivering,
): Promise<void> {
  const { owner, leaseSeconds } = delivering;
  const scopes = ["runtime.delivery.execute"] as const;
  const caller = workerCaller({ tenantId, name: "delivery", scopes });
  let { work } = await runVerb(claimCursor, caller, { cursorId, owner, leaseSeconds });
  while (work) work = await deliverBatch(caller, cursorId, work, delivering);
}

async function deliverBatch(
  caller: Caller,
  cursorId: string,
  work: CursorWork,
  delivering: Delivering,
): Promise<CursorWork | null> {
  const { leaseSeconds, signal } = delivering;
  const batch = await nextBatch(caller.tenant, work);
  reached("before:delivery.send", delivering);
  const { outcomes, trouble } = await sent(caller, cursorId, work, batch.events, delivering);
  reached("after:delivery.send", delivering);
  if (trouble) await delivering.sinks.drop(cursorId);
  const settled = settleBatch(batch.events, outcomes, batch.endLeaf);
  const failures = settled.delivered > 0 ? 1 : work.failures + 1;
  const isOver = work.kind !== "redrive" && settled.nextLeaf >= work.endLeaf;
  const recorded = await runVerb(recordBatch, caller, {
    cursorId,
    fence: work.fence,
    nextLeaf: settled.nextLeaf,
    delivered: settled.delivered,
    passedOver: batch.passedOver,
    retried: settled.later.length,
    rejected: [...batch.unfit, ...settled.rejected],
    arrived: [...settled.arrived],
    trouble,
    pauseMillis: trouble ? pauseMillis(failures, Math.random(), settled.retryAfterMs) : 0,
    keepsLease: !trouble && !isOver && !signal.aborted,
    leaseSeconds,
  });
  reached("after:delivery.record", delivering);
  return recorded.work;
}

async function sent(
  caller: Caller,
  cursorId: string,
  { config, revision, isFull }: CursorWork,
  events: Parameters<typeof offer>[1],
  { sinks, leaseSeconds, signal }: Delivering,
): Promise<Offer> {
  if (events.length === 0) return { outcomes: [], trouble: null };
  if (isFull) return refused(events.length, FULL);
  const options = { signal, timeoutMillis: Math.max(500, leaseSeconds * 250) };
  try {
    const sink = await sinks.of(cursorId, { tenantId: caller.tenant, revision, config });
    return await offer(sink, events, options);
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    return refused(events.length, error);
  }
}

const FULL = {
  field: "connection",
  message: `${MOST_DEAD_LETTERS} events are set aside, so nothing more is sent`,
  remedy: "See under Dead letters why, mend it, and send them again or discard them.",
};

function refused(
  count: number,
  { field, message, remedy }: { field: string; message: string; remedy: string },
): Offer {
  return {
    outcomes: Array.from({ length: count }, () => ({ kind: "later" as const, reason: message })),
    trouble: { field, message, remedy },
  };
}

function reached(here: string, { failpoint }: Delivering): void {
  if (failpoint === here) process.kill(process.pid, "SIGKILL");
}
