import "server-only";
import { Gauge, type Registry } from "prom-client";
import { identityPool } from "#server/platform/db/identity-pool.ts";

interface Figures {
  tenant_id: string;
  sink_id: string;
  kind: string;
  state: string;
  lag_events: string;
  lag_seconds: number;
  failures: number;
  delivered: string;
  rejected: string;
  retried: string;
  dead_letters: string;
}

const GAUGES = [
  ["lag_events", "Sealed events that a sink has not been offered"],
  ["lag_seconds", "Age of the oldest of them, in seconds"],
  ["failures", "Failed attempts in a row; from the fifth on the circuit is open"],
  ["delivered", "Events that a sink took, since it was added"],
  ["rejected", "Events that a sink never will take, since it was added"],
  ["retried", "Events that had to be offered again, since it was added"],
  ["dead_letters", "Events that are set aside and wait for somebody"],
] as const;

/**
 * Brings each sink's numbers in a registry up to date, asked of the database: ids and kinds as labels,
 * no word of a tenant's. Throws when the database does not answer.
 */
export async function refreshSinkMetrics(registry: Registry): Promise<void> {
  const { rows } = await identityPool().query<Figures>("SELECT * FROM app.sink_figures()");
  for (const [column, help] of GAUGES) {
    const gauge = gaugeIn(registry, `console_sink_${column}`, help);
    gauge.reset();
    for (const row of rows) {
      const { tenant_id: tenant, sink_id: sink, kind, state } = row;
      gauge.set({ tenant, sink, kind, state }, Number(row[column]));
    }
  }
}

function gaugeIn(registry: Registry, name: string, help: string): Gauge {
  const known = registry.getSingleMetric(name);
  if (known instanceof Gauge) return known;
  const labelNames = ["tenant", "sink", "kind", "state"];
  return new Gauge({ name, help, labelNames, registers: [registry] });
}
