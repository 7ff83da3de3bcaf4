export const TAR_BLOCK = 512;
const BLOCK = TAR_BLOCK;

/** The header of a file of a POSIX ustar archive. Names up to 100 characters, ASCII; sizes below 8 GiB. */
export function tarHeader(name: string, size: number): Buffer {
  if (name.length > 100 || !/^[\x21-\x7e]+$/.test(name))
    throw new Error(`no name for an archive: ${name}`);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, "ascii");
  header.write("0000644\0", 100, "ascii");
  header.write("0000000\0", 108, "ascii");
  header.write("0000000\0", 116, "ascii");
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "ascii");
  // No time: the same contents give the same bytes.
  header.write("00000000000\0", 136, "ascii");
  header.write("        ", 148, "ascii");
  header.write("0", 156, "ascii");
  header.write("ustar\u000000", 257, "ascii");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "ascii");
  return header;
}

/** The zeros that fill the last block of contents of this size. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** One file of an archive: its header and contents, padded. */
export function tarEntry(name: string, content: Uint8Array): Buffer {
  return Buffer.concat([tarHeader(name, content.length), content, tarPadding(content.length)]);
}

/** The two empty blocks that end an archive. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK);

/** The files of an archive that `tarEntry` made. Throws on anything else, and on a name that leaves the folder. */
export function* tarFiles(archive: Buffer): Generator<{ name: string; content: Buffer }> {
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header[0] === 0) return;
    const name = header.toString("ascii", 0, 100).replace(/\0.*$/s, "");
    const size = Number.parseInt(header.toString("ascii", 124, 135), 8);
    const isPlain = header[156] === 0x30 && header.toString("ascii", 257, 262) === "ustar";
    const isInside = !name.startsWith("/") && !name.split("/").includes("..");
    if (!isPlain || !isInside || !Number.isInteger(size)) throw new Error("not an archive of ours");
    const from = at + BLOCK;
    if (from + size > archive.length) throw new Error("the archive is cut off");
    yield { name, content: archive.subarray(from, from + size) };
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new Error("the archive is cut off");
}
