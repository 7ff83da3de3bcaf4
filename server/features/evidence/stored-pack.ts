import "server-only";
import { openPack, sealedRange } from "#server/engines/evidence/sealed-pack.ts";
import type { ContentStore } from "#server/integrations/content-store/content-store.ts";
import { openContentStore } from "#server/integrations/content-store/open-content-store.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

let opened: ContentStore | undefined;

/** One for the process: it keeps connections. */
function contentStore(): ContentStore {
  opened ??= openContentStore();
  return opened;
}

export interface TakenPack {
  packId: string;
  storedDigest: string;
  bytes: number;
  packKey: string;
}

/** Bytes `[start, end)` of a pack, decrypted as they stream; the whole pack is held against its digest. */
export async function packBytesOf(
  { packId, storedDigest, bytes, packKey }: TakenPack,
  { start, end }: { start: number; end: number },
): Promise<AsyncIterable<Uint8Array>> {
  const isWhole = start === 0 && end === bytes;
  const range = isWhole ? undefined : sealedRange(bytes, { start, end });
  const stored = await contentStore().get(storedDigest, range);
  if (!stored) {
    throw new AppError("unavailable", "The content store does not have the pack.", {
      retryAfterSeconds: 60,
    });
  }
  return openPack(Buffer.from(packKey, "hex"), packId, stored, { size: bytes, start, end });
}
