import { startHttp } from "./http-server.ts";

const MOST_LOGS = 1_000;
const MOST_BYTES = 5_000_000;

/**
 * Datadog's log intake as its reference says it: the key in a header (403), an array of logs (400 for
 * anything else), 413 above 5 MB or 1000 logs, 202 with an empty object.
 */
export async function startDatadog(apiKey: string, { maxBytes = MOST_BYTES } = {}) {
  const logs: Record<string, unknown>[] = [];
  const sizes: number[] = [];
  let busy = 0;
  const server = await startHttp(({ method, path, headers, body }) => {
    if (method !== "POST" || path !== "/api/v2/logs") return { status: 404 };
    if (headers["dd-api-key"] !== apiKey)
      return { status: 403, body: { errors: [{ status: "403" }] } };
    if (busy > 0) {
      busy -= 1;
      return { status: 429, headers: { "retry-after": "7" } };
    }
    if (Buffer.byteLength(body) > maxBytes) return { status: 413 };
    const read = JSON.parse(body) as unknown;
    if (!Array.isArray(read)) return { status: 400 };
    if (read.length > MOST_LOGS) return { status: 413 };
    logs.push(...(read as Record<string, unknown>[]));
    sizes.push(read.length);
    return { status: 202, body: {} };
  });
  return {
    ...server,
    logs,
    sizes,
    isBusyFor(requests: number) {
      busy = requests;
    },
  };
}
