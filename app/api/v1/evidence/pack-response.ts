import "server-only";
import { packBytesOf } from "#server/features/evidence/stored-pack.ts";
import { takePack } from "#server/features/evidence/verbs/take-pack.ts";
import { runVerb } from "#server/platform/verb.ts";
import { byteRange, hasAlready } from "../byte-range.ts";
import { sessionCall } from "../session-call.ts";

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
  const plain = await packBytesOf({ packId, ...pack }, range);
  return new Response(streamOf(plain), {
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

/** Read from as the reader takes; given up when he goes away. */
function streamOf(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const pieces = bytes[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
