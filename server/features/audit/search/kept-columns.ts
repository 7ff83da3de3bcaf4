import "server-only";
import {
  type CodedColumn,
  type ColumnCodes,
  countValues,
} from "#server/engines/search-index/column-codes.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

interface Kept {
  readonly codes: ColumnCodes;
  readonly bytes: number;
  counts?: ReadonlyMap<string, number>;
}

/** Enough for the six columns of some seven million events. */
const MOST_BYTES = 96 * 1024 * 1024;
/** What an entry takes besides its codes and values. */
const OVERHEAD = 400;

/**
 * Unpacked columns of segments, the last used ones. A segment version never changes, and which are in
 * force is read under row security each time: what stands here is only ever found by a tenant's own call.
 */
class KeptColumns {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  get(tenant: AuthorizedTenantId, segment: string, column: CodedColumn): Kept | undefined {
    const key = keyOf(tenant, segment, column);
    const found = this.#kept.get(key);
    if (!found) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found;
  }

  keep(tenant: AuthorizedTenantId, segment: string, column: CodedColumn, codes: ColumnCodes): void {
    const key = keyOf(tenant, segment, column);
    this.#drop(key);
    const values = codes.values.reduce((sum, value) => sum + value.length * 2 + 16, 0);
    const bytes = OVERHEAD + values + codes.codes.byteLength;
    this.#kept.set(key, { codes, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }
}

function keyOf(tenant: AuthorizedTenantId, segment: string, column: CodedColumn): string {
  return `${tenant}|${segment}|${column}`;
}

export const keptColumns = new KeptColumns();

/** How often each value occurs in a whole column: counted once for as long as the column is kept. */
export function countsOfWhole(
  tenant: AuthorizedTenantId,
  segment: string,
  column: CodedColumn,
  codes: ColumnCodes,
): ReadonlyMap<string, number> {
  const kept = keptColumns.get(tenant, segment, column);
  if (!kept) return countValues(codes);
  kept.counts ??= countValues(kept.codes);
  return kept.counts;
}
