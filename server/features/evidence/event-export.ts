import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { envelopeEvent } from "#server/engines/evidence/envelope-event.ts";
import { CSV_EVENTS_HEAD, csvLine, ndjsonLine } from "#server/engines/evidence/export-lines.ts";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { evaluateQuery } from "#server/engines/query-language/evaluate-query.ts";
import { candidateLeaves, leavesAt } from "#server/features/audit/index.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ExportFormat } from "./schema.ts";

/** Events read in one short transaction. */
const BATCH = 1_000;

/**
 * The events of a sealed size that fit, oldest first, as text, one short transaction a batch. The place is a
 * leaf, so that merging the index or sealing more events meanwhile changes nothing.
 */
export class EventExport {
  readonly #tenant: AuthorizedTenantId;
  readonly #condition: Condition;
  readonly #format: ExportFormat;
  readonly #treeSize: number;
  #found: number[] = [];
  #next = 0;
  #hasBegun = false;
  /** Events that left so far. */
  events = 0;

  constructor(options: {
    tenant: AuthorizedTenantId;
    condition: Condition;
    format: ExportFormat;
    treeSize: number;
  }) {
    this.#tenant = options.tenant;
    this.#condition = options.condition;
    this.#format = options.format;
    this.#treeSize = options.treeSize;
  }

  /** Entries of the log that were looked at so far. */
  get entries(): number {
    return this.#found[0] ?? this.#next;
  }

  /** The next lines; undefined after the last. */
  async nextLines(): Promise<string | undefined> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      if (this.#format === "csv") return CSV_EVENTS_HEAD;
    }
    while (this.#found.length > 0 || this.#next < this.#treeSize) {
      const text = await this.#batch();
      if (text !== "") return text;
    }
    return undefined;
  }

  #batch(): Promise<string> {
    const place = { from: this.#next, to: this.#treeSize };
    return withTenant(
      this.#tenant,
      "tenant",
      async (tx) => {
        if (this.#found.length === 0) {
          const found = await candidateLeaves(tx, this.#tenant, this.#condition, place);
          this.#found = found.leaves;
          this.#next = found.next;
        }
        const leaves = await leavesAt(tx, this.#tenant, this.#found.slice(0, BATCH));
        this.#found = this.#found.slice(BATCH);
        const fitting = leaves.filter((leaf) => {
          const envelope = JSON.parse(leaf.envelope) as JsonValue;
          return evaluateQuery(this.#condition, envelopeEvent(envelope, leaf.index, leaf.payload));
        });
        this.events += fitting.length;
        return fitting.map(this.#format === "csv" ? csvLine : ndjsonLine).join("");
      },
      { snapshot: true },
    );
  }
}
