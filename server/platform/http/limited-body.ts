import "server-only";
import { AppError } from "../errors/app-error.ts";

export const MAX_BODY_BYTES = 256 * 1024;

/** The request with its body read, at most `maxBytes` long; a longer one is refused unread. */
export async function withLimitedBody(
  request: Request,
  maxBytes = MAX_BODY_BYTES,
): Promise<Request> {
  if (request.body === null) return request;
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return new Request(request.url, {
    method: request.method,
    headers: request.headers,
    body: Buffer.concat(chunks),
    signal: request.signal,
  });
}

function tooLarge(maxBytes: number): AppError {
  return new AppError("too_large", `The request is larger than ${maxBytes / 1024} KiB.`, {
    said: { key: "tooLarge", args: { kib: maxBytes / 1024 } },
    field: "body",
    remedy: "Send less at once.",
  });
}
