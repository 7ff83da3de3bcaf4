import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";

/** What an answered call in the log of a `file` audit device says (OpenBao, "Audit devices"). */
const Entry = z.object({
  time: z.string(),
  type: z.literal("response"),
  error: z.string().optional(),
  auth: z
    .object({ display_name: z.string().optional(), entity_id: z.string().optional() })
    .optional(),
  request: z.object({
    operation: z.string(),
    path: z.string(),
    remote_address: z.string().optional(),
  }),
});

/** Calls of one login from one address on one path, counted together. */
export interface AuditedUse {
  login: string;
  address: string;
  path: string;
  operation: string;
  count: number;
  first: Date;
  last: Date;
}

export interface AuditedUses {
  uses: AuditedUse[];
  /** Lines that could not be read: what they said is not known. */
  unread: number;
  /** Whether there were more logins than are told. */
  isCut: boolean;
}

const MOST_USES = 500;

/**
 * Who used paths of the vault, by the log of its `file` audit device: calls that were answered without
 * an error. Read line by line, in constant memory; paths are in the clear there, values never are.
 * Throws what the file system throws.
 */
export async function readAuditedUses(
  file: string,
  wanted: readonly { path: string; capability: string }[],
): Promise<AuditedUses> {
  const asked = new Map(wanted.map(({ path, capability }) => [path, capability]));
  const uses = new Map<string, AuditedUse>();
  let unread = 0;
  let isCut = false;
  const lines = createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity });
  for await (const line of lines) {
    // Most lines are about something else: a look for the path is cheaper than a parser.
    if (!wanted.some(({ path }) => line.includes(path))) continue;
    const entry = parsed(line);
    if (entry === undefined) unread += 1;
    if (!entry || entry.error) continue;
    const { operation, path, remote_address: address = "" } = entry.request;
    if (asked.get(path) !== operation) continue;
    const login = entry.auth?.display_name || entry.auth?.entity_id || "unknown";
    const key = JSON.stringify([login, address, path, operation]);
    const at = new Date(entry.time);
    const use = uses.get(key);
    if (use) {
      use.count += 1;
      if (at > use.last) use.last = at;
    } else if (uses.size >= MOST_USES) isCut = true;
    else uses.set(key, { login, address, path, operation, count: 1, first: at, last: at });
  }
  return { uses: [...uses.values()], unread, isCut };
}

/** Null for an entry of another type, undefined for what is no entry. */
function parsed(line: string): z.output<typeof Entry> | null | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const entry = Entry.safeParse(value);
    if (entry.success && !Number.isNaN(Date.parse(entry.data.time))) return entry.data;
    const isOther = (value as { type?: unknown } | null)?.type === "request";
    return isOther ? null : undefined;
  } catch {
    return undefined;
  }
}
