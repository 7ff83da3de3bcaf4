import { TAR_BLOCK, tarHeader, tarPadding } from "../tenant-export/tar.ts";

/** What is not an archive of ours, with the byte where that shows. */
export class TarFault extends Error {}

/** Longest single file: a tile of 256 entries with their payloads stays far below. Bytes. */
const MOST_FILE_BYTES = 1_073_741_824;

/**
 * The files of a ustar archive as it streams, one in memory at a time. Each header, filling and the end
 * must be byte for byte what `tarEntry` writes, so that no byte of an archive is free to change.
 */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ name: string; content: Buffer }> {
  const input = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let at = 0;
  const take = async (bytes: number): Promise<Buffer> => {
    const parts = [held];
    let length = held.length;
    while (length < bytes) {
      const next = await input.next();
      if (next.done) throw new TarFault(`the archive is cut off at byte ${at + length}`);
      parts.push(Buffer.from(next.value));
      length += next.value.length;
    }
    const joined = parts.length === 1 ? held : Buffer.concat(parts);
    held = joined.subarray(bytes);
    at += bytes;
    return joined.subarray(0, bytes);
  };
  for (;;) {
    const place = at;
    const header = await take(TAR_BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const name = header.toString("latin1", 0, 100).replace(/\0.*$/s, "");
    const size = Number.parseInt(header.toString("latin1", 124, 135), 8);
    if (!isHeader(header, name, size)) throw new TarFault(`no header of ours at byte ${place}`);
    const content = Buffer.from(await take(size));
    const padding = await take(tarPadding(size).length);
    if (padding.some((byte) => byte !== 0)) throw new TarFault(`${name} is not filled with zeros`);
    yield { name, content };
  }
  const last = await take(TAR_BLOCK);
  if (last.some((byte) => byte !== 0)) throw new TarFault(`the archive does not end at byte ${at}`);
  const rest = held.length > 0 ? held.length : await bytesLeft(input);
  if (rest > 0) throw new TarFault(`something follows the end of the archive at byte ${at}`);
}

function isHeader(header: Buffer, name: string, size: number): boolean {
  if (!Number.isInteger(size) || size < 0 || size > MOST_FILE_BYTES) return false;
  try {
    return tarHeader(name, size).equals(header);
  } catch {
    return false;
  }
}

async function bytesLeft(input: AsyncIterator<Uint8Array>): Promise<number> {
  for (;;) {
    const next = await input.next();
    if (next.done) return 0;
    if (next.value.length > 0) return next.value.length;
  }
}
