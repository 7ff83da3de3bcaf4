import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseEntryBundle } from "#server/engines/merkle/entry-bundle.ts";
import { HASH_BYTES } from "#server/engines/merkle/hashing.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { formatTilePath, TILE_WIDTH, type TileAddress } from "#server/engines/merkle/tile-path.ts";

/** A log kept as files in the tlog-tiles layout. */
export class TileFolder {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** `path` holds the folder `tile`, or is it. Throws when neither is so. */
  static async open(path: string): Promise<TileFolder> {
    const names = await readdir(path);
    if (names.includes("tile")) return new TileFolder(path);
    if (names.includes("0") || names.includes("entries"))
      return new TileFolder(dirname(join(path, ".")));
    throw new Error(`"${path}" holds no tiles: name the folder that holds "tile".`);
  }

  async hasEntries(): Promise<boolean> {
    return readdir(join(this.#root, "tile/entries")).then(
      () => true,
      () => false,
    );
  }

  /** The hashes of a tile at this width, also from a wider version. Throws `MerkleError` when it is not there. */
  async hashes(level: number, index: bigint, width: number): Promise<Uint8Array[]> {
    const { bytes, stored } = await this.#read({ level, index, width });
    if (bytes.length !== stored.width * HASH_BYTES) {
      throw new MerkleError(
        `${formatTilePath(stored)} is ${bytes.length} bytes long, not ${stored.width * HASH_BYTES}`,
      );
    }
    return Array.from({ length: width }, (_, n) =>
      bytes.slice(n * HASH_BYTES, (n + 1) * HASH_BYTES),
    );
  }

  /** The entries of a bundle at this width, also from a wider version. */
  async entries(index: bigint, width: number): Promise<Uint8Array[]> {
    const { bytes, stored } = await this.#read({ level: "entries", index, width });
    const entries = parseEntryBundle(bytes);
    if (entries.length !== stored.width) {
      throw new MerkleError(
        `${formatTilePath(stored)} holds ${entries.length} entries, not ${stored.width}`,
      );
    }
    return entries.slice(0, width);
  }

  async #read(wanted: TileAddress): Promise<{ bytes: Uint8Array; stored: TileAddress }> {
    for (const stored of [wanted, ...(await this.#wider(wanted))]) {
      const bytes = await readFile(join(this.#root, formatTilePath(stored))).catch(() => undefined);
      if (bytes) return { bytes: new Uint8Array(bytes), stored };
    }
    throw new MerkleError(`${formatTilePath(wanted)} is absent`);
  }

  /** A partial tile may have given way to a wider one (C2SP tlog-tiles, "Partial Tiles"). */
  async #wider(wanted: TileAddress): Promise<TileAddress[]> {
    const folder = dirname(join(this.#root, formatTilePath({ ...wanted, width: 1 })));
    const partial = (await readdir(folder).catch(() => [])).filter((name) => /^\d+$/.test(name));
    return [TILE_WIDTH, ...partial.map(Number)]
      .filter((width) => width > wanted.width)
      .sort((a, b) => a - b)
      .map((width) => ({ ...wanted, width }));
  }
}
