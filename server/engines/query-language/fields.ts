import type { TextColumn } from "./condition.ts";

/** How a field is asked for; see `checkField`. */
export type FieldDefinition =
  | { readonly kind: "text"; readonly column: TextColumn; readonly example: string }
  | { readonly kind: "choice"; readonly column: TextColumn; readonly choices: readonly string[] }
  | { readonly kind: "trace" | "event" | "actor" | "index"; readonly example: string }
  | { readonly kind: "time" | "since" | "until"; readonly example: string };

/** The field table: the one place that knows the fields by name. Payload fields are `payload.<path>`. */
export const FIELDS: Readonly<Record<string, FieldDefinition>> = {
  actor: { kind: "actor", example: "actor:alice" },
  type: { kind: "text", column: "type", example: "type:runtime.secrets.*" },
  subject: { kind: "text", column: "subject", example: "subject:secret-binding/*" },
  outcome: { kind: "choice", column: "outcome", choices: ["succeeded", "denied", "failed"] },
  kind: { kind: "choice", column: "actorKind", choices: ["user", "service", "worker", "system"] },
  trace: { kind: "trace", example: "trace:4bf92f3577b34da6a3ce929d0e0e4736" },
  id: { kind: "event", example: "id:0190c2f4-5a7e-7cc1-a0d3-3f6b2c9e8d10" },
  source: { kind: "text", column: "source", example: "source:worker" },
  time: { kind: "time", example: "time:[2026-11-01 TO 2026-11-22]" },
  since: { kind: "since", example: "since:7d" },
  until: { kind: "until", example: "until:2026-11-22" },
  index: { kind: "index", example: "index:>=100" },
};

export const PAYLOAD = "payload.";

/** The closest of the names within two slips, for "did you mean". */
export function nearest(written: string, names: Iterable<string>): string | undefined {
  let best: { name: string; slips: number } | undefined;
  const sought = written.slice(0, 64).toLowerCase();
  for (const name of names) {
    if (Math.abs(name.length - sought.length) > 2) continue;
    const slips = slipsBetween(sought, name.toLowerCase());
    if (slips <= Math.min(2, name.length / 2) && slips < (best?.slips ?? 3)) best = { name, slips };
  }
  return best?.name;
}

/** Levenshtein's distance. */
function slipsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
