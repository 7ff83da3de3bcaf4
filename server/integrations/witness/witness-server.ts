import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { judgeAddCheckpoint } from "#server/engines/merkle/add-checkpoint.ts";
import { cosign } from "#server/engines/merkle/cosignature.ts";
import type { LogKey } from "#server/engines/merkle/log-key.ts";
import type { NoteSigner } from "#server/engines/merkle/note-key.ts";
import type { WitnessStore } from "./witness-store.ts";

export interface WitnessOptions {
  /** Its cosigner's key. */
  signer: NoteSigner;
  /** The keys of the logs that it watches, by origin. */
  logs: { get(origin: string): LogKey | readonly LogKey[] | undefined };
  store: WitnessStore;
  /** Told of each request: the origin's answer and why. */
  onAnswer?(status: number, reason: string): void;
}

const LARGEST_BODY = 64 * 1024;

/**
 * A witness over HTTP (C2SP tlog-witness): `POST /add-checkpoint`. Judging and keeping are one step
 * without a pause, so that no two requests about a log can pass each other. Not listening yet.
 */
export function witnessServer(options: WitnessOptions): Server {
  return createServer((request, response) => {
    void answer(options, request, response).catch((error: unknown) => {
      options.onAnswer?.(500, (error as Error).message);
      if (!response.headersSent) end(response, 500, "this witness can't write its state\n");
      else response.destroy();
    });
  });
}

async function answer(
  { signer, logs, store, onAnswer }: WitnessOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://witness").pathname;
  if (!path.endsWith("/add-checkpoint")) return end(response, 404, "POST /add-checkpoint\n");
  if (request.method !== "POST") return end(response, 405, "POST /add-checkpoint\n");
  const body = await readBody(request);
  if (body === undefined) return end(response, 413, "a request has at most 64 KiB\n");
  // From here to `keep` nothing waits.
  const verdict = judgeAddCheckpoint(
    body,
    (origin) => logs.get(origin),
    (origin) => store.last(origin),
  );
  if (verdict.status !== 200) {
    onAnswer?.(verdict.status, verdict.reason);
    if (verdict.status !== 409) return end(response, verdict.status, `${verdict.reason}\n`);
    return end(response, 409, `${verdict.size}\n`, "text/x.tlog.size");
  }
  const { origin, size, root, text } = verdict.cosign;
  store.keep(origin, { size, root });
  onAnswer?.(200, `${origin} at ${size}`);
  end(response, 200, cosign(text, BigInt(Math.floor(Date.now() / 1_000)), signer));
}

function end(
  response: ServerResponse,
  status: number,
  body: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
