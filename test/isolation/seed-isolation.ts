import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
const LAYERS = ["compute", "network", "data", "secrets", "quota", "residency"] as const;

/** A cell of every layer of every environment, with a change and an edge: the canary stands in each text. */
export async function seedIsolation(insert: Insert, { canary }: { canary: string }): Promise<void> {
  const now = new Date();
  for (const environment of ENVIRONMENTS) {
    for (const layer of LAYERS) {
      const facts = [
        {
          code: "no-source",
          verdict: "unknown",
          source: { kind: "cluster", name: canary },
          params: {},
          peer: null,
          objects: [canary],
        },
      ];
      const text = JSON.stringify(facts);
      const cell = { environment, layer, state: "unknown", facts: text };
      await insert("isolation_cell", {
        ...cell,
        since: now,
        observed_at: now,
        facts_digest: createHash("sha256").update(text).digest(),
      });
      await insert("isolation_change", { ...cell, change_id: uuidv7(), changed_at: now });
    }
    await insert("isolation_edge", {
      edge_id: createHash("sha256").update(`${canary}${environment}`).digest().subarray(0, 16),
      direction: "in",
      environment,
      cluster: canary,
      workload: `${canary}/app[Pod]`,
      ports: "TCP 1",
      allowed_by: JSON.stringify({ kind: "not-isolated", names: [] }),
      other: `${canary}/stray[Pod]`,
      first_seen_at: now,
    });
  }
}
