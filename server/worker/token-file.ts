import { readFile } from "node:fs/promises";
import { SecretValue } from "#server/platform/secret-value.ts";

/**
 * The token of a file, read for each attempt of a call: whoever renews it replaces the file, and the
 * next attempt has the new one. Throws when the file can't be read or is empty.
 */
export function tokenFile(path: string): () => Promise<SecretValue> {
  return async () => {
    const text = (await readFile(path, "utf8")).trim();
    if (text === "") throw new Error(`the token file ${path} is empty`);
    return SecretValue.of(text);
  };
}
