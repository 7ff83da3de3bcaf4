import "server-only";
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

interface Metrics {
  registry: Registry;
  callSeconds: Histogram<"procedure" | "outcome">;
  denials: Counter<"cause">;
}

const shared = globalThis as typeof globalThis & { consoleMetrics?: Metrics };

function makeMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    callSeconds: new Histogram({
      name: "console_procedure_seconds",
      help: "Duration of procedure calls, by procedure and outcome code",
      labelNames: ["procedure", "outcome"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    }),
    denials: new Counter({
      name: "console_denials_total",
      help: "Refused calls, by cause",
      labelNames: ["cause"],
      registers: [registry],
    }),
  };
}

/** Counts and durations only: no label ever carries a tenant's content. */
export function metrics(): Metrics {
  shared.consoleMetrics ??= makeMetrics();
  return shared.consoleMetrics;
}
