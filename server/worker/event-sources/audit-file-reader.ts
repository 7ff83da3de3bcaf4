import "server-only";
import { type FileHandle, open, stat } from "node:fs/promises";
import { readLine } from "#server/engines/ingest/read-written.ts";
import type { EventReader, Reading } from "./reading.ts";
import type { SourceOf } from "./sources-config.ts";

const CHUNK_BYTES = 1024 * 1024;
const MOST_LINES = 500;

/**
 * Follows the log of a `file` audit device, whole lines only. When the file gives way to a new one (its
 * inode changes) what is left of the old one is read first; a file that became shorter is begun anew.
 * The cursor is `<inode>:<bytes>`.
 */
export function auditFileReader(source: SourceOf<"openbao-audit">): EventReader {
  let opened: { handle: FileHandle; inode: number } | null = null;
  const close = async () => {
    const { handle } = opened ?? {};
    opened = null;
    await handle?.close();
  };

  async function current(from: string | null): Promise<{ handle: FileHandle; at: number }> {
    const [inode, offset] = (from ?? "0:0").split(":").map(Number) as [number, number];
    if (!opened) {
      const handle = await open(source.file, "r");
      opened = { handle, inode: (await handle.stat()).ino };
    }
    const { size } = await opened.handle.stat();
    const isSame = opened.inode === inode && offset <= size;
    return { handle: opened.handle, at: isSame ? offset : 0 };
  }

  return {
    close,
    async read(cursor): Promise<Reading> {
      const { handle, at } = await current(cursor);
      const { lines, bytes } = await linesFrom(handle, at);
      if (bytes === 0 && (await isReplaced(source.file, opened?.inode))) {
        await close();
        return { events: [], isFull: true };
      }
      const events = lines.filter((line) => isWanted(line, source)).flatMap(toEvents(source.name));
      const next = `${opened?.inode}:${at + bytes}`;
      return { events, isFull: bytes > 0, ...(next === cursor ? {} : { cursor: next }) };
    },
  };
}

function toEvents(vault: string) {
  return (line: string) => readLine("openbao-audit", line, vault);
}

async function linesFrom(
  handle: FileHandle,
  at: number,
): Promise<{ lines: string[]; bytes: number }> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, at);
  const lines: string[] = [];
  let bytes = 0;
  while (lines.length < MOST_LINES) {
    const end = buffer.subarray(0, bytesRead).indexOf(0x0a, bytes);
    if (end === -1) break;
    const line = buffer.toString("utf8", bytes, end).trim();
    if (line) lines.push(line);
    bytes = end + 1;
  }
  // A line longer than all that is read at once can't be an event: it is passed over in pieces.
  if (bytes === 0 && bytesRead === CHUNK_BYTES) return { lines: [], bytes: CHUNK_BYTES };
  return { lines, bytes };
}

async function isReplaced(file: string, inode: number | undefined): Promise<boolean> {
  return stat(file).then(
    ({ ino }) => ino !== inode,
    () => false,
  );
}

/** Lines that can't be read are wanted: they are refused where it shows. */
function isWanted(line: string, { stages, operations }: SourceOf<"openbao-audit">): boolean {
  try {
    const { type, request } = JSON.parse(line) as {
      type?: string;
      request?: { operation?: string };
    };
    if (type && !stages.some((stage) => stage === type)) return false;
    return !operations || operations.includes(request?.operation ?? "");
  } catch {
    return true;
  }
}
