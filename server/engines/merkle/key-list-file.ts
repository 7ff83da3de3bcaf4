import { z } from "zod";
import { LOG_KEY_STATES, type LogKeyList } from "./follow-keys.ts";
import { MerkleError } from "./merkle-error.ts";

const Size = z.string().regex(/^(0|[1-9]\d{0,19})$/);

/** The published keys of a log, as `/api/v1/log/<tenant>/keys` gives them. */
export const LogKeyListJson = z.object({
  origin: z.string().min(1).max(300),
  keys: z
    .array(
      z.object({
        number: z.int().min(1),
        vkey: z.string().max(1_000),
        state: z.enum(LOG_KEY_STATES),
        firstSize: Size,
        lastSize: Size.nullable(),
        from: z.string().max(40),
        to: z.string().max(40).nullable(),
        overlapUntil: z.string().max(40).nullable(),
        handover: z.string().max(5_000).nullable(),
        ending: z.string().max(5_000).nullable(),
      }),
    )
    .min(1)
    .max(1_000),
});

/** Reads a published list without believing it. Throws `MerkleError`. */
export function parseKeyList(text: string): LogKeyList {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new MerkleError("the list of keys is not JSON");
  }
  const read = LogKeyListJson.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new MerkleError(`the list of keys: ${issue?.path.join(".")}: ${issue?.message}`);
}

/** What the list of a log is called in a folder of lists. */
export function keyListFile(origin: string): string {
  return `${origin.replaceAll(/[^\w.-]/g, "_")}.json`;
}
