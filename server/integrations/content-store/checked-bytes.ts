import { createHash } from "node:crypto";
import { ContentStoreError } from "./content-store.ts";

/** Hands bytes on and fails at their end when they are not what the digest says. */
export async function* checkedBytes(
  bytes: AsyncIterable<Uint8Array>,
  digest: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const piece of bytes) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest("hex") !== digest) throw new ContentStoreError("corrupt", digest);
}
