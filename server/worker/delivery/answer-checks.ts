import "server-only";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import { checkConfig, recordCheck } from "#server/features/delivery/index.ts";
import { type Sink, SinkError } from "#server/integrations/sinks/sink.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "../jobs/each-due.ts";

const BATCH = 20;
const TIMEOUT_MILLIS = 15_000;

type Trouble = { field: string; message: string; remedy: string };

/** Tries each configuration that somebody asked about, and notes what came of it. */
export function answerChecks(
  open: (tenantId: string, config: SinkConfig) => Promise<Sink>,
  timeoutMillis = TIMEOUT_MILLIS,
): Promise<number> {
  return eachDue<DueKey>(
    "app.due_sink_checks($1)",
    [BATCH],
    async ({ tenant_id: tenantId, id }) => {
      const scopes = ["runtime.delivery.execute"] as const;
      const caller = workerCaller({ tenantId, name: "delivery", scopes });
      const config = await withTenant(
        caller.tenant,
        "worker",
        (tx) => checkConfig(tx, caller.tenant, id),
        { readOnly: true },
      );
      if (!config) return;
      const trouble = await tried(() => open(tenantId, config), timeoutMillis);
      await runVerb(recordCheck, caller, { checkId: id, trouble });
    },
  );
}

async function tried(open: () => Promise<Sink>, timeoutMillis: number): Promise<Trouble | null> {
  let sink: Sink | undefined;
  try {
    sink = await open();
    const signal = AbortSignal.timeout(timeoutMillis);
    const over = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    over.catch(() => undefined);
    await Promise.race([sink.check(signal), over]);
    return null;
  } catch (error) {
    return troubleOf(error, timeoutMillis);
  } finally {
    await sink?.close().catch(() => undefined);
  }
}

function troubleOf(error: unknown, timeoutMillis: number): Trouble {
  if (error instanceof SinkError) {
    const { field, message, remedy } = error;
    return { field, message, remedy };
  }
  if ((error as { name?: string }).name === "TimeoutError") {
    return {
      field: "connection",
      message: `no answer within ${Math.round(timeoutMillis / 1_000)} seconds`,
      remedy: "See whether the address is right and a firewall lets the worker through.",
    };
  }
  logger.warn({ err: error }, "a sink could not be checked");
  return {
    field: "connection",
    message: "the check failed",
    remedy: "See the worker's log for the cause.",
  };
}
