import "server-only";
import type { Disclosure } from "#server/engines/evidence/pack-format.ts";
import type { PackRange } from "#server/engines/evidence/pack-tiles.ts";
import type { PackLeaf, PackSource } from "#server/engines/evidence/write-pack.ts";
import { HASH_BYTES } from "#server/engines/merkle/hashing.ts";
import { TILE_WIDTH } from "#server/engines/merkle/tile-path.ts";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { candidateLeaves, leavesAt, leavesBetween, logTile } from "#server/features/audit/index.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Tiles that are read in one short transaction, and in memory at one time. */
const TILES_AT_ONCE = 8n;

interface Block {
  readonly first: bigint;
  readonly tiles: ReadonlyMap<bigint, Uint8Array>;
  readonly leaves: ReadonlyMap<bigint, PackLeaf[]>;
}

/**
 * A tenant's log as a pack is made of it, a block of tiles at a time and in their order. Leaves that cannot
 * fit are not even read where the pack does not open them: the index says which.
 */
export function packSource(
  tenant: AuthorizedTenantId,
  {
    range,
    disclosure,
    condition,
  }: {
    range: PackRange;
    disclosure: Disclosure;
    condition: Condition;
  },
): PackSource {
  const candidates = new Candidates(tenant, condition, range);
  let block: Block | undefined;

  async function blockOf(index: bigint): Promise<Block> {
    if (block && index >= block.first && index < block.first + TILES_AT_ONCE) return block;
    const width = BigInt(TILE_WIDTH);
    const end = (index + TILES_AT_ONCE) * width;
    const from = Number(index * width);
    const to = Number(end < range.to ? end : range.to);
    const wanted = disclosure === "matches" ? await candidates.between(from, to) : undefined;
    const [rows, leaves] = await withTenant(
      tenant,
      "worker",
      (tx) =>
        Promise.all([
          tx.query<{ tile_index: string; hashes: Buffer }>(
            `SELECT tile_index, hashes FROM audit_tile
             WHERE tenant_id = $1 AND level = 0 AND tile_index >= $2 AND tile_index < $3`,
            [tenant, index.toString(), (index + TILES_AT_ONCE).toString()],
          ),
          wanted ? leavesAt(tx, tenant, wanted) : leavesBetween(tx, tenant, from, to),
        ]),
      { readOnly: true },
    );
    block = {
      first: index,
      tiles: new Map(rows.map((row) => [BigInt(row.tile_index), new Uint8Array(row.hashes)])),
      leaves: Map.groupBy(leaves, (leaf) => leaf.index / width),
    };
    return block;
  }

  return {
    async tile(level, index, width) {
      const isInRange = level === 0 && index * BigInt(TILE_WIDTH) >= range.from;
      const tile =
        isInRange && index * BigInt(TILE_WIDTH) < range.to
          ? (await blockOf(index)).tiles.get(index)
          : await withTenant(
              tenant,
              "worker",
              (tx) => logTile(tx, tenant, { level, index, width }),
              { readOnly: true },
            );
      if (!tile || tile.length < width * HASH_BYTES) {
        throw new Error(`tile ${level}/${index} of the log is missing or short`);
      }
      return tile.subarray(0, width * HASH_BYTES);
    },
    async leaves(index) {
      return (await blockOf(index)).leaves.get(index) ?? [];
    },
  };
}

/** Follows the index segment by segment, and keeps what of one was found beyond the block asked for. */
class Candidates {
  readonly #tenant: AuthorizedTenantId;
  readonly #condition: Condition;
  readonly #end: number;
  #leaves: number[] = [];
  #next: number;

  constructor(tenant: AuthorizedTenantId, condition: Condition, range: PackRange) {
    this.#tenant = tenant;
    this.#condition = condition;
    this.#next = Number(range.from);
    this.#end = Number(range.to);
  }

  /** Calls come with rising places. */
  async between(from: number, to: number): Promise<number[]> {
    while (this.#next < to) {
      const place = { from: this.#next, to: this.#end };
      const found = await withTenant(
        this.#tenant,
        "worker",
        (tx) => candidateLeaves(tx, this.#tenant, this.#condition, place),
        { snapshot: true },
      );
      this.#leaves = [...this.#leaves, ...found.leaves];
      this.#next = found.next;
    }
    const wanted = this.#leaves.filter((leaf) => leaf >= from && leaf < to);
    this.#leaves = this.#leaves.filter((leaf) => leaf >= to);
    return wanted;
  }
}
