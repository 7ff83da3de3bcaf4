import "server-only";
import { openPack, sealedRange } from "#server/engines/evidence/sealed-pack.ts";
import { takePack } from "#server/features/evidence/verbs/take-pack.ts";
import type { ContentStore } from "#server/integrations/content-store/content-store.ts";
import { openContentStore } from "#server/integrations/content-store/open-content-store.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVerb } from "#server/platform/verb.ts";
import { byteRange, hasAlready } from "../byte-range.ts";
import { sessionCall } from "../session-call.ts";

let opened: ContentStore | undefined;

/** One for the process: it keeps connections. */
function contentStore(): ContentStore {
  opened ??= openContentStore();
  return opened;
}

/** A pack, decrypted as it streams, or a range of it. */
export async function packResponse(
  request: Request,
  tenant: string,
  packId: string,
): Promise<Response> {
  const { caller } = await sessionCall(request, tenant, "runtime.audit.export");
  const pack = await runVerb(takePack, caller, { packId });
  const etag = `"${pack.digest}"`;
  const headers = {
    etag,
    "cache-control": "private, no-cache",
    "accept-ranges": "bytes",
    vary: "Cookie",
    "x-content-type-options": "nosniff",
  };
  if (hasAlready(request.headers, etag)) return new Response(null, { status: 304, headers });
  const asked = byteRange(request.headers, pack.bytes, etag);
  if (asked === "unsatisfiable") {
    const size = { "content-range": `bytes */${pack.bytes}` };
    return new Response(null, { status: 416, headers: { ...headers, ...size } });
  }
  const range = asked === "whole" ? { start: 0, end: pack.bytes } : asked;
  const stored = sealedRange(pack.bytes, range);
  const bytes = await contentStore().get(pack.storedDigest, asked === "whole" ? undefined : stored);
  if (!bytes) {
    throw new AppError("unavailable", "The content store does not have the pack.", {
      retryAfterSeconds: 60,
    });
  }
  const key = Buffer.from(pack.packKey, "hex");
  const plain = openPack(key, packId, bytes, { size: pack.bytes, ...range });
  return new Response(ReadableStream.from(plain) as ReadableStream<Uint8Array<ArrayBuffer>>, {
    status: asked === "whole" ? 200 : 206,
    headers: {
      ...headers,
      "content-type": "application/x-tar",
      "content-length": String(range.end - range.start),
      "content-disposition": `attachment; filename="evidence-${tenant}-${packId}.tar"`,
      ...(asked === "whole"
        ? {}
        : { "content-range": `bytes ${range.start}-${range.end - 1}/${pack.bytes}` }),
    },
  });
}
