import { concatBytes } from "./bytes.ts";
import { MerkleError } from "./merkle-error.ts";
import { TILE_WIDTH } from "./tile-path.ts";

/** The longest entry a bundle can carry, in bytes (its length is a uint16). */
export const MAX_ENTRY_BYTES = 65_535;

/** C2SP tlog-tiles entry bundle: each entry after its big-endian uint16 length. */
export function formatEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap((entry) => {
      if (entry.length > MAX_ENTRY_BYTES) throw new MerkleError("an entry is above 65,535 bytes");
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/** Throws `MerkleError` when the bundle is cut short or holds more than a tile's worth. */
export function parseEntryBundle(bundle: Uint8Array): Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    if (at + 2 > bundle.length) throw new MerkleError("the entry bundle is cut short");
    const end = at + 2 + view.getUint16(at);
    if (end > bundle.length) throw new MerkleError("the entry bundle is cut short");
    entries.push(bundle.slice(at + 2, end));
    at = end;
  }
  if (entries.length > TILE_WIDTH) throw new MerkleError("the entry bundle is too wide");
  return entries;
}
